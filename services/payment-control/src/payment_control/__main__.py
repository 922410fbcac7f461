from payment_control.main import main

main()
