"""Calls and dead letters as staff see them, and the printed list of parents to call."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy import Row

from db.keyring import KeyRing
from kiosk.i18n import _
from kiosk.rules.contact import mask_email
from kiosk.rules.roc_dates import format_roc
from kiosk.rules.text_safety import remove_unsafe_chars
from kiosk.services.messaging.outbox import MessageKind, MessageState
from kiosk.services.messaging.smtp import MailFault


class WhyCall(StrEnum):
    """Why a parent is called instead of mailed."""

    NO_EMAIL = "no_email"
    NO_MAIL_SERVER = "no_mail_server"
    NOT_DELIVERED = "not_delivered"

    @property
    def label(self) -> str:
        """The reason on screen and paper."""
        return {
            WhyCall.NO_EMAIL: _("沒有電子郵件"),
            WhyCall.NO_MAIL_SERVER: _("沒有設定寄信"),
            WhyCall.NOT_DELIVERED: _("信寄不到"),
        }[self]


@dataclass(frozen=True, slots=True)
class CallPosition:
    """A row's position in a list, after which the next page begins."""

    written_at: int
    message_id: str


@dataclass(frozen=True, slots=True)
class Call:
    """A parent to call.

    ``number``, ``class_name`` and ``student_name`` are empty for a message about an account without a child.

    Attributes:
        version: of the message, for :meth:`kiosk.services.messaging.outbox_desk.Outbox.called`.
        details: the reason, the fields with their reasons, or the last day of the first password.
        name: the parent's.
        mobile: the parent's, ten digits.
        number: the application's.
        written_at: the time of the decision, in milliseconds since 1970-01-01 UTC.
    """

    message_id: str
    version: int
    kind: MessageKind
    details: str = field(repr=False)
    why: WhyCall
    name: str = field(repr=False)
    mobile: str = field(repr=False)
    number: str
    class_name: str
    seat_number: int | None
    student_name: str = field(repr=False)
    written_at: int

    @property
    def place(self) -> CallPosition:
        """The position in the list."""
        return CallPosition(self.written_at, self.message_id)


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A mail that could not be delivered, or may not have been.

    Attributes:
        call: the same message as a call.
        email: the masked address.
        attempts: the number of tries.
    """

    call: Call
    email: str = field(repr=False)
    fault: MailFault
    attempts: int


def read_call(keys: KeyRing, row: Row[Any]) -> Call:
    """Return the call in a row of the outbox joined with its application."""
    content = keys.open("outbox_message", row.id, row.sealed)
    words = content["words"]
    until = _until(MessageKind(row.kind), words["until"]) if words.get("until") else ""
    return Call(
        message_id=row.id,
        version=row.version,
        kind=MessageKind(row.kind),
        details="\n".join(filter(None, (words.get("fields") or words.get("reason"), until))),
        why=_why(row, content["email"]),
        name=content["name"],
        mobile=content["mobile"],
        number=row.number or "",
        class_name=row.class_name or "",
        seat_number=row.seat_number,
        student_name=row.student_name or "",
        written_at=row.written_at,
    )


def read_dead_letter(keys: KeyRing, row: Row[Any]) -> DeadLetter:
    """Return the dead letter in such a row; an expired claim counts as ``uncertain``."""
    content = keys.open("outbox_message", row.id, row.sealed)
    is_lost = row.state == MessageState.SENDING.value
    fault = MailFault.UNCERTAIN if is_lost else MailFault(row.last_fault)
    return DeadLetter(read_call(keys, row), mask_email(content["email"]), fault, row.attempts)


def _until(kind: MessageKind, day: str) -> str:
    text = _("可以看到 {day} 為止") if kind is MessageKind.CARER_ADDED else _("第一次登入期限 {day}")
    return text.format(day=day)


def _why(row: Row[Any], email: str | None) -> WhyCall:
    if row.state != MessageState.WAITING.value:
        return WhyCall.NOT_DELIVERED
    return WhyCall.NO_EMAIL if email is None else WhyCall.NO_MAIL_SERVER


def call_sheet(calls: Iterable[Call], school_name: str, on: date) -> str:
    """Return the list to print; ``on`` is its date."""
    heading = _("{school}　親子綁定　待電話通知家長　{day}").format(school=school_name, day=format_roc(on))
    note = _("請先核對對方身分；電話中不要說出身分證字號，也不要詢問密碼。打過請勾選並在系統登錄。")
    return "\n\n".join([f"{heading}\n{note}", *map(_entry, calls)]) + "\n"


def _entry(call: Call) -> str:
    seat = _("{number}號").format(number=call.seat_number) if call.seat_number else ""
    parent = _("家長")
    lines = [
        f"[ ] {call.class_name}{seat} {call.student_name}　{parent} {call.name}　{call.mobile}",
        f"{call.number}　{call.kind.label}（{call.why.label}）",
        *call.details.split("\n"),
    ]
    return "\n    ".join(remove_unsafe_chars(line) for line in lines if line)
