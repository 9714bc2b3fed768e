"""``python -m kiosk``: the kiosk with no arguments, or a command."""

from __future__ import annotations

import sys
from pathlib import Path

from kiosk.launcher import clean_environment, start


def main(arguments: list[str] | None = None) -> int:
    """Run the kiosk, the staff's ``review``, or a command; returns the exit code.

    The kiosk's own start bypasses the command line's parser, which takes longer to import than the first frame.
    """
    arguments = sys.argv[1:] if arguments is None else arguments
    clean_environment()
    match arguments:
        case [] | ["run"]:
            return start(None)
        case ["run", "--home", home] | ["--home", home]:
            return start(Path(home))
        case ["review"]:
            return start(None, staff_only=True)
        case ["review", "--home", home]:
            return start(Path(home), staff_only=True)
    from kiosk.cli.parser import main as command_line

    return command_line(arguments)


if __name__ == "__main__":
    sys.exit(main())
