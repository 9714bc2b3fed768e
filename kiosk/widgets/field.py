"""A labelled input in one widget: the label above it, its hint or error below."""

from __future__ import annotations

from typing import Any

from textual.content import Content

from kiosk.i18n import _
from kiosk.widgets.safe_input import SafeInput


class Field(SafeInput):
    """An input whose border shows its label and its message. One widget per field keeps forms quick.

    Args:
        label: the guide's word for it.
        hint: help that an error message replaces.
    """

    def __init__(self, label: str, *, hint: str = "", **options: Any) -> None:
        super().__init__(**options)
        self._hint = hint
        self._first_value = self.value
        self.border_title = Content(label).markup
        self.border_subtitle = Content(hint).markup

    @property
    def is_changed(self) -> bool:
        """Whether the value differs from the first one."""
        return self.value != self._first_value

    def rename(self, label: str) -> None:
        """Change the label."""
        self.border_title = Content(label).markup

    def show_error(self, message: str) -> None:
        """Show an error message; an empty one shows the hint again."""
        self.set_class(bool(message), "wrong")
        self.border_subtitle = Content(message or self._hint).markup


def national_id_field(value: str = "") -> Field:
    """Return the field ``#national_id`` for a full national ID or resident number."""
    return Field(
        _("身分證字號"),
        hint=_("身分證字號或統一證號 10 碼"),
        id="national_id",
        max_length=20,
        half_width=True,
        value=value,
    )
