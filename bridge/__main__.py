"""`python -m bridge` is the `handoff` command."""

from bridge.cli import main

main()
