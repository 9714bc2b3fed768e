"""What can be asked of the staff's queue: which applications, how searched, in which order, from which place on."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum, StrEnum, auto

from kiosk.domain.application_status import ApplicationState, ApprovalBlock, Attention, ReviewFlag
from kiosk.i18n import _


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
    flag: ApprovalBlock | ReviewFlag | Attention | None = None
    search: str = field(default="", repr=False)
    match: Match = Match.BEGINNING


@dataclass(frozen=True, slots=True)
class Cursor:
    """A place in the queue: what its row is sorted by; good for the filter and sort that gave it."""

    walk: int
    key: tuple[str | int, ...] = field(repr=False)
