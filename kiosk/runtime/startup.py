"""Opens the school in a thread after the first frame, then imports the modules behind a sign-in."""

from __future__ import annotations

import gc
import importlib
from typing import TYPE_CHECKING

from kiosk.clock import Clock
from kiosk.config.settings import Settings

if TYPE_CHECKING:
    from kiosk.services.school import School


class CannotOpen(Exception):
    """The school cannot be opened; the message is one line for the person at the terminal."""


def load_school(settings: Settings, clock: Clock) -> School:
    """Import and open what a sign-in needs; the garbage collector rests until :func:`preload_modules` is done.

    Raises:
        CannotOpen: the school's data cannot be opened.
    """
    gc.disable()
    from kiosk.domain.errors import SchoolRefused
    from kiosk.services.school import open_school

    try:
        return open_school(settings, clock)
    except SchoolRefused as refused:
        raise CannotOpen(refused.line) from None


def preload_modules(first_flow: str, *, with_mail: bool) -> None:
    """Import the first flow's module and the mail worker, so that no visit waits; then enable the collector."""
    try:
        importlib.import_module(first_flow)
        if with_mail:
            importlib.import_module("kiosk.runtime.mail_worker")
    finally:
        gc.enable()
        gc.freeze()
