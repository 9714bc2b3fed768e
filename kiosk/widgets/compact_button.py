"""A button whose label may fill its width, for rows of many buttons."""

from __future__ import annotations

from typing import Any

from textual.widgets import Button


class CompactButton(Button):
    """A button without a blank at either end of its lines. A style sheet refuses ``line-pad: 0``."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.styles.line_pad = 0
