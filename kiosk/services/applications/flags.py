"""Keeps the columns of an application that follow from other rows: its class and names, blocks, review flags, counts.

Every service that changes such a row calls `refresh` in its own unit of work, so no column is ever outdated. The
doctor compares and repairs them (`kiosk.services.applications.flag_check`).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, TypeVar

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    RowMapping,
    bindparam,
    delete,
    func,
    insert,
    or_,
    select,
    text,
    update,
)

from db.keyring import KeyRing
from db.models.applications import Applicant, Application, ApplicationCount, Consent
from db.models.columns import table_of
from db.models.documents import SignedForm
from db.models.school import Guardian, Student
from db.store import UnitOfWork
from kiosk.domain.application_case import ApplicantRecord, ApplicationCase
from kiosk.domain.application_form import Basis
from kiosk.domain.application_status import LIVE_STATES, OPEN_STATES, ApprovalBlock, ReviewFlag
from kiosk.domain.school_calendar import day_at
from kiosk.services.applications.cases import BLOCK_COLUMNS, applicant_of
from kiosk.services.applications.flag_rules import (
    FLAG_COLUMNS,
    NO_FLAGS,
    GuardianContacts,
    flags_of,
    names_of,
    person_flags,
)
from kiosk.services.applications.shared_contacts import INDEXES, Shared, sharing
from kiosk.services.auth.student_session import is_of_age
from kiosk.services.documents.register import void_outdated

_STUDENTS_AT_ONCE = 300
_DERIVED = ("class_name", "seat_number", "student_number", "student_name", "names", *FLAG_COLUMNS)
_Record = TypeVar("_Record")

_application = table_of(Application)
_applicant = table_of(Applicant)
_guardian = table_of(Guardian)
_student = table_of(Student)
_consent = table_of(Consent)
_signed_form = table_of(SignedForm)
_count = table_of(ApplicationCount)

_IDS: BindParameter[Any] = bindparam("ids", expanding=True)
_FIND_APPLICATIONS = select(_application).where(_application.c.student_id.in_(_IDS))
_FIND_STUDENTS = select(_student).where(_student.c.id.in_(_IDS))
_FIND_GUARDIANS = select(_guardian.c.student_id, *(_guardian.c[index] for index in INDEXES), _guardian.c.name).where(
    _guardian.c.student_id.in_(_IDS)
)
_FIND_PEOPLE = (
    select(_applicant)
    .join_from(_application, _applicant, _applicant.c.application_id == _application.c.id)
    .where(_application.c.student_id.in_(_IDS))
    .order_by(_applicant.c.position)
)
_FIND_ANSWERS = (
    select(_consent.c.student_id, _consent.c.answered_by, _consent.c.choice)
    .where(_consent.c.student_id.in_(_IDS))
    .order_by(_consent.c.answered_at)
)
_FIND_SIGNED = select(_signed_form.c.application_id).where(
    _signed_form.c.student_id.in_(_IDS), _signed_form.c.form == "binding", _signed_form.c.state == "returned"
)
_FIND_STUDENTS_WITH_ID = select(_student.c.national_id_index).where(_student.c.national_id_index.in_(_IDS))
_COUNT_BY = text(
    "INSERT INTO application_count (class_name, state, value) VALUES (:class_name, :state, :more)"
    " ON CONFLICT (class_name, state) DO UPDATE SET value = application_count.value + excluded.value"
)


def refresh(unit: UnitOfWork, student_ids: Iterable[str]) -> None:
    """Refresh the applications of these students, and those that share contacts with theirs.

    A row whose flags change becomes another version, so a decision on the earlier version is refused. Call it once,
    after the changes. Where an applicant's contacts change, `refresh_only` the earlier `students_sharing_contacts` too.
    """
    unit.session.flush()
    wanted = set(student_ids)
    _void_outdated_forms(unit, wanted)
    refresh_only(unit, wanted | students_sharing_contacts(unit.connection, wanted))


def refresh_only(unit: UnitOfWork, student_ids: Iterable[str]) -> None:
    """Refresh the applications of these students and no others."""
    for chunk in _chunks(student_ids):
        write_columns(unit, outdated_columns(unit.connection, unit.keys, chunk, unit.timestamp_ms))


def with_current_flags(unit: UnitOfWork, case: ApplicationCase) -> ApplicationCase:
    """Return the case with blocks and flags as of now, and void its outdated forms; nothing else is written.

    The stored columns can be outdated only by time: a student comes of age.
    """
    unit.session.flush()
    _void_outdated_forms(unit, [case.student_id])
    facts = _Facts(unit.connection, unit.keys, [case.student_id], day_at(unit.timestamp_ms))
    (columns,) = (facts.columns(row) for row in facts.applications if row["id"] == case.id)
    return replace(
        case,
        blocks=tuple(block for block, column in BLOCK_COLUMNS.items() if columns[column]),
        flags=ReviewFlag(columns["remarks"]),
        needs_review=columns["needs_a_look"],
    )


def refresh_after_roster(unit: UnitOfWork, renamed: Iterable[str]) -> None:
    """Refresh every application after a roster import: classes and names in one statement, then the open ones' flags.

    ``renamed`` are the students with a new name; nothing else of a roster is on a form to be signed.
    """
    connection = unit.connection
    _void_outdated_forms(unit, renamed)
    copies: dict[str, ColumnElement[Any]] = {
        "class_name": _student.c.class_name,
        "seat_number": func.coalesce(_student.c.seat_number, 0),
        "student_number": _student.c.student_number,
        "student_name": _student.c.name,
        "names": _student.c.name + func.substr(_application.c.names, func.length(_application.c.student_name) + 1),
    }
    moved = connection.execute(
        update(_application)
        .where(_application.c.student_id == _student.c.id)
        .where(or_(*(_application.c[name] != value for name, value in copies.items() if name != "names")))
        .values(copies)
    )
    if moved.rowcount:
        count_again(connection)
    for chunk in students_with_applications(connection, only_open=True):
        write_columns(unit, outdated_columns(connection, unit.keys, chunk, unit.timestamp_ms))


def students_sharing_contacts(connection: Connection, student_ids: Collection[str]) -> set[str]:
    """Return the other students with a live applicant who shares contacts with an applicant of these students."""
    found: set[str] = set()
    for chunk in _chunks(student_ids):
        people = [applicant_of(row) for row in connection.execute(_FIND_PEOPLE, {"ids": chunk}).mappings()]
        found |= {other.student_id for other in sharing(connection, people)}
    return found.difference(student_ids)


def increment_state_count(connection: Connection, class_name: str, state: str, more: int = 1) -> None:
    """Count an application of a class into a state, or (with -1) out of it."""
    connection.execute(_COUNT_BY, {"class_name": class_name, "state": str(state), "more": more})


@dataclass(frozen=True, slots=True)
class OutdatedApplication:
    """A stored application that differs from the ``columns`` that follow now."""

    stored: RowMapping
    columns: dict[str, Any]


def outdated_columns(
    connection: Connection, keys: KeyRing, student_ids: Sequence[str], at: int
) -> Iterator[OutdatedApplication]:
    """Find the outdated applications of these students at a moment in milliseconds since 1970-01-01 UTC."""
    facts = _Facts(connection, keys, student_ids, day_at(at))
    for stored in facts.applications:
        columns = facts.columns(stored)
        if any(stored[name] != value for name, value in columns.items()):
            yield OutdatedApplication(stored, columns)


def write_columns(unit: UnitOfWork, outdated: Iterable[OutdatedApplication]) -> None:
    """Write the columns; a row whose flags change becomes another version, one that only moved does not."""
    rows = []
    for one in outdated:
        stored, columns = one.stored, one.columns
        flags_change = any(stored[name] != columns[name] for name in FLAG_COLUMNS)
        rows.append({"row": stored["id"], "new_version": stored["version"] + flags_change, **columns})
        if stored["class_name"] != columns["class_name"]:
            increment_state_count(unit.connection, stored["class_name"], stored["state"], -1)
            increment_state_count(unit.connection, columns["class_name"], stored["state"])
    if rows:
        values: dict[str, Any] = {name: bindparam(name) for name in _DERIVED} | {"version": bindparam("new_version")}
        unit.connection.execute(update(_application).where(_application.c.id == bindparam("row")).values(values), rows)


def students_with_applications(connection: Connection, *, only_open: bool) -> Iterator[list[str]]:
    """Yield the students of all applications, or of the open ones, some at a time."""
    last = ""
    while True:
        statement = select(_application.c.student_id).where(_application.c.student_id > last).distinct()
        if only_open:
            statement = statement.where(_application.c.state.in_(OPEN_STATES))
        page = connection.execute(statement.order_by(_application.c.student_id).limit(_STUDENTS_AT_ONCE))
        found = list(page.scalars())
        if not found:
            return
        yield found
        last = found[-1]


def counts_of(connection: Connection) -> dict[tuple[str, str], int]:
    """Count the applications by class and state."""
    kind = (_application.c.class_name, _application.c.state)
    counted = connection.execute(select(*kind, func.count()).group_by(*kind))
    return {(class_name, state): int(value) for class_name, state, value in counted}


def count_again(connection: Connection) -> int:
    """Store the counts of all applications anew; return how many there are."""
    counted = counts_of(connection)
    connection.execute(delete(_count))
    if counted:
        rows = [{"class_name": name, "state": state, "value": value} for (name, state), value in counted.items()]
        connection.execute(insert(_count), rows)
    return sum(counted.values())


def _void_outdated_forms(unit: UnitOfWork, student_ids: Iterable[str]) -> None:
    """Void forms whose facts have changed; their application waits for a signature again."""
    for chunk in _chunks(student_ids):
        void_outdated(unit, chunk)


class _Facts:
    """The rows that the derived columns of some students' applications follow from, one statement a table."""

    def __init__(self, connection: Connection, keys: KeyRing, student_ids: Sequence[str], on: date) -> None:
        ids = {"ids": student_ids}
        self._keys, self._on = keys, on
        self.applications = connection.execute(_FIND_APPLICATIONS, ids).mappings().all()
        self._live = Counter(row["student_id"] for row in self.applications if row["state"] in LIVE_STATES)
        self._students = {row["id"]: row for row in connection.execute(_FIND_STUDENTS, ids).mappings()}
        guardians = (GuardianContacts(**row) for row in connection.execute(_FIND_GUARDIANS, ids).mappings())
        self._guardians = _grouped(guardians, lambda guardian: guardian.student_id)
        people = [applicant_of(row) for row in connection.execute(_FIND_PEOPLE, ids).mappings()]
        self._people = _grouped(people, lambda person: person.application_id)
        self._signed = set(connection.execute(_FIND_SIGNED, ids).scalars())
        self._answers = {
            (row.student_id, row.answered_by): row.choice for row in connection.execute(_FIND_ANSWERS, ids)
        }
        self._shared = Shared(sharing(connection, people))
        numbers = list({person.national_id_index for person in people})
        self._student_numbers = set(connection.execute(_FIND_STUDENTS_WITH_ID, {"ids": numbers}).scalars())

    def columns(self, application: RowMapping) -> dict[str, Any]:
        """Return the derived columns of one application."""
        student = self._students[application["student_id"]]
        people = self._people[application["id"]]
        copied = {
            "class_name": student["class_name"],
            "seat_number": student["seat_number"] or 0,
            "student_number": student["student_number"],
            "student_name": student["name"],
            "names": names_of(student["name"], people),
        }
        if application["state"] not in OPEN_STATES:
            return copied | NO_FLAGS
        guardians = self._guardians[student["id"]]
        flags = [person_flags(person, guardians, self._shared) for person in people]
        refused = self._answers.get((student["id"], "parent")) == "refuse"
        return copied | flags_of(self._blocks(application, student, people), flags, consent_refused=refused)

    def _blocks(
        self, application: RowMapping, student: RowMapping, people: Sequence[ApplicantRecord]
    ) -> set[ApprovalBlock]:
        student_agrees = self._answers.get((student["id"], "student")) == "agree"
        released = application["registrar_released_by"] is not None
        holds = {
            ApprovalBlock.DOCUMENTS: bool(Basis(application["basis"]).documents)
            and application["documents_seen_by"] is None,
            ApprovalBlock.CORRECTION: student["data_state"] == "error_reported",
            ApprovalBlock.CONFLICT: self._live[student["id"]] > 1 and application["conflict_settled_by"] is None,
            ApprovalBlock.STUDENT_CONSENT: not student_agrees
            and is_of_age(self._keys, student["id"], student["sealed"], self._on),
            ApprovalBlock.REGISTRAR: not released
            and any(person.national_id_index in self._student_numbers for person in people),
            ApprovalBlock.SIGNATURE: application["id"] not in self._signed,
        }
        return {block for block, is_held in holds.items() if is_held}


def _grouped(records: Iterable[_Record], key: Callable[[_Record], str]) -> defaultdict[str, list[_Record]]:
    groups: defaultdict[str, list[_Record]] = defaultdict(list)
    for record in records:
        groups[key(record)].append(record)
    return groups


def _chunks(student_ids: Iterable[str]) -> Iterator[list[str]]:
    """Split the ids: a statement names each."""
    ordered = sorted(student_ids)
    for start in range(0, len(ordered), _STUDENTS_AT_ONCE):
        yield ordered[start : start + _STUDENTS_AT_ONCE]
