"""Measure the bars and print each; exit 1 where one is over its limit.

``python -m bench [--short] [GROUP …]``: every group unless some are named.
"""

from __future__ import annotations

import argparse
import importlib
import sys
import tempfile
from pathlib import Path

from bench.homes import Run

GROUPS = ("start", "form_typing", "steps", "idle", "queue", "roster", "submission", "forms")
"""The modules of bars."""


def main() -> int:
    """Run the named groups one after another and return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--short", action="store_true", help="few rounds, 10,000 rows instead of 1,000,000")
    parser.add_argument("groups", nargs="*", metavar="GROUP", help=f"of {', '.join(GROUPS)}; all if none is named")
    arguments = parser.parse_args()
    if unknown := set(arguments.groups) - set(GROUPS):
        parser.error(f"no such group: {', '.join(sorted(unknown))}")
    all_hold = True
    with tempfile.TemporaryDirectory() as folder:
        run = Run(Path(folder), short=arguments.short)
        for group in arguments.groups or GROUPS:
            for bar in importlib.import_module(f"bench.{group}").bars(run):
                print(bar.line(), flush=True)
                all_hold = all_hold and bar.holds
    return 0 if all_hold else 1


if __name__ == "__main__":
    sys.exit(main())
