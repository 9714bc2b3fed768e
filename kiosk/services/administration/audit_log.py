"""The audit log for administrators, without personal data; ``run_kiosk.py audit verify`` verifies its chain."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from sqlmodel import Session, col, select

from db.models.applications import Application
from db.models.audit import AuditEntry
from db.models.logins import Credential
from db.models.school import Staff
from db.store import Store
from kiosk.services.auth.staff_session import ADMINISTRATOR, STAFF_LOGIN, StaffGate, StaffMember

MAX_ROWS = 500


@dataclass(frozen=True)
class AuditRow:
    """One audited action, by its number in the chain and a time in milliseconds since 1970-01-01 UTC.

    Attributes:
        account: of the acting member of staff; else empty.
        actor: a kind of login (student, parent), or an internal name (operator, system).
        subject: an application's number, a staff account, or the first eight digits of another id.
    """

    seq: int
    at: int
    terminal: str
    account: str = field(repr=False)
    actor: str
    action: str
    subject: str = field(repr=False)


@dataclass(frozen=True)
class AuditPage:
    """One page of actions, the newest first."""

    rows: tuple[AuditRow, ...]
    has_newer: bool
    has_older: bool


class AuditLog:
    """Reads the audit log."""

    def __init__(self, store: Store) -> None:
        self._gate = StaffGate(store)

    def page(
        self,
        member: StaffMember,
        *,
        older_than: int | None = None,
        newer_than: int | None = None,
        from_oldest: bool = False,
        limit: int = 50,
    ) -> AuditPage:
        """Return one page, at most `MAX_ROWS`: the newest, or the oldest with ``from_oldest``.

        ``older_than`` or ``newer_than``, an exclusive ``seq``, start it elsewhere.

        Raises:
            Denied, PasswordChangeRequired: see :class:`StaffGate`.
        """
        limit = min(limit, MAX_ROWS)
        backward = newer_than is not None or (from_oldest and older_than is None)
        statement = select(AuditEntry).limit(limit + 1)
        if older_than is not None:
            statement = statement.where(col(AuditEntry.seq) < older_than)
        if newer_than is not None:
            statement = statement.where(col(AuditEntry.seq) > newer_than)
        order = col(AuditEntry.seq) if backward else col(AuditEntry.seq).desc()
        with self._gate.read(member, "audit.page", ADMINISTRATOR) as (session, _acting):
            found = list(session.exec(statement.order_by(order)))
            more, found = len(found) > limit, found[:limit]
            if backward:
                found.reverse()
            rows = tuple(_rows(session, found))
        if backward:
            return AuditPage(rows, has_newer=more, has_older=newer_than is not None)
        return AuditPage(rows, has_newer=older_than is not None, has_older=more)


def _rows(session: Session, entries: Iterable[AuditEntry]) -> Iterable[AuditRow]:
    """Yield the entries with names for ids, which are read in one statement for each table."""
    entries = list(entries)
    actors = {entry.actor for entry in entries}
    subjects = {entry.subject for entry in entries}
    kinds: dict[str, tuple[str, str]] = {
        id_: (kind, subject)
        for id_, kind, subject in session.exec(
            select(Credential.id, Credential.kind, Credential.subject_id).where(col(Credential.id).in_(actors))
        )
    }
    staff_ids = subjects | {subject for kind, subject in kinds.values() if kind == STAFF_LOGIN}
    accounts = dict(session.exec(select(Staff.id, Staff.account).where(col(Staff.id).in_(staff_ids))).all())
    numbers = dict(
        session.exec(select(Application.id, Application.number).where(col(Application.id).in_(subjects))).all()
    )
    for entry in entries:
        kind, owner = kinds.get(entry.actor, (entry.actor, ""))
        yield AuditRow(
            seq=entry.seq,
            at=entry.at,
            terminal=entry.terminal,
            account=accounts.get(owner, "") if kind == STAFF_LOGIN else "",
            actor=kind,
            action=entry.action,
            subject=numbers.get(entry.subject) or accounts.get(entry.subject) or entry.subject[:8],
        )
