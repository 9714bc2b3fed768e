"""A session with a student's login, and the check that precedes every answer."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, fields
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, Select, bindparam, select
from sqlmodel import Session

from db.keyring import KeyRing
from db.models.columns import table_of
from db.models.logins import Credential
from db.models.school import Student
from db.store import Store, UnitOfWork
from kiosk.clock import Clock
from kiosk.config.settings import Settings
from kiosk.domain.errors import Denied, PasswordChangeRequired
from kiosk.rules.roc_dates import is_adult

STUDENT_LOGIN = "student"
_credential, _student = table_of(Credential), table_of(Student)


@dataclass(frozen=True)
class StudentSession:
    """A session with a student's login, of a parent or the student; another version of the login ends it."""

    credential_id: str
    student_id: str
    account: str = field(repr=False)
    terminal: str
    credential_version: int


@dataclass(frozen=True, slots=True)
class StudentBasics:
    """The columns of `db.models.school.Student` that decisions need."""

    id: str
    data_state: str
    national_id_index: bytes | None = field(repr=False)
    sealed: bytes = field(repr=False)
    class_name: str
    seat_number: int | None
    student_number: str = field(repr=False)
    name: str = field(repr=False)


_BASICS = tuple(one.name for one in fields(StudentBasics))
FIND_LOGIN: Select[Any] = (
    select(
        *(_student.c[name] for name in _BASICS),
        _credential.c.version,
        (_credential.c.active & _student.c.active).label("holds"),
        _credential.c.password_hash.is_not(None).label("changed"),
    )
    .join_from(_credential, _student, _credential.c.subject_id == _student.c.id)
    .where(_credential.c.id == bindparam("credential"), _student.c.id == bindparam("student"))
)
"""The columns that :func:`student_of` checks; a service may add its own."""


def login_parameters(visitor: StudentSession) -> dict[str, str]:
    """Return the parameters of :data:`FIND_LOGIN`."""
    return {"credential": visitor.credential_id, "student": visitor.student_id}


def require_valid(found: Row[Any] | None, version: int) -> Row[Any]:
    """Return the row of a login that holds, whose first password was changed, and that is still at this version.

    Raises:
        Denied: login or person is inactive, or the login was changed since the sign-in.
        PasswordChangeRequired: the first password was not changed yet.
    """
    if found is None or not found.holds:
        raise Denied
    if not found.changed:
        raise PasswordChangeRequired
    if found.version != version:
        raise Denied
    return found


def student_of(found: Row[Any] | None, visitor: StudentSession) -> StudentBasics:
    """Return the session's student by a row of :data:`FIND_LOGIN`; raises what `require_valid` does."""
    return StudentBasics(*require_valid(found, visitor.credential_version)[: len(_BASICS)])


def require_login(connection: Connection, visitor: StudentSession) -> StudentBasics:
    """Return the session's student in one statement; raises what `require_valid` does."""
    return student_of(connection.execute(FIND_LOGIN, login_parameters(visitor)).one_or_none(), visitor)


def require_student(session: Session, visitor: StudentSession) -> Student:
    """Return the session's student as a model; raises what `require_valid` does."""
    require_login(session.connection(), visitor)
    return session.get_one(Student, visitor.student_id)


class FamilyService:
    """A service for a session with a student's login.

    Every method first reads the student, and raises Denied or PasswordChangeRequired as `require_valid` does.
    """

    def __init__(self, store: Store, settings: Settings, clock: Clock) -> None:
        self._store = store
        self._settings = settings
        self._clock = clock

    @contextmanager
    def _read(self, visitor: StudentSession) -> Iterator[tuple[Session, Student]]:
        with self._store.read() as session:
            yield session, require_student(session, visitor)

    @contextmanager
    def _write(self, visitor: StudentSession) -> Iterator[tuple[UnitOfWork, Student]]:
        with self._store.write() as unit:
            yield unit, require_student(unit.session, visitor)


def is_of_age(keys: KeyRing, student_id: str, sealed: bytes, on: date) -> bool:
    """Return whether the student of a sealed row is of full age; False without a birth date on file."""
    birth = keys.open("student", student_id, sealed).get("birth_date")
    return bool(birth) and is_adult(date.fromisoformat(str(birth)), on)
