"""How the staff's queue is read: walks along indexes that begin with the state, merged; no OFFSET anywhere.

One part a state (and class, where there are few), each served by one index, so a page in the middle of a million rows
costs what the first one does.
"""

from __future__ import annotations

import heapq
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum, auto
from functools import cache
from itertools import islice
from operator import attrgetter
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, bindparam, func, not_, select, tuple_

from db.models.applications import Application
from db.models.columns import table_of
from kiosk.domain.application_status import OPEN_STATES, ApplicationState, ApprovalBlock, Attention, ReviewFlag
from kiosk.rules.application_numbers import group_digits
from kiosk.rules.names import InvalidName, parse_name
from kiosk.rules.text_safety import compact, remove_unsafe_chars
from kiosk.services.review.queue_filter import Cursor, Match, QueueFilter, QueueSort, SortBy

_MAX_CLASSES_WALKED = 6
_LAST_CHARACTER = "\U0010ffff"
_TOKEN = re.compile(r"[A-Za-z0-9_-]{22}", re.ASCII)
_NUMBER = re.compile(r"[0-9A-Z]*[0-9][0-9A-Z]*", re.ASCII)
_ESCAPE = "\\"

_application = table_of(Application)

HOLD_COLUMNS = {hold: _application.c[f"held_for_{hold.value}"] for hold in ApprovalBlock}
_SHOWN = (
    _application.c.id,
    _application.c.number,
    _application.c.class_name,
    _application.c.seat_number,
    _application.c.student_number,
    _application.c.student_name,
    _application.c.names,
    _application.c.mode,
    _application.c.state,
    *HOLD_COLUMNS.values(),
    _application.c.remarks,
    _application.c.submitted_at,
    _application.c.version,
)
_SORTED_BY = {
    SortBy.WAITING: ("submitted_at", "id"),
    SortBy.NUMBER: ("number",),
    SortBy.CLASS_AND_SEAT: ("class_name", "seat_number", "id"),
    SortBy.STUDENT_NAME: ("names", "id"),
}


class _Wanted(Enum):
    """What a walk looks for."""

    ANY = auto()
    TOKEN = auto()
    STUDENT_NUMBER = auto()
    NUMBER = auto()
    NAME_BEGINS = auto()
    NAME_HAS = auto()


@dataclass(frozen=True)
class QueuePages:
    """One way along an index: the columns it goes by, the last of them unique, and what it looks for."""

    columns: tuple[str, ...]
    wanted: _Wanted = _Wanted.ANY
    values: Mapping[str, str] = field(default_factory=dict, repr=False)


class Parts:
    """Fetches along a walk: one part a state and class, each served by one index, merged.

    Args:
        connection: to read by.
        wanted: which states and flag.
        classes: of these; None means of every class there is.
    """

    def __init__(self, connection: Connection, wanted: QueueFilter, classes: list[str] | None) -> None:
        self._connection = connection
        self._flag = wanted.flag
        self._states = wanted.states or tuple(ApplicationState)
        if wanted.flag is not None:
            flagged_states = (ApplicationState.UNDER_REVIEW,) if wanted.flag is Attention.CLEAN else OPEN_STATES
            self._states = tuple(state for state in self._states if state in flagged_states)
        self._classes = classes

    def count(self) -> int:
        """How many rows all parts have."""
        found = select(func.count()).where(_application.c.state.in_(self._states))
        if self._flag is not None:
            found = found.where(_flagged(self._flag))
        if self._classes is not None:
            found = found.where(_application.c.class_name.in_(self._classes))
        return int(self._connection.execute(found).scalar_one())

    def fetch(self, walk: QueuePages, start: tuple[str | int, ...], limit: int, *, descending: bool) -> list[Row[Any]]:
        """At most this many rows of a walk, from behind a place on; an empty one is the beginning."""
        each = self._classes is not None and len(self._classes) <= _MAX_CLASSES_WALKED
        classes = self._classes if each and self._classes is not None else (None,)
        parts = [
            self._part(walk, state, name, start, limit, descending=descending)
            for state in self._states
            for name in classes
        ]
        merged = heapq.merge(*parts, key=attrgetter(*walk.columns), reverse=descending)
        return list(islice(merged, limit))

    def _part(
        self,
        walk: QueuePages,
        state: ApplicationState,
        class_name: str | None,
        start: tuple[str | int, ...],
        limit: int,
        *,
        descending: bool,
    ) -> Sequence[Row[Any]]:
        columns = walk.columns
        if class_name is not None and columns[0] == "class_name":  # the same on every row: an index goes by the rest
            if start and class_name != start[0]:
                if (class_name > str(start[0])) is descending:
                    return ()
                start = ()
            columns, start = columns[1:], start[1:]
        kind = _Classes.ANY if self._classes is None else _Classes.THESE if class_name is None else _Classes.ONE
        statement = _statement(columns, walk.wanted, kind, self._flag, bounded=bool(start), descending=descending)
        values = {f"key{place}": value for place, value in enumerate(start)}
        place = {"state": state.value, "class_name": class_name, "classes": self._classes, "limit": limit}
        return self._connection.execute(statement, {**place, **walk.values, **values}).all()


class _Classes(Enum):
    """Which classes a part is of."""

    ANY = auto()
    ONE = auto()
    THESE = auto()


@cache
def _statement(
    columns: tuple[str, ...],
    wanted: _Wanted,
    classes: _Classes,
    flag: ApprovalBlock | ReviewFlag | Attention | None,
    *,
    bounded: bool,
    descending: bool,
) -> Select[Any]:
    """A part's statement, built once: building costs more than the database's answer."""
    statement = select(*_SHOWN).where(_application.c.state == bindparam("state"), *_looked_for(wanted))
    if classes is _Classes.ONE:
        statement = statement.where(_application.c.class_name == bindparam("class_name"))
    elif classes is _Classes.THESE:
        statement = statement.where(_application.c.class_name.in_(bindparam("classes", expanding=True)))
    if flag is not None:
        statement = statement.where(_flagged(flag))
    order = [_application.c[column] for column in columns]
    if bounded:
        here, start = tuple_(*order), tuple_(*(bindparam(f"key{place}") for place in range(len(order))))
        statement = statement.where(here < start if descending else here > start)
    return statement.order_by(*(column.desc() if descending else column for column in order)).limit(bindparam("limit"))


def _looked_for(wanted: _Wanted) -> tuple[ColumnElement[bool], ...]:
    """The condition of a walk; beginnings as ranges, which an index serves (LIKE is not, on either database)."""
    by_student = _begins("student_number")
    return {
        _Wanted.ANY: (),
        _Wanted.TOKEN: (_application.c.receipt_token == bindparam("token"),),
        _Wanted.STUDENT_NUMBER: by_student,
        _Wanted.NUMBER: (*_begins("number"), not_(and_(*by_student))),
        _Wanted.NAME_BEGINS: _begins("names"),
        _Wanted.NAME_HAS: (_application.c.names.like(bindparam("pattern"), escape=_ESCAPE),),
    }[wanted]


def _begins(column: str) -> tuple[ColumnElement[bool], ...]:
    searched = _application.c[column]
    return (searched >= bindparam(column), searched < bindparam(f"beyond_{column}"))


def _beginning(column: str, text: str) -> dict[str, str]:
    """The values of :func:`_begins`."""
    return {column: text, f"beyond_{column}": text + _LAST_CHARACTER}


def walk_on(
    parts: Parts, walks: Sequence[QueuePages], start: Cursor | None, need: int, *, descending: bool, backward: bool
) -> list[tuple[int, Row[Any]]]:
    """Go along the walks, one after the other, until there is enough; each row with the place of its walk."""
    found: list[tuple[int, Row[Any]]] = []
    for place in _places(len(walks), start, backward=backward):
        key = start.key if start is not None and place == start.walk else ()
        rows = parts.fetch(walks[place], key, need - len(found), descending=descending is not backward)
        found += [(place, row) for row in rows]
        if len(found) >= need:
            break
    return found


def _places(walks: int, start: Cursor | None, *, backward: bool) -> Iterator[int]:
    """The walks to go from a place on, in one direction or the other."""
    if backward:
        yield from range(start.walk if start else walks - 1, -1, -1)
    else:
        yield from range(start.walk if start else 0, walks)


def walks_for(wanted: QueueFilter, sort: QueueSort) -> tuple[QueuePages, ...]:
    """How to find what is asked for: along the sort, or along what was searched, the likelier first."""
    text = remove_unsafe_chars(wanted.search).strip()
    if not text:
        return (QueuePages(_SORTED_BY[sort.by]),)
    walks: tuple[QueuePages, ...] = ()
    if _TOKEN.fullmatch(text):
        walks = (QueuePages(("number",), _Wanted.TOKEN, {"token": text}),)
    digits = compact(text).upper()
    if _NUMBER.fullmatch(digits):
        by_student = _beginning("student_number", digits)
        by_number = by_student | _beginning("number", group_digits(digits))
        return (
            *walks,
            QueuePages(("student_number", "id"), _Wanted.STUDENT_NUMBER, by_student),
            QueuePages(("number",), _Wanted.NUMBER, by_number),
        )
    try:
        name = parse_name(text)
    except InvalidName:
        name = text
    if wanted.match is Match.BEGINNING:
        return (*walks, QueuePages(_SORTED_BY[SortBy.STUDENT_NAME], _Wanted.NAME_BEGINS, _beginning("names", name)))
    pattern = "%" + re.sub(r"[%_\\]", r"\\\g<0>", name) + "%"
    return (*walks, QueuePages(_SORTED_BY[SortBy.STUDENT_NAME], _Wanted.NAME_HAS, {"pattern": pattern}))


def _flagged(flag: ApprovalBlock | ReviewFlag | Attention) -> ColumnElement[bool]:
    """The rows with a flag; what wants no attention is no condition but the absence of both."""
    if isinstance(flag, ApprovalBlock):
        return HOLD_COLUMNS[flag]
    if isinstance(flag, ReviewFlag):
        return _application.c.remarks.bitwise_and(flag.value) != 0
    return {
        Attention.BLOCKED: _application.c.is_blocked,
        Attention.TO_LOOK_AT: _application.c.needs_a_look,
        Attention.CLEAN: and_(not_(_application.c.is_blocked), not_(_application.c.needs_a_look)),
    }[flag]


def cursor_of(walks: Sequence[QueuePages], place: int, row: Row[Any]) -> Cursor:
    """The place of a row that the walk at ``place`` found."""
    return Cursor(place, tuple(getattr(row, column) for column in walks[place].columns))
