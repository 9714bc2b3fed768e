"""Starts the kiosk or runs a command: see kiosk/launcher.py."""

import sys

from kiosk.__main__ import main

if __name__ == "__main__":
    sys.exit(main())
