"""The bindings as a hand-over sees them: which hold, and what of them an earlier file has told already."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Row, Select, func, select

from db.models.accounts import Binding, ParentAccount
from db.models.applications import Application, Consent
from db.models.columns import table_of
from db.models.school import Student
from kiosk.domain.application_status import ApplicationState
from kiosk.services.exports.export_log import ACTIVE, ENDED

_AT_ONCE = 500

_student = table_of(Student)
_binding = table_of(Binding)
_account = table_of(ParentAccount)
_application = table_of(Application)
_consent = table_of(Consent)

_LINKS: Select[Any] = (
    select(
        _binding.c.id,
        _binding.c.parent_account_id,
        _binding.c.student_id,
        _binding.c.relation,
        _binding.c.state,
        _binding.c.began_at,
        _binding.c.ended_at,
        _application.c.basis,
        _application.c.number,
        _application.c.state.label("application_state"),
        _consent.c.text_version,
        _consent.c.answered_at,
        _account.c.active.label("account_active"),
        _student.c.active.label("student_active"),
        _student.c.updated_at,
        _student.c.class_name,
        _student.c.seat_number,
        _student.c.student_number,
        _student.c.name.label("student_name"),
    )
    .join_from(_binding, _application, _binding.c.application_id == _application.c.id)
    .join(_consent, _application.c.consent_id == _consent.c.id)
    .join(_account, _binding.c.parent_account_id == _account.c.id)
    .join(_student, _binding.c.student_id == _student.c.id)
    .order_by(_student.c.class_name, _student.c.student_number, _binding.c.began_at, _binding.c.id)
)


@dataclass(frozen=True, slots=True)
class ActiveBinding:
    """A binding with what stands around it; the names are those of the columns.

    ``changed_at``: when last something of it changed that a receiver must know, the student's leaving too.
    """

    id: str
    account_id: str
    student_id: str
    relation: str
    basis: str
    application_number: str
    consent_version: str
    consented_at: int
    began_at: int
    changed_at: int
    state: str
    class_name: str
    seat_number: int | None
    student_number: str = field(repr=False)
    student_name: str = field(repr=False)

    @property
    def holds(self) -> bool:
        """Whether it counts: active, its application approved, its account open, the student at school."""
        return self.state == ACTIVE

    def is_news(self, told: Mapping[str, str]) -> bool:
        """Whether a receiver does not know it yet; of what ended before it was ever told, there is nothing to tell.

        Args:
            told: see :func:`kiosk.services.exports.export_log.last_exported_states`.
        """
        before = told.get(self.id)
        return before != ACTIVE if self.holds else before == ACTIVE


def read_links(connection: Connection) -> tuple[ActiveBinding, ...]:
    """Every binding there ever was, in the order of classes and student numbers."""
    return tuple(_link(row) for row in connection.execute(_LINKS))


def _link(row: Row[Any]) -> ActiveBinding:
    approved = row.application_state == ApplicationState.APPROVED.value
    holds = row.state == "active" and approved and row.account_active and row.student_active
    return ActiveBinding(
        id=row.id,
        account_id=row.parent_account_id,
        student_id=row.student_id,
        relation=row.relation,
        basis=row.basis,
        application_number=row.number,
        consent_version=row.text_version,
        consented_at=row.answered_at,
        began_at=row.began_at,
        changed_at=max(row.began_at, row.ended_at or 0, row.updated_at),
        state=ACTIVE if holds else ENDED,
        class_name=row.class_name,
        seat_number=row.seat_number,
        student_number=row.student_number,
        student_name=row.student_name,
    )


def accounts_of(connection: Connection, links: Iterable[ActiveBinding]) -> Iterator[Row[Any]]:
    """The parent account of each of these bindings, once, in the order of ids; each row as the table has it."""
    ids: Sequence[str] = sorted({link.account_id for link in links})
    for start in range(0, len(ids), _AT_ONCE):
        found = select(_account).where(_account.c.id.in_(ids[start : start + _AT_ONCE])).order_by(_account.c.id)
        yield from connection.execute(found)


def shared_mobiles(connection: Connection) -> frozenset[bytes]:
    """The blind indexes of the numbers that several open accounts have: nobody can sign on with one."""
    found = (
        select(_account.c.mobile_index)
        .where(_account.c.active)
        .group_by(_account.c.mobile_index)
        .having(func.count() > 1)
    )
    return frozenset(connection.execute(found).scalars())


def sign_on_names(account: Row[Any], known: Mapping[str, Any], shared: Collection[bytes]) -> tuple[str, ...]:
    """What a parent can sign on with, the usual first: e-mail, self-chosen account, a mobile number of their own.

    Args:
        account: the row.
        known: what is sealed in it.
        shared: see :func:`shared_mobiles`.
    """
    mobile = None if account.mobile_index in shared else known["mobile"]
    return tuple(filter(None, (known["email"], known.get("chosen_account"), mobile)))
