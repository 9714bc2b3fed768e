"""Paper forms: their kinds, states and contents."""

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
from kiosk.rules.fault_error import FaultError


class FormKind(StrEnum):
    """The kinds of forms; the value is kept in the database and names the template."""

    BINDING = "binding"
    CARD = "card"
    CARER = "carer"
    CORRECTION = "correction"

    @property
    def label(self) -> str:
        """The form's title."""
        return {
            FormKind.BINDING: _("親子帳號申請書"),
            FormKind.CARD: _("學生證多元功能申請書"),
            FormKind.CARER: _("委託證明書"),
            FormKind.CORRECTION: _("學生資料更正申請書"),
        }[self]


COUNTED = (FormKind.BINDING, FormKind.CARD)
"""The forms of 申請簽署 n/2."""


class PaperState(StrEnum):
    """The state of a form; the database keeps the value."""

    NOT_PRINTED = "not_printed"
    PRINTED = "printed"
    RETURNED = "returned"
    VOID = "void"

    @property
    def label(self) -> str:
        """The state in the school's wording."""
        return {
            PaperState.NOT_PRINTED: _("未列印"),
            PaperState.PRINTED: _("已列印"),
            PaperState.RETURNED: _("已簽回"),
            PaperState.VOID: _("已作廢"),
        }[self]


class NothingToSign(ServiceError):
    """There is nothing to print or sign: the subject was withdrawn, replaced, or not answered yet."""


@dataclass(frozen=True, slots=True)
class FormKey:
    """A form's kind and the id of its subject."""

    kind: FormKind
    subject_id: str


@dataclass(frozen=True, slots=True)
class Paper:
    """One form of a child; ``number`` is the issued document's, ``application`` the application's number."""

    key: FormKey
    state: PaperState
    number: str | None
    application: str | None


@dataclass(frozen=True, slots=True)
class FormContent:
    """The content of one form.

    Attributes:
        facts: the signed content; a change outdates the form.
        words: the rest (class, seat, the school's wording); a change outdates nothing.
    """

    kind: FormKind
    facts: Mapping[str, Any] = field(repr=False)
    words: Mapping[str, Any] = field(repr=False)

    @property
    def sha256(self) -> str:
        """The hash that binds signatures to the content, in hexadecimal."""
        plain = json.dumps([self.kind, self.facts, self.words], ensure_ascii=False, sort_keys=True)
        return hashlib.sha256(plain.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class PrintableForm:
    """One form to print, with the number for the bar code and the random token for the QR code.

    ``marks`` are the signatures from the screen by the number of their box, from 0: ``svg``, and ``signed``, the line
    below it.
    """

    number: str
    token: str = field(repr=False)
    issued_on: date
    content: FormContent
    marks: Mapping[int, Mapping[str, str]] = field(default_factory=dict, repr=False)


class FormFault(Enum):
    """Why a form cannot be rendered."""

    TOO_LONG = auto()
    UNRENDERABLE = auto()


class FormRefused(FaultError[FormFault], ServiceError):
    """A form cannot be rendered; the message holds nothing of it."""
