from settlement.main import main

main()
