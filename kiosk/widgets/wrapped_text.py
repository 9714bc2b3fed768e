"""Running text with the line breaks a printer would make; Textual's own would begin lines with 、 and 。."""

from __future__ import annotations

from textual.content import Content
from textual.geometry import Size
from textual.widget import Widget

from kiosk.rules.line_breaks import wrap

_NARROWEST = 10


class WrappedText(Widget):
    """A text that is wrapped to the width it gets; never markup."""

    DEFAULT_CSS = "WrappedText { height: auto; width: 1fr; }"

    def __init__(self, text: str, **options: str) -> None:
        super().__init__(id=options.get("id"), classes=options.get("classes"))
        self._text = text

    def update(self, text: str) -> None:
        """Say something else."""
        self._text = text
        self.refresh(layout=True)

    def _lines(self, width: int) -> list[str]:
        return wrap(self._text, max(_NARROWEST, width))

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """As many rows as the text has lines at this width."""
        return len(self._lines(width))

    def render(self) -> Content:
        """The lines."""
        return Content("\n".join(self._lines(self.content_size.width)))
