"""Hold one room against its peers: ``python -m validation transport``; the exit code is 1 where they disagree."""

import argparse
import importlib
import sys

ROOMS = ("transport",)


def main() -> int:
    """Return 0 where all agree."""
    parser = argparse.ArgumentParser(prog="python -m validation", description="voltome held against its peers")
    parser.add_argument("room", choices=ROOMS)
    room = importlib.import_module(f"validation.{parser.parse_args().room}")
    return 0 if room.agrees() else 1


if __name__ == "__main__":
    sys.exit(main())
