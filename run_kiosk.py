"""The front door: cleans the environment before anything of Textual is imported, then starts what was asked for."""

from __future__ import annotations

import os
import resource
import sys

TEXTUAL_ENVIRONMENT = {"TEXTUAL_DISABLE_KITTY_KEY": "1", "TEXTUAL_FPS": "1000"}
"""What Textual is told; see :func:`clean_environment`."""


def clean_environment() -> None:
    """Take away what could make Textual quit, log or connect, and what could leave data on disk.

    TEXTUAL_DISABLE_KITTY_KEY: since Textual 8.2.7 what an input method commits arrives as junk keys on terminals with
    the Kitty protocol. TEXTUAL_FPS: a picture that follows another waits one to two periods of it; at Textual's own 60,
    rows that the database gave in five milliseconds would be painted after thirty. ESCDELAY would keep the Esc key
    back; COLUMNS and LINES would hide the terminal's real size.
    """
    for name in [name for name in os.environ if name.startswith("TEXTUAL")]:
        del os.environ[name]
    for name in ("ESCDELAY", "COLUMNS", "LINES"):
        os.environ.pop(name, None)
    os.environ.update(TEXTUAL_ENVIRONMENT)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.umask(0o077)


def main(arguments: list[str] | None = None) -> int:
    """Run the kiosk (no arguments, or ``run``), the staff's ``review``, or a command; returns the exit code."""
    arguments = sys.argv[1:] if arguments is None else arguments
    clean_environment()
    match arguments:
        case [] | ["run"]:
            return supervised(None)
        case ["run", "--home", home] | ["--home", home]:
            return supervised(home)
        case ["review"]:
            return supervised(None, staff_only=True)
        case ["review", "--home", home]:
            return supervised(home, staff_only=True)
    from kiosk.cli import main as command_line

    return command_line(arguments)


def supervised(home: str | None, *, staff_only: bool = False) -> int:
    """Run the kiosk under its supervisor, or refuse where there is no terminal; neither loads anything heavy here."""
    if not (os.isatty(0) and os.isatty(2)):
        from kiosk.i18n import _

        sys.stderr.write(_("請在終端機上執行 kiosk。") + "\n")
        return 1
    from kiosk.runtime.supervisor import supervise

    def run() -> int:
        import gc

        gc.disable()  # what is loaded at the start stays for good; the app turns the collector on once all is loaded
        from kiosk.app import run_kiosk

        return run_kiosk(home, staff_only=staff_only)

    return supervise(run)


if __name__ == "__main__":
    sys.exit(main())
