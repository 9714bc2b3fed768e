"""Reads the staff's queue along indexes that begin with the state, without OFFSET.

Each state (and class, of few) is one statement on one index; the results are merged. A page in the middle of a million
rows costs as much as the first.
"""

from __future__ import annotations

import heapq
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
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

_application = table_of(Application)

BLOCK_CONDITIONS = {block: _application.c[column] for block, column in BLOCK_COLUMNS.items()}
_SORTED_BY = {
    SortBy.WAITING: ("submitted_at", "id"),
    SortBy.NUMBER: ("number",),
    SortBy.CLASS_AND_SEAT: ("class_name", "seat_number", "id"),
    SortBy.STUDENT_NAME: ("names", "id"),
}


@dataclass(frozen=True)
class IndexScan:
    """One index scan: its columns, the last of them unique, and its conditions with the values of their parameters.

    What was typed is always a parameter: SQLAlchemy keeps a statement, and would keep a text in it.
    """

    columns: tuple[str, ...]
    conditions: tuple[ColumnElement[bool], ...] = ()
    values: Mapping[str, str] = field(default_factory=dict, repr=False)


class Parts:
    """Fetches a scan as one part a state and class, merged; ``classes`` is None for all."""

    def __init__(self, connection: Connection, wanted: QueueFilter, classes: list[str] | None) -> None:
        self._connection = connection
        self._flag = wanted.flag
        self._states = wanted.states or tuple(ApplicationState)
        if wanted.flag is not None:
            flagged_states = (ApplicationState.UNDER_REVIEW,) if wanted.flag is Attention.READY else OPEN_STATES
            self._states = tuple(state for state in self._states if state in flagged_states)
        self._classes = classes

    def count(self) -> int:
        """Count the rows of all parts."""
        found = self._limited(select(func.count()).where(_application.c.state.in_(self._states)))
        return int(self._connection.execute(found).scalar_one())

    def fetch(self, scan: IndexScan, start: tuple[str | int, ...], limit: int, *, descending: bool) -> list[Row[Any]]:
        """Return at most ``limit`` rows of a scan after a key; an empty key is the start."""
        classes: Sequence[str | None] = (None,)
        if self._classes is not None and len(self._classes) <= _MAX_SINGLE_CLASSES:
            classes = self._classes
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
        statement = self._limited(select(_application), class_name)
        statement = statement.where(_application.c.state == state.value, *scan.conditions)
        order = [_application.c[column] for column in columns]
        if start:
            here, bound = tuple_(*order), tuple_(*(bindparam(f"key{place}") for place in range(len(order))))
            statement = statement.where(here < bound if descending else here > bound)
        statement = statement.order_by(*(column.desc() if descending else column for column in order)).limit(limit)
        keys = {f"key{place}": value for place, value in enumerate(start)}
        return self._connection.execute(statement, {**scan.values, **keys}).all()

    def _limited(self, statement: Select[Any], class_name: str | None = None) -> Select[Any]:
        """Limit a statement to the flag, and to one class or all classes of the filter."""
        if class_name is not None:
            statement = statement.where(_application.c.class_name == class_name)
        elif self._classes is not None:
            statement = statement.where(_application.c.class_name.in_(self._classes))
        return statement if self._flag is None else statement.where(_flagged(self._flag))


def _begins(column: str) -> tuple[ColumnElement[bool], ...]:
    """Return the condition of a beginning: a range, because neither database uses an index for LIKE."""
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
    last = len(scans) - 1
    first = start.scan if start else last if backward else 0
    for place in range(first, -1, -1) if backward else range(first, last + 1):
        key = start.key if start is not None and place == start.scan else ()
        rows = parts.fetch(scans[place], key, need - len(found), descending=descending is not backward)
        found += [(place, row) for row in rows]
        if len(found) >= need:
            break
    return found


def scans_for(wanted: QueueFilter, sort: QueueSort) -> tuple[IndexScan, ...]:
    """Return the scans of a filter: by the sort, or by the search with the likelier first."""
    text = remove_unsafe_chars(wanted.search).strip()
    if not text:
        return (IndexScan(_SORTED_BY[sort.by]),)
    scans: tuple[IndexScan, ...] = ()
    if _TOKEN.fullmatch(text):
        scans = (IndexScan(("number",), (_application.c.receipt_token == bindparam("token"),), {"token": text}),)
    digits = compact(text).upper()
    if _NUMBER.fullmatch(digits):
        by_student, student = _begins("student_number"), _beginning("student_number", digits)
        by_number = (*_begins("number"), not_(and_(*by_student)))
        return (
            *scans,
            IndexScan(("student_number", "id"), by_student, student),
            IndexScan(("number",), by_number, student | _beginning("number", group_digits(digits))),
        )
    try:
        name = parse_name(text)
    except InvalidName:
        name = text
    found, values = _begins("names"), _beginning("names", name)
    if wanted.match is Match.ANYWHERE:
        found = (_application.c.names.like(bindparam("pattern"), escape="\\"),)
        values = {"pattern": "%" + re.sub(r"[%_\\]", r"\\\g<0>", name) + "%"}
    return (*scans, IndexScan(_SORTED_BY[SortBy.STUDENT_NAME], found, values))


def _flagged(flag: ApprovalBlock | ReviewFlag | Attention) -> ColumnElement[bool]:
    """Return the condition of a flag."""
    if isinstance(flag, ApprovalBlock):
        return BLOCK_CONDITIONS[flag]
    if isinstance(flag, ReviewFlag):
        return _application.c.remarks.bitwise_and(flag.value) != 0
    return {
        Attention.BLOCKED: _application.c.is_blocked,
        Attention.NEEDS_REVIEW: _application.c.needs_a_look,
        Attention.READY: and_(not_(_application.c.is_blocked), not_(_application.c.needs_a_look)),
    }[flag]


def cursor_of(scans: Sequence[IndexScan], place: int, row: Row[Any]) -> Cursor:
    """Return the cursor of a row of the scan at ``place``."""
    return Cursor(place, tuple(getattr(row, column) for column in scans[place].columns))
