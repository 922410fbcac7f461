from lifecycle.main import main

main()
