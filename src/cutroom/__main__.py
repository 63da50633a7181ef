"""`python -m cutroom` is the command line."""

from cutroom.cli import main

main()
