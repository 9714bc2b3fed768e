"""What can be said of a paper form: which, and where it is. This module knows no database and loads at once."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import Enum, StrEnum, auto
from typing import Any

from kiosk.domain.errors import ServiceError
from kiosk.i18n import _


class FormKind(StrEnum):
    """The forms there are; the value is what the database keeps, and the template's name."""

    BINDING = "binding"
    CARD = "card"
    CARER = "carer"
    CORRECTION = "correction"

    @property
    def label(self) -> str:
        """The form's name, as it stands on it."""
        return {
            FormKind.BINDING: _("親子帳號申請書"),
            FormKind.CARD: _("學生證多元功能申請書"),
            FormKind.CARER: _("委託證明書"),
            FormKind.CORRECTION: _("學生資料更正申請書"),
        }[self]


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


@dataclass(frozen=True, slots=True)
class FormContent:
    """What one form says.

    Attributes:
        kind: which form.
        facts: what is signed for; a change of it makes the form an old one.
        words: what stands around it (class, seat, the school's wording at that time); may change without harm.
    """

    kind: FormKind
    facts: Mapping[str, Any] = field(repr=False)
    words: Mapping[str, Any] = field(repr=False)

    @property
    def sha256(self) -> str:
        """The hash that binds signatures to exactly this, in hexadecimal."""
        plain = json.dumps([self.kind, self.facts, self.words], ensure_ascii=False, sort_keys=True)
        return hashlib.sha256(plain.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class PrintableForm:
    """One form to be printed.

    Attributes:
        number: of the document, to be read aloud; also in the bars.
        token: for the QR code; tells nothing.
        issued_on: the document's date.
        content: what it says.
        marks: signatures given on the screen, by the place of their box, from 0: SVG and the words under it.
    """

    number: str
    token: str = field(repr=False)
    issued_on: date
    content: FormContent
    marks: Mapping[int, Mapping[str, str]] = field(default_factory=dict, repr=False)


class FormFault(Enum):
    """Why a form cannot be made."""

    TOO_LONG = auto()
    UNRENDERABLE = auto()


class FormRefused(ServiceError):
    """A form cannot be made; nothing of it is in the message."""

    def __init__(self, fault: FormFault) -> None:
        super().__init__(fault.name)
        self.fault = fault
