"""Reads the staff's queue along indexes that begin with the state, without OFFSET.

Each state (and class, of few) is one statement on one index; the results are merged. A page in the middle of a million
rows costs as much as the first.
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
from kiosk.services.applications.cases import BLOCK_COLUMNS
from kiosk.services.review.queue_filter import Cursor, Match, QueueFilter, QueueSort, SortBy

_MAX_SINGLE_CLASSES = 6
_LAST_CHARACTER = "\U0010ffff"
_TOKEN = re.compile(r"[A-Za-z0-9_-]{22}", re.ASCII)
_NUMBER = re.compile(r"[0-9A-Z]*[0-9][0-9A-Z]*", re.ASCII)
_ESCAPE = "\\"

_application = table_of(Application)

BLOCK_CONDITIONS = {block: _application.c[column] for block, column in BLOCK_COLUMNS.items()}
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
    *BLOCK_CONDITIONS.values(),
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
    """The condition of a scan."""

    ANY = auto()
    TOKEN = auto()
    STUDENT_NUMBER = auto()
    NUMBER = auto()
    NAME_BEGINS = auto()
    NAME_HAS = auto()


@dataclass(frozen=True)
class IndexScan:
    """One index scan: its columns, the last of them unique, and its condition."""

    columns: tuple[str, ...]
    wanted: _Wanted = _Wanted.ANY
    values: Mapping[str, str] = field(default_factory=dict, repr=False)


class Parts:
    """Fetches a scan as one part a state and class, merged; ``classes`` is None for all."""

    def __init__(self, connection: Connection, wanted: QueueFilter, classes: list[str] | None) -> None:
        self._connection = connection
        self._flag = wanted.flag
        self._states = wanted.states or tuple(ApplicationState)
        if wanted.flag is not None:
            flagged_states = (ApplicationState.UNDER_REVIEW,) if wanted.flag is Attention.CLEAN else OPEN_STATES
            self._states = tuple(state for state in self._states if state in flagged_states)
        self._classes = classes

    def count(self) -> int:
        """Count the rows of all parts."""
        found = select(func.count()).where(_application.c.state.in_(self._states))
        if self._flag is not None:
            found = found.where(_flagged(self._flag))
        if self._classes is not None:
            found = found.where(_application.c.class_name.in_(self._classes))
        return int(self._connection.execute(found).scalar_one())

    def fetch(self, scan: IndexScan, start: tuple[str | int, ...], limit: int, *, descending: bool) -> list[Row[Any]]:
        """Return at most ``limit`` rows of a scan after a key; an empty key is the start."""
        each = self._classes is not None and len(self._classes) <= _MAX_SINGLE_CLASSES
        classes = self._classes if each and self._classes is not None else (None,)
        parts = [
            self._part(scan, state, name, start, limit, descending=descending)
            for state in self._states
            for name in classes
        ]
        merged = heapq.merge(*parts, key=attrgetter(*scan.columns), reverse=descending)
        return list(islice(merged, limit))

    def _part(
        self,
        scan: IndexScan,
        state: ApplicationState,
        class_name: str | None,
        start: tuple[str | int, ...],
        limit: int,
        *,
        descending: bool,
    ) -> Sequence[Row[Any]]:
        columns = scan.columns
        if class_name is not None and columns[0] == "class_name":  # the same on every row: an index goes by the rest
            if start and class_name != start[0]:
                if (class_name > str(start[0])) is descending:
                    return ()
                start = ()
            columns, start = columns[1:], start[1:]
        kind = _Classes.ANY if self._classes is None else _Classes.THESE if class_name is None else _Classes.ONE
        statement = _statement(columns, scan.wanted, kind, self._flag, bounded=bool(start), descending=descending)
        values = {f"key{place}": value for place, value in enumerate(start)}
        place = {"state": state.value, "class_name": class_name, "classes": self._classes, "limit": limit}
        return self._connection.execute(statement, {**place, **scan.values, **values}).all()


class _Classes(Enum):
    """The classes of a part."""

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
    """Return a part's statement, built once because building costs more than running it."""
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
    """Return a scan's condition; beginnings are ranges, because neither database uses an index for LIKE."""
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
    """Return the values of `_begins`."""
    return {column: text, f"beyond_{column}": text + _LAST_CHARACTER}


def scan_on(
    parts: Parts, scans: Sequence[IndexScan], start: Cursor | None, need: int, *, descending: bool, backward: bool
) -> list[tuple[int, Row[Any]]]:
    """Follow the scans, one after the other, until there are enough rows; each with its scan's index."""
    found: list[tuple[int, Row[Any]]] = []
    for place in _places(len(scans), start, backward=backward):
        key = start.key if start is not None and place == start.scan else ()
        rows = parts.fetch(scans[place], key, need - len(found), descending=descending is not backward)
        found += [(place, row) for row in rows]
        if len(found) >= need:
            break
    return found


def _places(scans: int, start: Cursor | None, *, backward: bool) -> Iterator[int]:
    """Yield the scans from a place on, in one direction or the other."""
    if backward:
        yield from range(start.scan if start else scans - 1, -1, -1)
    else:
        yield from range(start.scan if start else 0, scans)


def scans_for(wanted: QueueFilter, sort: QueueSort) -> tuple[IndexScan, ...]:
    """Return the scans of a filter: by the sort, or by the search with the likelier first."""
    text = remove_unsafe_chars(wanted.search).strip()
    if not text:
        return (IndexScan(_SORTED_BY[sort.by]),)
    scans: tuple[IndexScan, ...] = ()
    if _TOKEN.fullmatch(text):
        scans = (IndexScan(("number",), _Wanted.TOKEN, {"token": text}),)
    digits = compact(text).upper()
    if _NUMBER.fullmatch(digits):
        by_student = _beginning("student_number", digits)
        by_number = by_student | _beginning("number", group_digits(digits))
        return (
            *scans,
            IndexScan(("student_number", "id"), _Wanted.STUDENT_NUMBER, by_student),
            IndexScan(("number",), _Wanted.NUMBER, by_number),
        )
    try:
        name = parse_name(text)
    except InvalidName:
        name = text
    if wanted.match is Match.BEGINNING:
        return (*scans, IndexScan(_SORTED_BY[SortBy.STUDENT_NAME], _Wanted.NAME_BEGINS, _beginning("names", name)))
    pattern = "%" + re.sub(r"[%_\\]", r"\\\g<0>", name) + "%"
    return (*scans, IndexScan(_SORTED_BY[SortBy.STUDENT_NAME], _Wanted.NAME_HAS, {"pattern": pattern}))


def _flagged(flag: ApprovalBlock | ReviewFlag | Attention) -> ColumnElement[bool]:
    """Return the condition of a flag."""
    if isinstance(flag, ApprovalBlock):
        return BLOCK_CONDITIONS[flag]
    if isinstance(flag, ReviewFlag):
        return _application.c.remarks.bitwise_and(flag.value) != 0
    return {
        Attention.BLOCKED: _application.c.is_blocked,
        Attention.TO_LOOK_AT: _application.c.needs_a_look,
        Attention.CLEAN: and_(not_(_application.c.is_blocked), not_(_application.c.needs_a_look)),
    }[flag]


def cursor_of(scans: Sequence[IndexScan], place: int, row: Row[Any]) -> Cursor:
    """Return the cursor of a row of the scan at ``place``."""
    return Cursor(place, tuple(getattr(row, column) for column in scans[place].columns))
