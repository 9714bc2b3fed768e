"""The outbox for staff: parents to call, and mails that could not be sent.

A homeroom teacher sees the messages of their classes; the registrar sees all, also those about an account without a
child. Names and numbers are shown in full for the call, so each view of a list is audited.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, func, not_, or_, select, true, tuple_, update

from db.models.applications import Application
from db.models.columns import table_of
from db.models.messages import OutboxMessage
from db.store import Store, UnitOfWork
from kiosk.config.settings import Settings
from kiosk.domain.errors import ChangedMeanwhile, Denied
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
from kiosk.services.messaging.call_sheet import Call, CallPosition, DeadLetter, read_call, read_dead_letter
from kiosk.services.messaging.outbox import Channel, MessageState
from kiosk.services.messaging.redaction import redact_after_send

PAGE_SIZE = 100

Actor = StaffMember | CommandLine
"""A reviewer, or the command line, which sees all."""

_UNSENT = (MessageState.WAITING.value, MessageState.SENDING.value)
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


@dataclass(frozen=True, slots=True)
class Counts:
    """The number of messages by what is left to do for them."""

    to_send: int
    sent: int
    dead_letters: int
    to_call: int
    called: int


class Outbox:
    """The service; ``settings`` decide whether a mail server is set.

    Every method raises Denied or PasswordChangeRequired as :class:`StaffGate` does.
    """

    def __init__(self, store: Store, settings: Settings) -> None:
        self._store = store
        self._settings = settings
        self._gate = StaffGate(store)

    def calls(self, actor: Actor, after: CallPosition | None = None, limit: int = PAGE_SIZE) -> tuple[Call, ...]:
        """Return a page of the parents to call, the longest waiting first."""
        with self._audited_look(actor, "outbox.calls") as (unit, visible):
            return tuple(read_call(unit.keys, row) for row in _page(unit, self._is_call(), visible, after, limit))

    def dead_letters(
        self, actor: Actor, after: CallPosition | None = None, limit: int = PAGE_SIZE
    ) -> tuple[DeadLetter, ...]:
        """Return a page of the dead letters, the oldest first."""
        with self._audited_look(actor, "outbox.dead_letters") as (unit, visible):
            return tuple(
                read_dead_letter(unit.keys, row)
                for row in _page(unit, _is_dead_letter(unit.timestamp_ms), visible, after, limit)
            )

    def counts(self, actor: Actor) -> Counts:
        """Count the messages by state."""
        with self._audited_look(actor, "outbox.counts") as (unit, visible):

            def number(wanted: ColumnElement[bool]) -> int:
                joined = _message.outerjoin(_application, _message.c.application_id == _application.c.id)
                statement = select(func.count()).select_from(joined).where(wanted, visible)
                return int(unit.connection.execute(statement).scalar_one())

            dead, state = _is_dead_letter(unit.timestamp_ms), _message.c.state
            return Counts(
                to_send=number(and_(state.in_(_UNSENT), not_(dead), not_(self._is_call()))),
                sent=number(state == MessageState.SENT.value),
                dead_letters=number(dead),
                to_call=number(self._is_call()),
                called=number(state == MessageState.CALLED.value),
            )

    def called(self, member: StaffMember, message_id: str, version: int) -> None:
        """Record that a parent of either list was called.

        Raises:
            ChangedMeanwhile: a colleague was faster, or the mail was sent after all.
            Denied: another's class.
        """
        with self._gate.write(member, "outbox.called", REVIEWERS) as (unit, acting):
            wanted = or_(self._is_call(), _is_dead_letter(unit.timestamp_ms))
            values = {"state": MessageState.CALLED.value, "done_at": unit.timestamp_ms, "done_by": acting.id}
            _change(unit, acting, message_id, version, wanted, values)
            unit.audit(member.credential_id, "outbox.called", message_id)

    def retry(self, member: StaffMember, message_id: str, version: int) -> None:
        """Queue a dead letter again, due at once; with the fault ``uncertain`` the parent may receive it twice.

        Raises:
            ChangedMeanwhile: a colleague was faster.
            Denied: another's class.
        """
        with self._gate.write(member, "outbox.retry", REVIEWERS) as (unit, acting):
            values = {"state": MessageState.WAITING.value, "due_at": unit.timestamp_ms, "last_fault": ""}
            _change(unit, acting, message_id, version, _is_dead_letter(unit.timestamp_ms), values)
            unit.audit(member.credential_id, "outbox.retried", message_id)

    @contextmanager
    def _audited_look(self, actor: Actor, action: str) -> Iterator[tuple[UnitOfWork, ColumnElement[bool]]]:
        """Open a unit of work that audits the look; yield it with the filter of the messages the actor may see."""
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
        """Return the filter of calls; it includes mails that wait for a mail server no longer set."""
        waits = _message.c.state == MessageState.WAITING.value
        return waits if self._settings.smtp is None else and_(waits, _message.c.channel == Channel.CALL.value)


def failed_mails(unit: UnitOfWork) -> tuple[DeadLetter, ...]:
    """Return every dead letter, the oldest first, for a report whose caller checks access and audits."""
    rows = unit.connection.execute(_WITH_APPLICATION.where(_is_dead_letter(unit.timestamp_ms))).all()
    return tuple(read_dead_letter(unit.keys, row) for row in rows)


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
    """Return the filter of dead letters; it includes expired claims that no sender has settled yet."""
    expired = and_(_message.c.state == MessageState.SENDING.value, _message.c.due_at <= now)
    return or_(_message.c.state == MessageState.FAILED.value, expired)


def _page(
    unit: UnitOfWork, wanted: ColumnElement[bool], visible: ColumnElement[bool], after: CallPosition | None, limit: int
) -> Sequence[Row[Any]]:
    statement = _WITH_APPLICATION.where(wanted, visible).limit(limit)
    if after is not None:
        position = tuple_(_message.c.written_at, _message.c.id)
        statement = statement.where(position > (after.written_at, after.message_id))
    return unit.connection.execute(statement).all()
