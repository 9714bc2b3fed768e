"""What can be said of a paper form: which, and where it is. This module knows no database and loads at once."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from kiosk.domain.errors import ServiceError
from kiosk.i18n import _
from kiosk.services.documents.pdf_renderer import FormKind

COUNTED = (FormKind.BINDING, FormKind.CARD)
"""The forms of 申請簽署 n/2."""


class PaperState(StrEnum):
    """Where a form is; the value is what the database keeps."""

    NOT_PRINTED = "not_printed"
    PRINTED = "printed"
    RETURNED = "returned"
    VOID = "void"

    @property
    def label(self) -> str:
        """The state in the school's words."""
        return {
            PaperState.NOT_PRINTED: _("未列印"),
            PaperState.PRINTED: _("已列印"),
            PaperState.RETURNED: _("已簽回"),
            PaperState.VOID: _("已作廢"),
        }[self]


class NothingToSign(ServiceError):
    """There is nothing to print or sign: withdrawn, replaced, or not answered yet."""


@dataclass(frozen=True, slots=True)
class FormKey:
    """Which form: its kind, and the id of what it is about."""

    kind: FormKind
    subject_id: str


@dataclass(frozen=True, slots=True)
class Paper:
    """One form of a child.

    Attributes:
        key: which form.
        state: where it is.
        number: of the document, once it was given out.
        application: the application's number, where it is one's.
    """

    key: FormKey
    state: PaperState
    number: str | None
    application: str | None
