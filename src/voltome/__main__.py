"""``python -m voltome`` is the command line."""

from voltome.app.cli import main

main()
