"""`python -m tirkit` is the console script."""

from tirkit.cli import main

if __name__ == "__main__":
    main()
