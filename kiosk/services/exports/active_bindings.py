"""Bindings as the exports read them, with the state that an earlier file had."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Row, Select, and_, func, select

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

_BINDINGS: Select[Any] = (
    select(
        _binding.c.id,
        _binding.c.parent_account_id.label("account_id"),
        _binding.c.student_id,
        _binding.c.relation,
        _application.c.basis,
        _application.c.number.label("application_number"),
        _consent.c.text_version.label("consent_version"),
        _consent.c.answered_at.label("consented_at"),
        _binding.c.began_at,
        _binding.c.ended_at,
        _student.c.updated_at.label("student_updated_at"),
        and_(
            _binding.c.state == "active",
            _application.c.state == ApplicationState.APPROVED.value,
            _account.c.active,
            _student.c.active,
        ).label("holds"),
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
    """A binding with columns of its application, consent and student.

    ``holds``: whether it counts: active, its application approved, its account open, the student at school.
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
    ended_at: int | None
    student_updated_at: int
    holds: bool
    class_name: str
    seat_number: int | None
    student_number: str = field(repr=False)
    student_name: str = field(repr=False)

    @property
    def state(self) -> str:
        """:data:`~kiosk.services.exports.export_log.ACTIVE` if it counts, else ``ENDED``."""
        return ACTIVE if self.holds else ENDED

    @property
    def changed_at(self) -> int:
        """Milliseconds since 1970-01-01 UTC of the last change for a receiver, the student's included."""
        return max(self.began_at, self.ended_at or 0, self.student_updated_at)

    def is_unreported(self, exported: Mapping[str, str]) -> bool:
        """Return whether a receiver lacks its state; the end of a binding that was never exported is not reported."""
        before = exported.get(self.id)
        return before != ACTIVE if self.holds else before == ACTIVE


def read_bindings(connection: Connection) -> tuple[ActiveBinding, ...]:
    """Return all bindings, ended ones included, by class and student number."""
    return tuple(ActiveBinding(**row._mapping) for row in connection.execute(_BINDINGS))


def accounts_of(connection: Connection, bindings: Iterable[ActiveBinding]) -> Iterator[Row[Any]]:
    """Yield the parent accounts of these bindings, each once, by id."""
    ids: Sequence[str] = sorted({one.account_id for one in bindings})
    for start in range(0, len(ids), _AT_ONCE):
        found = select(_account).where(_account.c.id.in_(ids[start : start + _AT_ONCE])).order_by(_account.c.id)
        yield from connection.execute(found)


def shared_mobiles(connection: Connection) -> frozenset[bytes]:
    """Return the blind indexes of mobile numbers that several open accounts share, and that sign in to none."""
    found = (
        select(_account.c.mobile_index)
        .where(_account.c.active)
        .group_by(_account.c.mobile_index)
        .having(func.count() > 1)
    )
    return frozenset(connection.execute(found).scalars())


def sign_on_names(account: Row[Any], known: Mapping[str, Any], shared: Collection[bytes]) -> tuple[str, ...]:
    """Return the login names of a parent (``known``: unsealed): e-mail, chosen account, mobile number if unshared."""
    mobile = None if account.mobile_index in shared else known["mobile"]
    return tuple(filter(None, (known["email"], known.get("chosen_account"), mobile)))
