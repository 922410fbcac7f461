"""`python -m communication`."""

from communication.main import main

if __name__ == "__main__":
    main()
