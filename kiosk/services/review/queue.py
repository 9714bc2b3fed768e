"""The staff's queue of applications: a page at a time by key, filtered, searched, counted."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Row, Select, distinct, func, select
from sqlmodel import Session

from db.models.accounts import Binding
from db.models.applications import ApplicationCount
from db.models.columns import table_of
from db.models.school import Staff, StaffClass, Student
from db.store import Store
from kiosk.clock import Clock
from kiosk.domain.application_form import Mode
from kiosk.domain.application_status import OPEN_STATES, ApplicationState, ApprovalBlock, ReviewFlag
from kiosk.services.applications.cases import BLOCK_COLUMNS
from kiosk.services.applications.flag_rules import applicants_of
from kiosk.services.auth.staff_session import REVIEWERS, ActingStaff, Role, StaffGate, StaffMember
from kiosk.services.review.queue_filter import Cursor, QueueFilter, QueueSort
from kiosk.services.review.queue_query import Parts, cursor_of, scan_on, scans_for

MAX_ROWS = 500
_DAY_MILLISECONDS = 24 * 60 * 60 * 1000

_count = table_of(ApplicationCount)
_student = table_of(Student)
_staff = table_of(Staff)
_staff_class = table_of(StaffClass)
_binding = table_of(Binding)


@dataclass(frozen=True, slots=True)
class QueueRow:
    """One application in the queue, without any ID; ``waiting_days`` is 0 after the decision."""

    application_id: str
    number: str
    class_name: str
    seat_number: int | None
    student_number: str = field(repr=False)
    student_name: str = field(repr=False)
    applicant_names: str = field(repr=False)
    mode: Mode
    state: ApplicationState
    blocks: tuple[ApprovalBlock, ...]
    flags: ReviewFlag
    waiting_days: int
    version: int
    cursor: Cursor = field(repr=False)


@dataclass(frozen=True, slots=True)
class QueuePage:
    """A page in the requested order."""

    rows: tuple[QueueRow, ...]
    has_before: bool
    has_more: bool


@dataclass(frozen=True, slots=True)
class QueueClass:
    """A class that the member may see; without ``teachers`` the registrar looks after it."""

    name: str
    teachers: tuple[str, ...]
    open_applications: int


@dataclass(frozen=True, slots=True)
class BindingRate:
    """How many students have a bound parent."""

    students: int
    bound: int

    @property
    def rate(self) -> float:
        """The share of bound students, from 0 to 1."""
        return self.bound / self.students if self.students else 0.0


class ReviewQueue:
    """The service; every method raises Denied or PasswordChangeRequired as `StaffGate`, also for another's class."""

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
        """Return one page, at most `MAX_ROWS`.

        The rows of a search come in the order of the matched column (number or name), not of ``sort``. A page starts
        after or ends before a place, or is the first; with ``from_end`` it is the last.
        """
        limit = min(limit, MAX_ROWS)
        backward = before is not None or (from_end and after is None)
        with self._gate.read(member, "queue.page", REVIEWERS) as (session, acting):
            scans = scans_for(wanted, sort)
            parts = Parts(session.connection(), wanted, _classes_of(session, acting, wanted))
            found = scan_on(parts, scans, after or before, limit + 1, descending=sort.descending, backward=backward)
        more = len(found) > limit
        found = found[:limit]
        if backward:
            found.reverse()
        now = int(self._clock.now().timestamp() * 1000)
        return QueuePage(
            rows=tuple(_row(row, now, cursor_of(scans, place, row)) for place, row in found),
            has_before=more if backward else after is not None,
            has_more=before is not None if backward else more,
        )

    def counts(self, member: StaffMember, wanted: QueueFilter) -> dict[ApplicationState, int]:
        """Count the applications of the filter's classes by state; the rest of the filter is ignored."""
        with self._gate.read(member, "queue.counts", REVIEWERS) as (session, acting):
            classes = _classes_of(session, acting, wanted)
            statement = select(_count.c.state, func.sum(_count.c.value)).group_by(_count.c.state)
            if classes is not None:
                statement = statement.where(_count.c.class_name.in_(classes))
            found = {state: int(value) for state, value in session.connection().execute(statement)}
        return {state: found.get(state.value, 0) for state in ApplicationState}

    def how_many(self, member: StaffMember, wanted: QueueFilter) -> int:
        """Count the applications with the filter's states, class and flag; the search is ignored."""
        with self._gate.read(member, "queue.how_many", REVIEWERS) as (session, acting):
            return Parts(session.connection(), wanted, _classes_of(session, acting, wanted)).count()

    def classes(self, member: StaffMember) -> tuple[QueueClass, ...]:
        """Return the classes that a member may see, by name: those with an application or a teacher."""
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
        """Count the students with a bound parent, in one class or in all that the member may see."""
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


def _teachers() -> Select[Any]:
    """Select class and name of each active homeroom teacher."""
    return (
        select(_staff_class.c.class_name, _staff.c.name)
        .join_from(_staff_class, _staff, _staff_class.c.staff_id == _staff.c.id)
        .where(_staff.c.active, _staff.c.role == Role.HOMEROOM_TEACHER)
    )


def _classes_of(session: Session, acting: ActingStaff, wanted: QueueFilter) -> list[str] | None:
    """Return the classes of a filter for a member; None means all. Deny a class that is not theirs."""
    if wanted.class_name is not None:
        acting.require_class(wanted.class_name)
        return [wanted.class_name]
    classes = None if acting.role is Role.REGISTRAR else sorted(acting.classes)
    if wanted.unattended:
        names = set(session.connection().execute(select(_count.c.class_name).distinct()).scalars())
        names -= {name for name, _teacher in session.connection().execute(_teachers())}
        return sorted(names if classes is None else names.intersection(classes))
    return classes


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
        blocks=tuple(block for block, column in BLOCK_COLUMNS.items() if getattr(row, column)),
        flags=ReviewFlag(row.remarks),
        waiting_days=max(0, now - row.submitted_at) // _DAY_MILLISECONDS if state in OPEN_STATES else 0,
        version=row.version,
        cursor=cursor,
    )
