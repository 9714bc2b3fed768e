"""Applicants who share a number, a mobile or an e-mail with others, of whichever child.

A crowd can share a mobile (the school's own, say). Nothing here grows with more than the size of one crowd, and a
submission not even with that: see :func:`find_others`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, RowMapping, bindparam, or_, select

from db.models.applications import Applicant, Application
from db.models.columns import table_of
from kiosk.domain.application_status import ReviewFlag

SMALL_COUNT = 100
"""So many rows are read as they come; where there are more, only those that matter."""

NUMBER, MOBILE, EMAIL = INDEXES = ("national_id_index", "mobile_index", "email_index")
_REMARK_OF = {MOBILE: ReviewFlag.MOBILE_SHARED, EMAIL: ReviewFlag.EMAIL_SHARED}
_MAX_APPLICANTS = 2

Row = Mapping[str, Any] | RowMapping

_application = table_of(Application)
_applicant = table_of(Applicant)


def _is_one_of_two(index: str) -> ColumnElement[bool]:
    """The column equals one of two parameters, each named: a list of unknown length costs more at every call."""
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
    for index in _REMARK_OF
}
_FIND_OF_PERSON = {
    index: _FIND.where(_applicant.c[index] == bindparam("value"), _applicant.c[NUMBER] == bindparam("found"))
    for index in _REMARK_OF
}
_FIND_SHARING = select(
    _applicant.c.application_id, _applicant.c.student_id, *(_applicant.c[index] for index in INDEXES)
).where(_applicant.c.live, or_(*(_applicant.c[index].in_(bindparam(index, expanding=True)) for index in INDEXES)))


class Shared:
    """What live applicants have in common."""

    def __init__(self, people: Iterable[Row]) -> None:
        """Look at these rows once."""
        self._children: defaultdict[bytes, set[str]] = defaultdict(set)
        self._people: defaultdict[tuple[str, bytes], set[bytes]] = defaultdict(set)
        for person in people:
            self._children[person[NUMBER]].add(person["student_id"])
            for index in _REMARK_OF:
                if person[index] is not None:
                    self._people[index, person[index]].add(person[NUMBER])

    def remarks(self, person: Row) -> ReviewFlag:
        """What the others say of one applicant, who may be among them."""
        remarks = ReviewFlag(0)
        if not self._children.get(person[NUMBER], set()) <= {person["student_id"]}:
            remarks |= ReviewFlag.KNOWN_APPLICANT
        for index, remark in _REMARK_OF.items():
            if not self._people.get((index, person[index]), set()) <= {person[NUMBER]}:
                remarks |= remark
        return remarks


def sharing(connection: Connection, people: Sequence[Row]) -> Sequence[RowMapping]:
    """The live applicants, of any child, who share a number, a mobile or an e-mail with one of these."""
    if not people:
        return ()
    values = {index: {person[index] for person in people if person[index] is not None} for index in INDEXES}
    return connection.execute(_FIND_SHARING, {index: list(found) for index, found in values.items()}).mappings().all()


def find_others(connection: Connection, student_id: str, people: Sequence[Row]) -> Sequence[RowMapping]:
    """The live applicants of a child, and those of others who share something with these new people of the child.

    Where a crowd shares a mobile or an e-mail, one or two stand for it: two of them share it already, so every open
    application of the crowd is marked, and one more in it changes none.

    Args:
        connection: of the caller's unit of work.
        student_id: the child.
        people: the new rows, one or two, not stored yet.

    Returns:
        Their student_id, blind indexes, and the application's state and remarks; somebody may stand there twice.
    """
    values: dict[str, Any] = {"student": student_id}
    for index in INDEXES:
        for place in range(_MAX_APPLICANTS):
            values[f"{index}_{place}"] = people[place % len(people)][index]
    found: list[RowMapping] = list(connection.execute(_FIND_FEW, values).mappings())
    if len(found) < SMALL_COUNT:
        return found
    found = list(connection.execute(_FIND_FAMILY, values).mappings())
    for person in people:
        for index in _REMARK_OF:
            if person[index] is not None:
                found += _of_crowd(connection, index, person)
    return found


def _of_crowd(connection: Connection, index: str, person: Row) -> Sequence[RowMapping]:
    """Of the others with this mobile or e-mail: one of each of two people, or all of the only one."""
    named = {"value": person[index], "person": person[NUMBER]}
    one = connection.execute(_FIND_ANOTHER[index], {**named, "found": person[NUMBER]}).mappings().one_or_none()
    if one is None:
        return ()
    named["found"] = one[NUMBER]
    another = connection.execute(_FIND_ANOTHER[index], named).mappings().one_or_none()
    if another is not None:
        return (one, another)
    del named["person"]
    return connection.execute(_FIND_OF_PERSON[index], named).mappings().all()


def remarks_between(person: Row, other: Row) -> ReviewFlag:
    """What one applicant's row says of the other's, which may be the same person's."""
    return Shared([other]).remarks(person)
