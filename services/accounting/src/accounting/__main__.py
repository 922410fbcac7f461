from accounting.main import main

main()
