"""Finds live applicants, of any child, who share an ID, a mobile or an e-mail.

Many can share a mobile, such as the school's own: a submission's work does not grow with their number (`find_others`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, bindparam, or_, select

from db.models.applications import Applicant, Application
from db.models.columns import table_of
from kiosk.domain.application_case import Contacts
from kiosk.domain.application_status import ApplicationState, ReviewFlag

SMALL_COUNT = 100
"""Up to so many rows are read at once; of more, only those that can change a flag."""

NUMBER, MOBILE, EMAIL = INDEXES = ("national_id_index", "mobile_index", "email_index")
_FLAG_OF = {MOBILE: ReviewFlag.MOBILE_SHARED, EMAIL: ReviewFlag.EMAIL_SHARED}
_MAX_APPLICANTS = 2

_application = table_of(Application)
_applicant = table_of(Applicant)


def _is_one_of_two(index: str) -> ColumnElement[bool]:
    """Compare with two named parameters: a list of unknown length costs more at every call."""
    return _applicant.c[index].in_([bindparam(f"{index}_{place}") for place in range(_MAX_APPLICANTS)])


_OF_CHILD = _applicant.c.student_id == bindparam("student")
_OF_APPLICATION = (_application.c.state, _application.c.remarks)
_FIND = (
    select(_applicant.c.student_id, *(_applicant.c[index] for index in INDEXES), *_OF_APPLICATION)
    .join_from(_applicant, _application, _applicant.c.application_id == _application.c.id)
    .where(_applicant.c.live)
)
_FIND_FEW = _FIND.where(or_(_OF_CHILD, *(_is_one_of_two(index) for index in INDEXES))).limit(SMALL_COUNT)
_FIND_FAMILY = _FIND.where(or_(_OF_CHILD, _is_one_of_two(NUMBER)))
_FIND_ANOTHER = {
    index: _FIND.where(
        _applicant.c[index] == bindparam("value"),
        _applicant.c[NUMBER] != bindparam("person"),
        _applicant.c[NUMBER] != bindparam("found"),
    ).limit(1)
    for index in _FLAG_OF
}
_FIND_OF_PERSON = {
    index: _FIND.where(_applicant.c[index] == bindparam("value"), _applicant.c[NUMBER] == bindparam("found"))
    for index in _FLAG_OF
}
_FIND_SHARING = select(_applicant.c.student_id, *(_applicant.c[index] for index in INDEXES)).where(
    _applicant.c.live, or_(*(_applicant.c[index].in_(bindparam(index, expanding=True)) for index in INDEXES))
)


@dataclass(frozen=True, slots=True)
class LiveApplicant(Contacts):
    """A live applicant, with state and review flags of the application."""

    state: ApplicationState
    flags: ReviewFlag


class Shared:
    """IDs, mobiles and e-mails by the children and persons that have them."""

    def __init__(self, people: Iterable[Contacts]) -> None:
        """Go through the people once."""
        self._children: defaultdict[bytes | None, set[str]] = defaultdict(set)
        self._people: defaultdict[tuple[str, bytes], set[bytes | None]] = defaultdict(set)
        for person in people:
            self._children[person.national_id_index].add(person.student_id)
            for index in _FLAG_OF:
                value = getattr(person, index)
                if value is not None:
                    self._people[index, value].add(person.national_id_index)

    def flags(self, person: Contacts) -> ReviewFlag:
        """Return the flags that sharing gives one applicant, who may be among the people."""
        flags = ReviewFlag(0)
        if not self._children.get(person.national_id_index, set()) <= {person.student_id}:
            flags |= ReviewFlag.KNOWN_APPLICANT
        for index, flag in _FLAG_OF.items():
            if not self._people.get((index, getattr(person, index)), set()) <= {person.national_id_index}:
                flags |= flag
        return flags


def sharing(connection: Connection, people: Sequence[Contacts]) -> list[Contacts]:
    """Return the live applicants, of any child, who share an ID, a mobile or an e-mail with one of the people."""
    if not people:
        return []
    values = {index: {getattr(person, index) for person in people} - {None} for index in INDEXES}
    found = connection.execute(_FIND_SHARING, {index: list(known) for index, known in values.items()})
    return [Contacts(*row) for row in found]


def find_others(connection: Connection, student_id: str, people: Sequence[Contacts]) -> list[LiveApplicant]:
    """Return the child's live applicants, and those of other children who share something with the new people.

    Of many with the same mobile or e-mail, one or two are enough: any two have flagged every open application that
    shares it already. A person may be in the result twice. ``people`` are one or two, not stored yet.
    """
    values: dict[str, Any] = {"student": student_id}
    for index in INDEXES:
        for place in range(_MAX_APPLICANTS):
            values[f"{index}_{place}"] = getattr(people[place % len(people)], index)
    found = _read(connection, _FIND_FEW, values)
    if len(found) < SMALL_COUNT:
        return found
    found = _read(connection, _FIND_FAMILY, values)
    for person in people:
        for index in _FLAG_OF:
            if getattr(person, index) is not None:
                found += _of_crowd(connection, index, person)
    return found


def _of_crowd(connection: Connection, index: str, person: Contacts) -> Sequence[LiveApplicant]:
    """Return one row each of two other people with this mobile or e-mail, or all rows of the only one."""
    named = {"value": getattr(person, index), "person": person.national_id_index}
    one = _read(connection, _FIND_ANOTHER[index], {**named, "found": person.national_id_index})
    if not one:
        return ()
    named["found"] = one[0].national_id_index
    another = _read(connection, _FIND_ANOTHER[index], named)
    if another:
        return (*one, *another)
    del named["person"]
    return _read(connection, _FIND_OF_PERSON[index], named)


def _read(connection: Connection, statement: Select[Any], values: Mapping[str, Any]) -> list[LiveApplicant]:
    return [
        LiveApplicant(
            row.student_id,
            row.national_id_index,
            row.mobile_index,
            row.email_index,
            ApplicationState(row.state),
            ReviewFlag(row.remarks),
        )
        for row in connection.execute(statement, values)
    ]
