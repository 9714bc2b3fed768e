"""What became of the messages, for staff: whom to call, and which mails could not be sent.

A homeroom teacher sees those of their classes, the registrar all, also what is about an account and no child. Names
and numbers are shown whole, because without them nobody can be called; that the list was opened stands in the audit.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, func, not_, or_, select, true, tuple_, update

from db.models.applications import Application
from db.models.columns import table_of
from db.models.messages import OutboxMessage
from db.store import Store, UnitOfWork
from kiosk.config.settings import Settings
from kiosk.domain.errors import ChangedMeanwhile, Denied
from kiosk.i18n import _
from kiosk.rules.contact import mask_email
from kiosk.rules.roc_dates import format_roc
from kiosk.rules.text_safety import remove_unsafe_chars
from kiosk.services.auth.staff_session import (
    OPERATOR,
    REVIEWERS,
    ActingStaff,
    CommandLine,
    Role,
    StaffGate,
    StaffMember,
    name_of_staff,
)
from kiosk.services.messaging.outbox import Channel, MessageKind, MessageState
from kiosk.services.messaging.redaction import redact_after_send
from kiosk.services.messaging.smtp import MailFault

AT_ONCE = 100

Actor = StaffMember | CommandLine
"""Who may look: the reviewers, or whoever has the command line, who sees all."""

_ON_THE_WAY = (MessageState.WAITING.value, MessageState.SENDING.value)
_message = table_of(OutboxMessage)
_application = table_of(Application)
_WITH_APPLICATION = (
    select(
        _message,
        _application.c.number,
        _application.c.class_name,
        _application.c.seat_number,
        _application.c.student_name,
    )
    .join_from(_message, _application, _message.c.application_id == _application.c.id, isouter=True)
    .order_by(_message.c.written_at, _message.c.id)
)


class WhyCall(StrEnum):
    """Why a parent is called and has no mail."""

    NO_EMAIL = "no_email"
    NO_MAIL_SERVER = "no_mail_server"
    NOT_DELIVERED = "not_delivered"

    @property
    def label(self) -> str:
        """The reason in words."""
        return {
            WhyCall.NO_EMAIL: _("沒有電子郵件"),
            WhyCall.NO_MAIL_SERVER: _("沒有設定寄信"),
            WhyCall.NOT_DELIVERED: _("信寄不到"),
        }[self]


@dataclass(frozen=True, slots=True)
class CallPosition:
    """A row's place in a list; the next page begins behind it."""

    written_at: int
    message_id: str


@dataclass(frozen=True, slots=True)
class Call:
    """A parent to be called.

    Attributes:
        message_id: the message.
        version: of it, for :meth:`Outbox.called`.
        kind: what is to be told.
        details: the reason, the fields with their reasons, or the day until which the first password is good.
        why: why by telephone.
        name: the parent's.
        mobile: theirs, ten digits.
        number: the application's; empty, as class and student, where it is about an account and no child of it.
        class_name: the child's.
        seat_number: the child's, where known.
        student_name: the child's.
        written_at: when it was decided, in milliseconds since 1970-01-01 UTC.
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
        """Where it stands in the list."""
        return CallPosition(self.written_at, self.message_id)


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A mail that could not be sent, or nobody knows whether it was.

    Attributes:
        call: the same person and matter, to be told by telephone instead.
        email: where it should have gone, masked.
        fault: why it was given up.
        attempts: how often it was tried.
    """

    call: Call
    email: str = field(repr=False)
    fault: MailFault
    attempts: int


@dataclass(frozen=True, slots=True)
class Counts:
    """How many messages there are: to be sent yet, sent, given up, to be told by telephone, told."""

    to_send: int
    sent: int
    dead_letters: int
    to_call: int
    called: int


class Outbox:
    """The service.

    Args:
        store: the database.
        settings: whether a mail server is set.
    """

    def __init__(self, store: Store, settings: Settings) -> None:
        self._store = store
        self._settings = settings
        self._gate = StaffGate(store)

    def calls(self, actor: Actor, after: CallPosition | None = None, limit: int = AT_ONCE) -> tuple[Call, ...]:
        """Whom to call, the longest waiting first, a page at a time.

        Raises:
            Denied, PasswordChangeRequired: see :class:`StaffGate`.
        """
        with self._looking(actor, "outbox.calls") as (unit, own):
            return tuple(_call(unit, row) for row in _page(unit, self._is_call(), own, after, limit))

    def dead_letters(
        self, actor: Actor, after: CallPosition | None = None, limit: int = AT_ONCE
    ) -> tuple[DeadLetter, ...]:
        """Mails that were given up, the oldest first, a page at a time.

        Raises:
            Denied, PasswordChangeRequired: see :class:`StaffGate`.
        """
        with self._looking(actor, "outbox.dead_letters") as (unit, own):
            return tuple(
                _dead_letter(unit, row) for row in _page(unit, _is_dead_letter(unit.timestamp_ms), own, after, limit)
            )

    def counts(self, actor: Actor) -> Counts:
        """How many messages are where.

        Raises:
            Denied, PasswordChangeRequired: see :class:`StaffGate`.
        """
        with self._looking(actor, "outbox.counts") as (unit, own):

            def number(wanted: ColumnElement[bool]) -> int:
                joined = _message.outerjoin(_application, _message.c.application_id == _application.c.id)
                statement = select(func.count()).select_from(joined).where(wanted, own)
                return int(unit.connection.execute(statement).scalar_one())

            dead, state = _is_dead_letter(unit.timestamp_ms), _message.c.state
            return Counts(
                to_send=number(and_(state.in_(_ON_THE_WAY), not_(dead), not_(self._is_call()))),
                sent=number(state == MessageState.SENT.value),
                dead_letters=number(dead),
                to_call=number(self._is_call()),
                called=number(state == MessageState.CALLED.value),
            )

    def called(self, member: StaffMember, message_id: str, version: int) -> None:
        """Note that a parent was told by telephone, from either list.

        Raises:
            ChangedMeanwhile: a colleague was faster, or the mail went after all.
            Denied, PasswordChangeRequired: another's class, or see :class:`StaffGate`.
        """
        with self._gate.write(member, "outbox.called", REVIEWERS) as (unit, acting):
            wanted = or_(self._is_call(), _is_dead_letter(unit.timestamp_ms))
            values = {"state": MessageState.CALLED.value, "done_at": unit.timestamp_ms, "done_by": acting.id}
            _change(unit, acting, message_id, version, wanted, values)
            unit.audit(member.credential_id, "outbox.called", message_id)

    def retry(self, member: StaffMember, message_id: str, version: int) -> None:
        """Have a dead letter sent once more, at once; if its fault was ``uncertain``, the parent may get it twice.

        Raises:
            ChangedMeanwhile: a colleague was faster.
            Denied, PasswordChangeRequired: another's class, or see :class:`StaffGate`.
        """
        with self._gate.write(member, "outbox.retry", REVIEWERS) as (unit, acting):
            values = {"state": MessageState.WAITING.value, "due_at": unit.timestamp_ms, "last_fault": ""}
            _change(unit, acting, message_id, version, _is_dead_letter(unit.timestamp_ms), values)
            unit.audit(member.credential_id, "outbox.retried", message_id)

    @contextmanager
    def _looking(self, actor: Actor, action: str) -> Iterator[tuple[UnitOfWork, ColumnElement[bool]]]:
        """A unit of work that notes who looks, and which messages they may see."""
        if isinstance(actor, CommandLine):
            with self._store.write() as unit:
                unit.audit(OPERATOR, action, "outbox")
                yield unit, true()
        else:
            with self._gate.write(actor, action, REVIEWERS) as (unit, acting):
                unit.audit(actor.credential_id, action, "outbox")
                is_all = acting.role is Role.REGISTRAR
                yield unit, true() if is_all else _application.c.class_name.in_(acting.classes)

    def _is_call(self) -> ColumnElement[bool]:
        """Which messages are told by telephone: also mails that wait for a mail server that is no longer set."""
        waits = _message.c.state == MessageState.WAITING.value
        return waits if self._settings.smtp is None else and_(waits, _message.c.channel == Channel.CALL.value)


def failed(unit: UnitOfWork) -> tuple[DeadLetter, ...]:
    """Every mail that was given up, the oldest first, for a report; the caller has been let in and audits it."""
    rows = unit.connection.execute(_WITH_APPLICATION.where(_is_dead_letter(unit.timestamp_ms))).all()
    return tuple(_dead_letter(unit, row) for row in rows)


def _change(
    unit: UnitOfWork,
    acting: ActingStaff,
    message_id: str,
    version: int,
    wanted: ColumnElement[bool],
    values: dict[str, Any],
) -> None:
    row = unit.connection.execute(_WITH_APPLICATION.where(_message.c.id == message_id)).one_or_none()
    if row is None:
        raise Denied
    acting.require_class(row.class_name or "")
    if values["state"] == MessageState.CALLED.value:
        values["sealed"] = redact_after_send(unit.keys, row.id, row.sealed)
    changed = unit.connection.execute(
        update(_message)
        .where(_message.c.id == message_id, _message.c.version == version, wanted)
        .values(**values, version=version + 1)
    )
    if changed.rowcount != 1:
        raise ChangedMeanwhile(name_of_staff(unit.session, row.done_by), row.done_at or 0, row.state)


def _is_dead_letter(now: int) -> ColumnElement[bool]:
    """Which mails were given up: also those whose sender died, before another one has come by and noted it."""
    lost = and_(_message.c.state == MessageState.SENDING.value, _message.c.due_at <= now)
    return or_(_message.c.state == MessageState.FAILED.value, lost)


def _page(
    unit: UnitOfWork, wanted: ColumnElement[bool], own: ColumnElement[bool], after: CallPosition | None, limit: int
) -> Sequence[Row[Any]]:
    statement = _WITH_APPLICATION.where(wanted, own).limit(limit)
    if after is not None:
        place = tuple_(_message.c.written_at, _message.c.id)
        statement = statement.where(place > (after.written_at, after.message_id))
    return unit.connection.execute(statement).all()


def _call(unit: UnitOfWork, row: Row[Any]) -> Call:
    content = unit.keys.open("outbox_message", row.id, row.sealed)
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


def _until(kind: MessageKind, day: str) -> str:
    text = _("可以看到 {day} 為止") if kind is MessageKind.CARER_ADDED else _("第一次登入期限 {day}")
    return text.format(day=day)


def _why(row: Row[Any], email: str | None) -> WhyCall:
    if row.state != MessageState.WAITING.value:
        return WhyCall.NOT_DELIVERED
    return WhyCall.NO_EMAIL if email is None else WhyCall.NO_MAIL_SERVER


def _dead_letter(unit: UnitOfWork, row: Row[Any]) -> DeadLetter:
    content = unit.keys.open("outbox_message", row.id, row.sealed)
    is_lost = row.state == MessageState.SENDING.value
    fault = MailFault.UNCERTAIN if is_lost else MailFault(row.last_fault)
    return DeadLetter(_call(unit, row), mask_email(content["email"]), fault, row.attempts)


def call_sheet(calls: Iterable[Call], school_name: str, on: date) -> str:
    """Write the list.

    Args:
        calls: whom to call, in the order of the list.
        school_name: for the heading.
        on: the day it is printed.
    """
    heading = _("{school}　親子綁定　待電話通知家長　{day}").format(school=school_name, day=format_roc(on))
    note = _("請先核對對方身分；電話中不要說出身分證字號，也不要詢問密碼。打過請勾選並在系統登錄。")
    return "\n\n".join([f"{heading}\n{note}", *map(_entry, calls)]) + "\n"


def _entry(call: Call) -> str:
    seat = _("{number}號").format(number=call.seat_number) if call.seat_number else ""
    lines = [
        f"[ ] {call.class_name}{seat} {call.student_name}　{_('家長')} {call.name}　{call.mobile}",
        f"{call.number}　{call.kind.label}（{call.why.label}）",
        *call.details.split("\n"),
    ]
    return "\n    ".join(remove_unsafe_chars(line) for line in lines if line)
