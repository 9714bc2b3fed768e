"""The staff's queue of applications: a page at a time by key, filtered, searched, counted.

Every page is walked along an index that begins with the state, one part a state (and class, where there are few),
merged here; so a page in the middle of a million rows costs what the first one does. No OFFSET anywhere.
"""

from __future__ import annotations

import heapq
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum, StrEnum, auto
from functools import cache
from itertools import islice
from operator import attrgetter
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, bindparam, distinct, func, not_, select, tuple_
from sqlmodel import Session

from db.models import Application, ApplicationCount, Student, table_of
from db.review_models import Binding, Staff, StaffClass
from db.store import Store
from kiosk.clock import Clock
from kiosk.i18n import _
from kiosk.rules.application_numbers import group_digits
from kiosk.rules.names import InvalidName, parse_name
from kiosk.rules.text_safety import compact, scrub
from kiosk.services.application_flags import applicants_of
from kiosk.services.application_form import Mode
from kiosk.services.staff_access import REVIEWERS, ActingStaff, Role, StaffGate, StaffMember
from kiosk.services.standing import OPEN_STATES, ApplicationState, Attention, Hold, Remark

MOST_ROWS = 500
_MOST_CLASSES_WALKED = 6
_DAY_MILLISECONDS = 24 * 60 * 60 * 1000
_LAST_CHARACTER = "\U0010ffff"
_TOKEN = re.compile(r"[A-Za-z0-9_-]{22}", re.ASCII)
_NUMBER = re.compile(r"[0-9A-Z]*[0-9][0-9A-Z]*", re.ASCII)
_ESCAPE = "\\"

_application = table_of(Application)
_count = table_of(ApplicationCount)
_student = table_of(Student)
_staff = table_of(Staff)
_staff_class = table_of(StaffClass)
_binding = table_of(Binding)


class SortBy(StrEnum):
    """What the queue can be sorted by."""

    WAITING = "waiting"
    NUMBER = "number"
    CLASS_AND_SEAT = "class_and_seat"
    STUDENT_NAME = "student_name"

    @property
    def label(self) -> str:
        """The choice as staff read it."""
        return {
            SortBy.WAITING: _("等候最久"),
            SortBy.NUMBER: _("申請編號"),
            SortBy.CLASS_AND_SEAT: _("班級座號"),
            SortBy.STUDENT_NAME: _("學生姓名"),
        }[self]


@dataclass(frozen=True, slots=True)
class QueueSort:
    """An order of the queue; the longest waiting first unless asked otherwise."""

    by: SortBy = SortBy.WAITING
    descending: bool = False


class Match(Enum):
    """How a searched name is found: the student's that begins so, or any name on the application that holds it."""

    BEGINNING = auto()
    ANYWHERE = auto()


@dataclass(frozen=True, slots=True)
class QueueFilter:
    """Which applications.

    Attributes:
        states: of these; empty means of any.
        class_name: of this class; None means of every class the member may see.
        unattended: only classes that no teacher looks after.
        flag: only those that are held so, marked so, or want this attention; none of these is decided yet.
        search: a number, a student number, the beginning of either, a receipt's code, or a name; empty means all.
        match: how a name is found.
    """

    states: tuple[ApplicationState, ...] = ()
    class_name: str | None = None
    unattended: bool = False
    flag: Hold | Remark | Attention | None = None
    search: str = field(default="", repr=False)
    match: Match = Match.BEGINNING


@dataclass(frozen=True, slots=True)
class Cursor:
    """A place in the queue: what its row is sorted by; good for the filter and sort that gave it."""

    walk: int
    key: tuple[str | int, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class QueueRow:
    """One application as the queue shows it; nobody's number is on it.

    Attributes:
        waiting_days: whole days since it was sent; 0 once it is decided.
        version: what a decision on it must name.
        cursor: its place in the queue.
    """

    application_id: str
    number: str
    class_name: str
    seat_number: int | None
    student_number: str = field(repr=False)
    student_name: str = field(repr=False)
    applicant_names: str = field(repr=False)
    mode: Mode
    state: ApplicationState
    holds: tuple[Hold, ...]
    remarks: Remark
    waiting_days: int
    version: int
    cursor: Cursor = field(repr=False)


@dataclass(frozen=True, slots=True)
class QueuePage:
    """A page in the order asked for; ``first`` and ``last`` are None where it is empty."""

    rows: tuple[QueueRow, ...]
    has_before: bool
    has_more: bool

    @property
    def first(self) -> Cursor | None:
        """Where the page begins."""
        return self.rows[0].cursor if self.rows else None

    @property
    def last(self) -> Cursor | None:
        """Where the page ends."""
        return self.rows[-1].cursor if self.rows else None


@dataclass(frozen=True, slots=True)
class QueueClass:
    """A class the member may see; ``teachers`` is empty where nobody looks after it, so the registrar does."""

    name: str
    teachers: tuple[str, ...]
    open_applications: int


@dataclass(frozen=True, slots=True)
class BindingRate:
    """How many of the students have a parent bound to them."""

    students: int
    bound: int

    @property
    def rate(self) -> float:
        """From 0 to 1."""
        return self.bound / self.students if self.students else 0.0


_HOLDS = {hold: _application.c[f"held_for_{hold.value}"] for hold in Hold}
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
    *_HOLDS.values(),
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
class _Walk:
    """One way along an index: the columns it goes by, the last of them unique, and what it looks for."""

    columns: tuple[str, ...]
    wanted: _Wanted = _Wanted.ANY
    values: Mapping[str, str] = field(default_factory=dict, repr=False)


class ReviewQueue:
    """The service."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._gate = StaffGate(store)

    def page(
        self,
        member: StaffMember,
        wanted: QueueFilter,
        sort: QueueSort,
        *,
        after: Cursor | None = None,
        before: Cursor | None = None,
        from_end: bool = False,
        limit: int = 50,
    ) -> QueuePage:
        """One page.

        While something is searched, rows come in the order of what was found (number or name), not of ``sort``.

        Args:
            member: who looks.
            wanted: which applications.
            sort: their order.
            after: begin behind this place; None begins at the first row.
            before: end in front of this place; at most one of the two is given.
            from_end: with neither, the last page in place of the first.
            limit: how many rows, at most `MOST_ROWS`.

        Raises:
            Denied: a class that is not theirs, or not a reviewer.
            PasswordChangeRequired: see `StaffGate`.
        """
        limit = min(limit, MOST_ROWS)
        backward = before is not None or (from_end and after is None)
        with self._gate.read(member, "queue.page", REVIEWERS) as (session, acting):
            walks = _walks(wanted, sort)
            parts = _Parts(session, acting, wanted)
            found = _walk_on(parts, walks, after or before, limit + 1, descending=sort.descending, backward=backward)
        more = len(found) > limit
        found = found[:limit]
        if backward:
            found.reverse()
        now = int(self._clock.now().timestamp() * 1000)
        return QueuePage(
            rows=tuple(_row(row, now, _cursor(walks, place, row)) for place, row in found),
            has_before=more if backward else after is not None,
            has_more=before is not None if backward else more,
        )

    def counts(self, member: StaffMember, wanted: QueueFilter) -> dict[ApplicationState, int]:
        """How many applications are in each state, for the classes of this filter; its other parts do not count.

        Raises:
            Denied, PasswordChangeRequired: see `page`.
        """
        with self._gate.read(member, "queue.counts", REVIEWERS) as (session, acting):
            classes = _classes_of(session, acting, wanted)
            statement = select(_count.c.state, func.sum(_count.c.value)).group_by(_count.c.state)
            if classes is not None:
                statement = statement.where(_count.c.class_name.in_(classes))
            found = {state: int(value) for state, value in session.connection().execute(statement)}
        return {state: found.get(state.value, 0) for state in ApplicationState}

    def how_many(self, member: StaffMember, wanted: QueueFilter) -> int:
        """How many applications have this filter's state, class and flag; what it searches does not count.

        Raises:
            Denied, PasswordChangeRequired: see `page`.
        """
        with self._gate.read(member, "queue.how_many", REVIEWERS) as (session, acting):
            return _Parts(session, acting, wanted).count()

    def classes(self, member: StaffMember) -> tuple[QueueClass, ...]:
        """The classes a member may see, by name: those with an application, and those with a teacher.

        Raises:
            Denied, PasswordChangeRequired: see `page`.
        """
        with self._gate.read(member, "queue.classes", REVIEWERS) as (session, acting):
            connection = session.connection()
            waiting = select(_count.c.class_name, func.sum(_count.c.value)).where(_count.c.state.in_(OPEN_STATES))
            open_ones = {name: int(value) for name, value in connection.execute(waiting.group_by(_count.c.class_name))}
            names = acting.classes | set(connection.execute(select(_count.c.class_name).distinct()).scalars())
            teachers: dict[str, list[str]] = {}
            for name, teacher in connection.execute(_teachers().order_by(_staff.c.name)):
                teachers.setdefault(name, []).append(teacher)
            names |= teachers.keys()
        return tuple(
            QueueClass(name, tuple(teachers.get(name, ())), open_ones.get(name, 0))
            for name in sorted(names)
            if acting.may_see(name)
        )

    def binding_rate(self, member: StaffMember, class_name: str | None = None) -> BindingRate:
        """How many students of a class, or of every class the member may see, have a parent bound to them.

        Raises:
            Denied, PasswordChangeRequired: see `page`.
        """
        with self._gate.read(member, "queue.binding_rate", REVIEWERS) as (session, acting):
            classes = _classes_of(session, acting, QueueFilter(class_name=class_name))
            students = select(func.count()).select_from(_student).where(_student.c.active)
            bound = (
                select(func.count(distinct(_binding.c.student_id)))
                .join_from(_binding, _student, _binding.c.student_id == _student.c.id)
                .where(_binding.c.state == "active", _student.c.active)
            )
            if classes is not None:
                students = students.where(_student.c.class_name.in_(classes))
                bound = bound.where(_student.c.class_name.in_(classes))
            connection = session.connection()
            return BindingRate(connection.execute(students).scalar_one(), connection.execute(bound).scalar_one())


class _Parts:
    """Fetches along a walk: one part a state and class, each served by one index, merged."""

    def __init__(self, session: Session, acting: ActingStaff, wanted: QueueFilter) -> None:
        self._connection = session.connection()
        self._flag = wanted.flag
        self._states = wanted.states or tuple(ApplicationState)
        if wanted.flag is not None:
            flagged_states = (ApplicationState.UNDER_REVIEW,) if wanted.flag is Attention.CLEAN else OPEN_STATES
            self._states = tuple(state for state in self._states if state in flagged_states)
        self._classes = _classes_of(session, acting, wanted)

    def count(self) -> int:
        """How many rows all parts have."""
        found = select(func.count()).where(_application.c.state.in_(self._states))
        if self._flag is not None:
            found = found.where(_flagged(self._flag))
        if self._classes is not None:
            found = found.where(_application.c.class_name.in_(self._classes))
        return int(self._connection.execute(found).scalar_one())

    def fetch(self, walk: _Walk, start: tuple[str | int, ...], limit: int, *, descending: bool) -> list[Row[Any]]:
        """At most this many rows of a walk, from behind a place on; an empty one is the beginning."""
        each = self._classes is not None and len(self._classes) <= _MOST_CLASSES_WALKED
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
        walk: _Walk,
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
    flag: Hold | Remark | Attention | None,
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


def _walk_on(
    parts: _Parts, walks: Sequence[_Walk], start: Cursor | None, need: int, *, descending: bool, backward: bool
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


def _walks(wanted: QueueFilter, sort: QueueSort) -> tuple[_Walk, ...]:
    """How to find what is asked for: along the sort, or along what was searched, the likelier first."""
    text = scrub(wanted.search).strip()
    if not text:
        return (_Walk(_SORTED_BY[sort.by]),)
    walks: tuple[_Walk, ...] = ()
    if _TOKEN.fullmatch(text):
        walks = (_Walk(("number",), _Wanted.TOKEN, {"token": text}),)
    digits = compact(text).upper()
    if _NUMBER.fullmatch(digits):
        by_student = _beginning("student_number", digits)
        by_number = by_student | _beginning("number", group_digits(digits))
        return (
            *walks,
            _Walk(("student_number", "id"), _Wanted.STUDENT_NUMBER, by_student),
            _Walk(("number",), _Wanted.NUMBER, by_number),
        )
    try:
        name = parse_name(text)
    except InvalidName:
        name = text
    if wanted.match is Match.BEGINNING:
        return (*walks, _Walk(_SORTED_BY[SortBy.STUDENT_NAME], _Wanted.NAME_BEGINS, _beginning("names", name)))
    pattern = "%" + re.sub(r"[%_\\]", r"\\\g<0>", name) + "%"
    return (*walks, _Walk(_SORTED_BY[SortBy.STUDENT_NAME], _Wanted.NAME_HAS, {"pattern": pattern}))


def _flagged(flag: Hold | Remark | Attention) -> ColumnElement[bool]:
    """The rows with a flag; what wants no attention is no condition but the absence of both."""
    if isinstance(flag, Hold):
        return _HOLDS[flag]
    if isinstance(flag, Remark):
        return _application.c.remarks.bitwise_and(flag.value) != 0
    return {
        Attention.BLOCKED: _application.c.is_blocked,
        Attention.TO_LOOK_AT: _application.c.needs_a_look,
        Attention.CLEAN: and_(not_(_application.c.is_blocked), not_(_application.c.needs_a_look)),
    }[flag]


def _teachers() -> Select[Any]:
    """Class and name of each homeroom teacher at work."""
    return (
        select(_staff_class.c.class_name, _staff.c.name)
        .join_from(_staff_class, _staff, _staff_class.c.staff_id == _staff.c.id)
        .where(_staff.c.active, _staff.c.role == Role.HOMEROOM_TEACHER)
    )


def _classes_of(session: Session, acting: ActingStaff, wanted: QueueFilter) -> list[str] | None:
    """The classes a filter means for a member; None where it means every class there is.

    Raises:
        Denied: the filter's class is not theirs.
    """
    if wanted.class_name is not None:
        acting.require_class(wanted.class_name)
        return [wanted.class_name]
    classes = None if acting.role is Role.REGISTRAR else sorted(acting.classes)
    if wanted.unattended:
        names = set(session.connection().execute(select(_count.c.class_name).distinct()).scalars())
        names -= {name for name, _teacher in session.connection().execute(_teachers())}
        return sorted(names if classes is None else names.intersection(classes))
    return classes


def _cursor(walks: Sequence[_Walk], place: int, row: Row[Any]) -> Cursor:
    return Cursor(place, tuple(getattr(row, column) for column in walks[place].columns))


def _row(row: Row[Any], now: int, cursor: Cursor) -> QueueRow:
    state = ApplicationState(row.state)
    return QueueRow(
        application_id=row.id,
        number=row.number,
        class_name=row.class_name,
        seat_number=row.seat_number or None,
        student_number=row.student_number,
        student_name=row.student_name,
        applicant_names=applicants_of(row.names, row.student_name),
        mode=Mode(row.mode),
        state=state,
        holds=tuple(hold for hold, column in _HOLDS.items() if getattr(row, column.name)),
        remarks=Remark(row.remarks),
        waiting_days=max(0, now - row.submitted_at) // _DAY_MILLISECONDS if state in OPEN_STATES else 0,
        version=row.version,
        cursor=cursor,
    )
