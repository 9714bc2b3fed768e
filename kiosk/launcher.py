"""Starts the kiosk: cleans the environment, then runs the app under its supervisor. Loads nothing heavy itself."""

from __future__ import annotations

import os
import resource
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kiosk.app import AppOptions

TEXTUAL_ENVIRONMENT = {"TEXTUAL_DISABLE_KITTY_KEY": "1", "TEXTUAL_FPS": "1000"}
"""The variables that Textual gets; see :func:`clean_environment`."""


def clean_environment() -> None:
    """Remove variables that make Textual quit, log or connect, and forbid core dumps and readable files.

    TEXTUAL_DISABLE_KITTY_KEY: since Textual 8.2.7 an input method's text arrives as junk keys on terminals with the
    Kitty protocol. ESCDELAY would delay the Esc key; COLUMNS and LINES would hide the terminal's size.
    """
    for name in [name for name in os.environ if name.startswith("TEXTUAL")]:
        del os.environ[name]
    for name in ("ESCDELAY", "COLUMNS", "LINES"):
        os.environ.pop(name, None)
    os.environ.update(TEXTUAL_ENVIRONMENT)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.umask(0o077)


def start(home: Path | None, *, staff_only: bool = False) -> int:
    """Run the kiosk under its supervisor; returns the exit code, 1 where there is no terminal."""
    if not (os.isatty(0) and os.isatty(2)):
        from kiosk.i18n import _

        sys.stderr.write(_("請在終端機上執行 kiosk。") + "\n")
        return 1
    return supervise_app(home, staff_only=staff_only)


def supervise_app(home: Path | None, *, demo: bool = False, staff_only: bool = False, **demo_lines: str) -> int:
    """Run the app under its supervisor; ``demo_lines`` as in :class:`kiosk.app.AppOptions`."""
    from kiosk.runtime.supervisor import supervise

    def run() -> int:
        import gc

        gc.disable()  # modules loaded at the start stay for good; preload_modules enables the collector again
        from kiosk.app import AppOptions

        return run_app(home, AppOptions(staff_only=staff_only, **demo_lines), demo=demo)

    return supervise(run)


def run_app(home: Path | None, options: AppOptions, *, demo: bool = False) -> int:
    """Run the app in this process until it is stopped; returns the exit code, 1 with one line where refused."""
    from kiosk.app import KioskApp
    from kiosk.clock import SystemClock
    from kiosk.config.settings import ensure_home, load_settings
    from kiosk.config.toml_reader import SettingsError
    from kiosk.services.texts.loader import TextUnusable
    from kiosk.services.texts.startup_check import check_own_texts

    try:
        settings = load_settings(home, demo=demo)
        ensure_home(settings)
        check_own_texts(settings.text_folder)
    except (SettingsError, TextUnusable) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    app = KioskApp(settings, SystemClock(), options=options)
    app.run()
    if app.refusal:
        sys.stderr.write(f"{app.refusal}\n")
    return app.return_code or 0
