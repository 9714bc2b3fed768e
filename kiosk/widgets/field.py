"""A labelled input in one widget: label above, what to do about an error under it."""

from __future__ import annotations

from typing import Any

from textual.content import Content

from kiosk.i18n import _
from kiosk.widgets.safe_input import SafeInput


class Field(SafeInput):
    """An input whose border carries its label and its message; one widget a field keeps forms quick.

    Args:
        label: the guide's word for it.
        hint: help that stands under the field until a message takes its place.
    """

    def __init__(self, label: str, *, hint: str = "", **options: Any) -> None:
        super().__init__(**options)
        self._hint = hint
        self.border_title = Content(label).markup
        self.border_subtitle = Content(hint).markup

    def rename(self, label: str) -> None:
        """Ask for something else."""
        self.border_title = Content(label).markup

    def show_error(self, message: str) -> None:
        """Show what to do about this field; an empty text shows the hint again."""
        self.set_class(bool(message), "wrong")
        self.border_subtitle = Content(message or self._hint).markup


def national_id_field(value: str = "") -> Field:
    """The field ``#national_id``, for one's own full ID or resident number."""
    return Field(
        _("身分證字號"),
        hint=_("身分證字號或統一證號 10 碼"),
        id="national_id",
        max_length=20,
        half_width=True,
        value=value,
    )
