"""The text on a screen, as a person sees it."""

from __future__ import annotations

from typing import Any

from textual.screen import Screen
from textual.strip import Strip


def visible_strips(screen: Screen[Any]) -> list[Strip]:
    """Return every line in sight with its colours; Textual offers no public way to read its picture."""
    return screen._compositor.render_strips()


def visible_lines(screen: Screen[Any]) -> list[str]:
    """Return the text of every line in sight."""
    return [strip.text for strip in visible_strips(screen)]
