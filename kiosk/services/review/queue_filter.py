"""The filter, search, order and cursor of the staff's queue."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum, StrEnum, auto

from kiosk.domain.application_status import ApplicationState, ApprovalBlock, Attention, ReviewFlag
from kiosk.i18n import _


class SortBy(StrEnum):
    """The sort keys of the queue."""

    WAITING = "waiting"
    NUMBER = "number"
    CLASS_AND_SEAT = "class_and_seat"
    STUDENT_NAME = "student_name"

    @property
    def label(self) -> str:
        """The choice's label."""
        return {
            SortBy.WAITING: _("等候最久"),
            SortBy.NUMBER: _("申請編號"),
            SortBy.CLASS_AND_SEAT: _("班級座號"),
            SortBy.STUDENT_NAME: _("學生姓名"),
        }[self]


@dataclass(frozen=True, slots=True)
class QueueSort:
    """An order of the queue; by default the longest waiting first."""

    by: SortBy = SortBy.WAITING
    descending: bool = False


class Match(Enum):
    """How a name is searched: the beginning of the student's name, or a part of any name on the application."""

    BEGINNING = auto()
    ANYWHERE = auto()


@dataclass(frozen=True, slots=True)
class QueueFilter:
    """A filter of applications.

    Attributes:
        states: empty means any.
        class_name: None means every class that the member may see.
        unattended: only classes without a teacher.
        flag: only undecided applications with this block, review flag or attention.
        search: a number, a student number, the beginning of either, a receipt's code, or a name; empty means all.
    """

    states: tuple[ApplicationState, ...] = ()
    class_name: str | None = None
    unattended: bool = False
    flag: ApprovalBlock | ReviewFlag | Attention | None = None
    search: str = field(default="", repr=False)
    match: Match = Match.BEGINNING


@dataclass(frozen=True, slots=True)
class Cursor:
    """A place in the queue: the sort key of its row; valid for the filter and sort that gave it."""

    scan: int
    key: tuple[str | int, ...] = field(repr=False)
