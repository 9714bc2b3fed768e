"""Sends the mails of the outbox, each once, also with several senders and after crashes.

A sender claims a mail in one transaction, hands it to the server, and settles it in another transaction. If the sender
crashes in between, the claim expires. The mail may have been sent, so it becomes a dead letter for staff (fault
``uncertain``) and is not sent again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, select, update

from db.keyring import SealBroken
from db.models.columns import table_of
from db.models.messages import OutboxMessage
from db.store import Store, UnitOfWork
from kiosk.clock import TAIPEI
from kiosk.config.sections import SmtpSettings
from kiosk.config.settings import Settings
from kiosk.services.messaging.mail_templates import mail_text
from kiosk.services.messaging.outbox import Channel, MessageKind, MessageState
from kiosk.services.messaging.redaction import redact_after_send
from kiosk.services.messaging.smtp import DeliveryError, MailFault, MailSession, connected, make_message
from kiosk.services.texts.loader import TextUnusable

ACTOR = "mail"
BACK_OFF_MINUTES = (1, 5, 15, 60, 180, 360, 720, 1440)
"""The waits before the second try, the third, and so on: about two days in all."""
MAX_TRIES = len(BACK_OFF_MINUTES) + 1
AT_ONCE = 50
"""Mails in one session; many servers accept no more."""
PATIENCE_SECONDS = 120
CLAIM_SECONDS = 600
"""Longer than the session of one mail lasts: its steps and :data:`PATIENCE_SECONDS` at its end."""
_MINUTE_MILLISECONDS = 60_000

_message = table_of(OutboxMessage)


@dataclass(frozen=True)
class Sent:
    """Numbers of mails: sent, deferred to a later try, and failed."""

    sent: int = 0
    deferred: int = 0
    failed: int = 0

    def __add__(self, other: Sent) -> Sent:
        return Sent(self.sent + other.sent, self.deferred + other.deferred, self.failed + other.failed)


@dataclass(frozen=True)
class _Claim:
    """A mail that this sender alone may send."""

    id: str
    kind: str
    attempts: int
    sealed: bytes = field(repr=False)


class _ClaimedByAnother(Exception):
    """Another sender claimed the mail first; nothing is written."""


class MailSender:
    """Sends due mails; several senders may run, in one process or many."""

    def __init__(self, store: Store, settings: Settings) -> None:
        self._store = store
        self._settings = settings

    def send_due(self, limit: int = AT_ONCE) -> Sent:
        """Send due mails in one session with the mail server; without a mail server send none.

        Raises:
            StoreError: the database cannot be written; every mail that was sent is claimed or settled.
        """
        smtp = self._settings.smtp
        if smtp is None:
            return Sent()
        failed = self._fail_expired_claims()
        due = self._due(limit)
        if not due:
            return Sent(failed=failed)
        try:
            with connected(smtp) as session:
                results = self._send_each(smtp, session, due)
        except DeliveryError as error:  # of the connection, so no mail is claimed
            results = self._defer(due, error.fault)
        return Sent(
            sent=results.count(MessageState.SENT),
            deferred=results.count(MessageState.WAITING),
            failed=failed + results.count(MessageState.FAILED),
        )

    def send_all_due(self) -> Sent:
        """Repeat :meth:`send_due` until a round sends no mail, and return the sums."""
        total = Sent()
        while True:
            done = self.send_due()
            total += done
            if not done.sent:
                return total

    def _due(self, limit: int) -> list[str]:
        statement = (
            select(_message.c.id)
            .where(_is_due(MessageState.WAITING, self._store.now()))
            .order_by(_message.c.due_at, _message.c.id)
            .limit(limit)
        )
        with self._store.read() as session:
            return list(session.connection().execute(statement).scalars())

    def _send_each(self, smtp: SmtpSettings, session: MailSession, due: Sequence[str]) -> list[MessageState]:
        results = []
        for message_id in due:
            try:
                claim = self._claim(message_id)
            except _ClaimedByAnother:
                continue
            fault = self._try(smtp, session, claim)
            results.append(self._settle(claim, fault))
            if not session.is_open:
                break
        return results

    def _claim(self, message_id: str) -> _Claim:
        with self._store.write() as unit:
            statement = (
                update(_message)
                .where(_message.c.id == message_id, _is_due(MessageState.WAITING, unit.timestamp_ms))
                .values(
                    state=MessageState.SENDING.value,
                    attempts=_message.c.attempts + 1,
                    due_at=unit.timestamp_ms + CLAIM_SECONDS * 1000,
                    version=_message.c.version + 1,
                )
                .returning(_message.c.kind, _message.c.attempts, _message.c.sealed)
            )
            row = unit.connection.execute(statement).one_or_none()
            if row is None:
                raise _ClaimedByAnother
            unit.audit(ACTOR, "mail.claimed", message_id, {"attempt": row.attempts})
            return _Claim(message_id, row.kind, row.attempts, row.sealed)

    def _try(self, smtp: SmtpSettings, session: MailSession, claim: _Claim) -> MailFault | None:
        """Send a claimed mail; return the fault, or None on success."""
        try:
            content: dict[str, Any] = self._store.keys.open("outbox_message", claim.id, claim.sealed)
            school_name, folder = self._settings.school_name, self._settings.text_folder
            text = mail_text(MessageKind(claim.kind), folder, school_name, content["words"])
            at = datetime.fromtimestamp(self._store.now() / 1000, UTC).astimezone(TAIPEI)
            message = make_message(smtp, school_name, content["email"], text.subject, text.body, at, claim.id)
            session.send(message, PATIENCE_SECONDS)
        except DeliveryError as error:
            return error.fault
        except TextUnusable:
            return MailFault.TEMPLATE
        except SealBroken:  # the key was added while this process runs
            return MailFault.UNREADABLE
        return None

    def _settle(self, claim: _Claim, fault: MailFault | None) -> MessageState:
        """Record the outcome of a claim, even an expired one: no other process knows it."""
        with self._store.write() as unit:
            state, values = _outcome(unit, fault, claim.attempts)
            still_ours = (_message.c.state == MessageState.SENDING.value) | (
                (_message.c.state == MessageState.FAILED.value) & (_message.c.last_fault == MailFault.UNCERTAIN.value)
            )
            if state is MessageState.SENT:
                now = unit.connection.execute(select(_message.c.sealed).where(_message.c.id == claim.id)).scalar_one()
                values["sealed"] = redact_after_send(unit.keys, claim.id, now)
            unit.connection.execute(
                update(_message)
                .where(_message.c.id == claim.id, _message.c.attempts == claim.attempts, still_ours)
                .values(**values, version=_message.c.version + 1)
            )
            unit.audit(ACTOR, f"mail.{state.value}", claim.id, {"fault": values["last_fault"]})
        return state

    def _defer(self, due: Sequence[str], fault: MailFault) -> list[MessageState]:
        """Defer mails because no server was reached; each counts as a try."""
        results = []
        with self._store.write() as unit:
            waiting = unit.connection.execute(
                select(_message.c.id, _message.c.attempts).where(
                    _message.c.id.in_(due), _is_due(MessageState.WAITING, unit.timestamp_ms)
                )
            ).all()
            for row in waiting:
                state, values = _outcome(unit, fault, row.attempts + 1)
                unit.connection.execute(
                    update(_message)
                    .where(_message.c.id == row.id)
                    .values(**values, attempts=row.attempts + 1, version=_message.c.version + 1)
                )
                results.append(state)
            unit.audit(ACTOR, "mail.deferred", "outbox", {"fault": fault.value, "mails": len(results)})
        return results

    def _fail_expired_claims(self) -> int:
        """Make dead letters of mails whose claim expired, and return their number."""
        expired = select(_message.c.id).where(_is_due(MessageState.SENDING, self._store.now()))
        with self._store.read() as session:
            if session.connection().execute(expired.limit(1)).first() is None:
                return 0
        with self._store.write() as unit:
            statement = (
                update(_message)
                .where(_is_due(MessageState.SENDING, unit.timestamp_ms))
                .values(
                    state=MessageState.FAILED.value,
                    last_fault=MailFault.UNCERTAIN.value,
                    version=_message.c.version + 1,
                )
                .returning(_message.c.id)
            )
            found = unit.connection.execute(statement).all()
            unit.audit(ACTOR, "mail.claims_lost", "outbox", {"mails": [row.id for row in found]})
        return len(found)


def _is_due(state: MessageState, now: int) -> ColumnElement[bool]:
    """Return the filter of mails in a state whose time has come: for a try, or for the end of a claim."""
    return and_(_message.c.channel == Channel.MAIL.value, _message.c.state == state.value, _message.c.due_at <= now)


def _outcome(unit: UnitOfWork, fault: MailFault | None, attempts: int) -> tuple[MessageState, dict[str, Any]]:
    """Return the state after a try, and the columns to write."""
    if fault is None:
        state, values = MessageState.SENT, {"done_at": unit.timestamp_ms}
    elif fault.may_pass and attempts < MAX_TRIES:
        wait = BACK_OFF_MINUTES[attempts - 1] * _MINUTE_MILLISECONDS
        state, values = MessageState.WAITING, {"due_at": unit.timestamp_ms + wait}
    else:
        state, values = MessageState.FAILED, {}
    return state, {"state": state.value, "last_fault": fault.value if fault else "", **values}
