"""A button whose words may fill its width, where many stand in one row."""

from __future__ import annotations

from typing import Any

from textual.widgets import Button


class CompactButton(Button):
    """A button without a blank at either end of its lines (a style sheet refuses ``line-pad: 0``)."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.styles.line_pad = 0
