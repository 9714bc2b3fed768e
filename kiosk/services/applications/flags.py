"""What follows from other rows and stands on an application: whose it is, what it waits for, what to look at; counts.

Every service that changes what these follow from calls :func:`refresh` (or one of its bigger sisters) in its own unit
of work, so the columns are never behind; :func:`compare` and :func:`rebuild` are the doctor's. All of them, and the
submission of an application, go through the same two pure functions: :func:`person_remarks` and :func:`flags_of`.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

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
from db.store import Store, UnitOfWork
from kiosk.domain.application_form import Basis
from kiosk.domain.application_status import LIVE_STATES, OPEN_STATES, TO_LOOK_AT, ApprovalBlock, ReviewFlag
from kiosk.domain.receipt import EmailState
from kiosk.domain.school_calendar import day_at
from kiosk.services.applications.shared_contacts import INDEXES, Row, Shared, sharing
from kiosk.services.auth.student_session import is_of_age

_BETWEEN_NAMES = "、"
_STUDENTS_AT_ONCE = 300

_application = table_of(Application)
_applicant = table_of(Applicant)
_guardian = table_of(Guardian)
_student = table_of(Student)
_consent = table_of(Consent)
_signed_form = table_of(SignedForm)
_count = table_of(ApplicationCount)

_REMARK_OF_FIELD = {
    "name": ReviewFlag.GUARDIAN_NAME_DIFFERS,
    "national_id": ReviewFlag.GUARDIAN_ID_DIFFERS,
    "mobile": ReviewFlag.GUARDIAN_MOBILE_DIFFERS,
    "email": ReviewFlag.GUARDIAN_EMAIL_DIFFERS,
}
_FLAGS = (*(f"held_for_{hold.value}" for hold in ApprovalBlock), "is_blocked", "remarks", "needs_a_look")
_DERIVED = ("class_name", "seat_number", "student_number", "student_name", "names", *_FLAGS)
NO_FLAGS: dict[str, Any] = dict.fromkeys(_FLAGS, False) | {"remarks": 0}

_IDS: BindParameter[Any] = bindparam("ids", expanding=True)
_FIND_APPLICATIONS = select(_application).where(_application.c.student_id.in_(_IDS))
_FIND_STUDENTS = select(_student).where(_student.c.id.in_(_IDS))
_FIND_GUARDIANS = select(_guardian.c.student_id, _guardian.c.name, *(_guardian.c[index] for index in INDEXES)).where(
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


def names_of(student_name: str, people: Iterable[Row]) -> str:
    """Every name of an application in one text, the student's first: it is sorted by and searched."""
    return _BETWEEN_NAMES.join((student_name, *(person["name"] for person in people)))


def applicants_of(names: str, student_name: str) -> str:
    """What :func:`names_of` put behind the student's name."""
    return names[len(student_name) + len(_BETWEEN_NAMES) :]


def matching_guardian(person: Row, guardians: Iterable[Row]) -> Row | None:
    """Who on file the applicant is: by their number, else by their name; None where nobody."""
    by_name = None
    for guardian in guardians:
        if guardian["national_id_index"] is not None and guardian["national_id_index"] == person["national_id_index"]:
            return guardian
        if by_name is None and guardian["name"] == person["name"]:
            by_name = guardian
    return by_name


def differing_fields(person: Row, guardian: Row) -> tuple[str, ...]:
    """The fields in which an applicant differs from what is on file of them; what is not on file does not differ."""
    differing = ["name"] if guardian["name"] and guardian["name"] != person["name"] else []
    for index in INDEXES:
        given, on_file = person[index], guardian[index]
        if given is not None and on_file is not None and given != on_file:
            differing.append(index.removesuffix("_index"))
    return tuple(differing)


def person_remarks(person: Row, guardians: Iterable[Row], shared: Shared) -> ReviewFlag:
    """What is to be known of one applicant.

    Args:
        person: their row.
        guardians: the rows of those on file for the child.
        shared: the live applicants of any child who share something with them; their own row may be among them.
    """
    remarks = shared.remarks(person)
    guardian = matching_guardian(person, guardians)
    if guardian is None:
        remarks |= ReviewFlag.NOT_ON_FILE
    else:
        differing = differing_fields(person, guardian)
        remarks |= ReviewFlag(0) if differing else ReviewFlag.GUARDIAN_MATCHES
        for key in differing:
            remarks |= _REMARK_OF_FIELD[key]
    if person["sex_differs"]:
        remarks |= ReviewFlag.SEX_DIFFERS
    if person["unusual_characters"]:
        remarks |= ReviewFlag.UNUSUAL_CHARACTERS
    if person["email_state"] != EmailState.VERIFIED:
        remarks |= ReviewFlag.NO_EMAIL if person["email_state"] == EmailState.NONE else ReviewFlag.EMAIL_UNVERIFIED
    return remarks


def flags_of(
    holds: Collection[ApprovalBlock], people: Sequence[ReviewFlag], *, consent_refused: bool = False
) -> dict[str, Any]:
    """The columns of an open application.

    Args:
        holds: what it waits for.
        people: what is to be known of each applicant.
        consent_refused: a parent has refused the consent since.
    """
    remarks = ReviewFlag.CONSENT_REFUSED if consent_refused else ReviewFlag(0)
    for one in people:
        remarks |= one
    if not all(ReviewFlag.GUARDIAN_MATCHES in one for one in people):
        remarks &= ~ReviewFlag.GUARDIAN_MATCHES
    return {
        **{f"held_for_{hold.value}": hold in holds for hold in ApprovalBlock},
        "is_blocked": bool(holds),
        "remarks": remarks.value,
        "needs_a_look": bool(remarks & TO_LOOK_AT),
    }


def refresh(unit: UnitOfWork, student_ids: Iterable[str]) -> None:
    """Bring the applications of these students up to date, and those whose people share something with theirs.

    A changed row counts as another version: a decision on what was seen before is refused. Call it after the change;
    where an applicant's number, mobile or e-mail changes, with the :func:`students_sharing_contacts` of before as well.
    """
    unit.flush()
    wanted = set(student_ids)
    _void_old_forms(unit, wanted)
    refresh_only(unit, wanted | students_sharing_contacts(unit.connection, wanted))


def refresh_only(unit: UnitOfWork, student_ids: Iterable[str]) -> None:
    """Bring the applications of these students up to date, and no others: for who knows whom a change reaches."""
    for chunk in _chunks(student_ids):
        _write(unit, _outdated(unit.connection, unit.keys, chunk, unit.timestamp_ms))


def refresh_after_roster(unit: UnitOfWork, renamed: Iterable[str]) -> None:
    """Bring every application up to date after a roster came in: whose it is set by set, then the flags of the open.

    Args:
        unit: the unit of work.
        renamed: the students whose names are others now; nothing else of a roster stands on a form to be signed.
    """
    connection = unit.connection
    _void_old_forms(unit, renamed)
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
        _count_anew(connection)
    for chunk in _students_with_applications(connection, only_open=True):
        _write(unit, _outdated(connection, unit.keys, chunk, unit.timestamp_ms))


def students_sharing_contacts(connection: Connection, student_ids: Collection[str]) -> set[str]:
    """Other students with a live application by somebody who shares a number, mobile or e-mail with these' people."""
    found: set[str] = set()
    for chunk in _chunks(student_ids):
        people = connection.execute(_FIND_PEOPLE, {"ids": chunk}).mappings().all()
        found |= {other["student_id"] for other in sharing(connection, people)}
    return found.difference(student_ids)


def increment_state_count(connection: Connection, class_name: str, state: str, more: int = 1) -> None:
    """Count an application of a class into a state, or (with -1) out of it."""
    connection.execute(_COUNT_BY, {"class_name": class_name, "state": str(state), "more": more})


@dataclass(frozen=True)
class FlagCheck:
    """What the doctor found: how many applications there are, whose columns are behind, and how many counts."""

    applications: int
    outdated: tuple[str, ...]
    wrong_counts: int

    @property
    def is_right(self) -> bool:
        """Whether nothing is to be mended."""
        return not self.outdated and not self.wrong_counts


def compare(store: Store) -> FlagCheck:
    """Compute every application's columns and all counts anew, and hold them against what is stored.

    Returns:
        ``outdated`` holds the numbers of the applications. A student who has come of age since makes theirs so.
    """
    outdated: list[str] = []
    with store.read() as session:
        connection = session.connection()
        for chunk in _students_with_applications(connection, only_open=False):
            behind = _outdated(connection, store.keys, chunk, store.now())
            outdated += [stored["number"] for stored, _fresh in behind]
        total = connection.execute(select(func.count()).select_from(_application)).scalar_one()
        wrong = _counts_of(connection).items() ^ _stored_counts(connection).items()
    return FlagCheck(total, tuple(outdated), len({kind for kind, _value in wrong}))


def rebuild(store: Store, actor: str) -> FlagCheck:
    """Mend what :func:`compare` finds, some students at a time, then the counts.

    Args:
        store: the database.
        actor: as it stands in the audit.

    Returns:
        What was mended.

    Raises:
        StoreError: the database cannot be written; what was mended before stays.
    """
    outdated: list[str] = []
    with store.read() as session:
        chunks = list(_students_with_applications(session.connection(), only_open=False))
    for chunk in chunks:
        with store.write() as unit:
            behind = list(_outdated(unit.connection, unit.keys, chunk, unit.timestamp_ms))
            _write(unit, behind)
            outdated += [stored["number"] for stored, _fresh in behind]
            unit.audit(actor, "applications.rebuilt", "school", {"applications": len(behind)})
    with store.write() as unit:
        stored = _stored_counts(unit.connection)
        total = _count_anew(unit.connection)
        wrong = stored.items() ^ _stored_counts(unit.connection).items()
        unit.audit(actor, "counts.rebuilt", "school", {"counts": len(wrong)})
    return FlagCheck(total, tuple(outdated), len({kind for kind, _value in wrong}))


def _void_old_forms(unit: UnitOfWork, student_ids: Iterable[str]) -> None:
    """Paper that says what is no longer so counts no more, and its application waits for a signature again."""
    from kiosk.services.documents.register import void_outdated  # the paper's tables: no start of the kiosk needs them

    for chunk in _chunks(student_ids):
        void_outdated(unit, chunk)


def _outdated(
    connection: Connection, keys: KeyRing, student_ids: Sequence[str], at: int
) -> Iterator[tuple[RowMapping, dict[str, Any]]]:
    """Each application of these students whose columns are behind, with the right ones."""
    facts = _Facts(connection, keys, student_ids, day_at(at))
    for stored in facts.applications:
        fresh = facts.columns(stored)
        if any(stored[name] != value for name, value in fresh.items()):
            yield stored, fresh


def _write(unit: UnitOfWork, outdated: Iterable[tuple[RowMapping, dict[str, Any]]]) -> None:
    """Write the right columns; a row whose flags changed is another version, one that only moved is not."""
    rows = []
    for stored, fresh in outdated:
        flags_changed = any(stored[name] != fresh[name] for name in _FLAGS)
        rows.append({"row": stored["id"], "new_version": stored["version"] + flags_changed, **fresh})
        if stored["class_name"] != fresh["class_name"]:
            increment_state_count(unit.connection, stored["class_name"], stored["state"], -1)
            increment_state_count(unit.connection, fresh["class_name"], stored["state"], 1)
    if rows:
        columns: dict[str, Any] = {name: bindparam(name) for name in _DERIVED}
        columns["version"] = bindparam("new_version")
        unit.connection.execute(update(_application).where(_application.c.id == bindparam("row")).values(columns), rows)


class _Facts:
    """What the columns of some students' applications follow from, read set by set."""

    def __init__(self, connection: Connection, keys: KeyRing, student_ids: Sequence[str], on: date) -> None:
        ids = {"ids": student_ids}
        self._keys, self._on = keys, on
        self.applications = connection.execute(_FIND_APPLICATIONS, ids).mappings().all()
        self._live = Counter(row["student_id"] for row in self.applications if row["state"] in LIVE_STATES)
        self._students = {row["id"]: row for row in connection.execute(_FIND_STUDENTS, ids).mappings()}
        self._guardians = _grouped(connection.execute(_FIND_GUARDIANS, ids).mappings(), "student_id")
        self._people = _grouped(connection.execute(_FIND_PEOPLE, ids).mappings(), "application_id")
        self._signed = set(connection.execute(_FIND_SIGNED, ids).scalars())
        self._answers = {
            (row.student_id, row.answered_by): row.choice for row in connection.execute(_FIND_ANSWERS, ids)
        }
        everybody = [person for people in self._people.values() for person in people]
        self._shared = Shared(sharing(connection, everybody))
        numbers = list({person["national_id_index"] for person in everybody})
        self._student_numbers = set(connection.execute(_FIND_STUDENTS_WITH_ID, {"ids": numbers}).scalars())

    def columns(self, application: RowMapping) -> dict[str, Any]:
        """Everything that follows, for one application."""
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
        remarks = [person_remarks(person, guardians, self._shared) for person in people]
        refused = self._answers.get((student["id"], "parent")) == "refuse"
        return copied | flags_of(self._holds(application, student, people), remarks, consent_refused=refused)

    def _holds(self, application: RowMapping, student: RowMapping, people: Sequence[RowMapping]) -> set[ApprovalBlock]:
        student_agrees = self._answers.get((student["id"], "student")) == "agree"
        released = application["registrar_released_by"] is not None
        standing = {
            ApprovalBlock.DOCUMENTS: bool(Basis(application["basis"]).documents)
            and application["documents_seen_by"] is None,
            ApprovalBlock.CORRECTION: student["data_state"] == "error_reported",
            ApprovalBlock.CONFLICT: self._live[student["id"]] > 1 and application["conflict_settled_by"] is None,
            ApprovalBlock.STUDENT_CONSENT: not student_agrees
            and is_of_age(self._keys, student["id"], student["sealed"], self._on),
            ApprovalBlock.REGISTRAR: not released
            and any(person["national_id_index"] in self._student_numbers for person in people),
            ApprovalBlock.SIGNATURE: application["id"] not in self._signed,
        }
        return {hold for hold, stands in standing.items() if stands}


def _grouped(rows: Iterable[RowMapping], key: str) -> defaultdict[str, list[RowMapping]]:
    groups: defaultdict[str, list[RowMapping]] = defaultdict(list)
    for row in rows:
        groups[row[key]].append(row)
    return groups


def _chunks(student_ids: Iterable[str]) -> Iterator[list[str]]:
    """Some at a time: statements name each."""
    ordered = sorted(student_ids)
    for start in range(0, len(ordered), _STUDENTS_AT_ONCE):
        yield ordered[start : start + _STUDENTS_AT_ONCE]


def _students_with_applications(connection: Connection, *, only_open: bool) -> Iterator[list[str]]:
    """The students of all applications, or of the open ones, some at a time."""
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


def _counts_of(connection: Connection) -> dict[tuple[str, str], int]:
    kind = (_application.c.class_name, _application.c.state)
    counted = connection.execute(select(*kind, func.count()).group_by(*kind))
    return {(class_name, state): int(value) for class_name, state, value in counted}


def _stored_counts(connection: Connection) -> dict[tuple[str, str], int]:
    return {(row.class_name, row.state): row.value for row in connection.execute(select(_count)) if row.value}


def _count_anew(connection: Connection) -> int:
    """Count all applications again; returns how many there are."""
    counted = _counts_of(connection)
    connection.execute(delete(_count))
    if counted:
        rows = [{"class_name": name, "state": state, "value": value} for (name, state), value in counted.items()]
        connection.execute(insert(_count), rows)
    return sum(counted.values())
