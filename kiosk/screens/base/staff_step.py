"""The frame of the staff's screens, and the messages for what services refuse them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, TypeVar

from kiosk.domain.application_status import ApplicationState
from kiosk.domain.errors import ChangedMeanwhile, Denied, PasswordChangeRequired
from kiosk.domain.reason import MAX_REASON_LENGTH, UnusableReason
from kiosk.domain.school_calendar import day_and_time
from kiosk.i18n import N_, _
from kiosk.screens.base.notice import BlankScreen, NoticeScreen
from kiosk.screens.base.service_step import ServiceStep
from kiosk.services.applications.history import Action
from kiosk.services.auth.staff_session import OwnChildRefused, StaffMember

if TYPE_CHECKING:
    from kiosk.services.office import StaffServices

T = TypeVar("T")


class WordedRefusal(Exception):
    """A refusal whose message is the exception's text; raised by the screen that called the service."""


REFUSALS = (ChangedMeanwhile, Denied, PasswordChangeRequired, UnusableReason, WordedRefusal)
"""Errors that any service of the staff may raise."""


class StaffFrame:
    """The staff's part of a screen; comes before the step among a class's bases.

    Attributes:
        member: the session's.
    """

    member: StaffMember
    idle_time = "staff_idle_seconds"

    def service_name(self) -> str:
        """Return the staff's service."""
        return _("親子帳號審核")

    def step_header(self) -> str:
        """Return the member's role and name."""
        return f"{self.member.role.label}　{self.member.name}"

    def notice(self, heading: str, text: str, choices: Mapping[str, str] | None = None) -> NoticeScreen:
        """Make a notice in the same frame."""
        return StaffNoticeScreen(self.member, heading, text, choices)


class StaffNoticeScreen(StaffFrame, NoticeScreen):
    """A notice to staff."""

    def __init__(self, member: StaffMember, heading: str, text: str, choices: Mapping[str, str] | None = None) -> None:
        super().__init__(heading, text, choices)
        self.member = member


class StaffBlankScreen(StaffFrame, BlankScreen):
    """The blank screen under the steps of a staff session."""

    def __init__(self, member: StaffMember) -> None:
        super().__init__()
        self.member = member


class StaffStep(StaffFrame, ServiceStep[T]):
    """A step of a staff session.

    Args:
        office: the staff's services.
        member: the session's.
    """

    hints = N_("Tab 下一個　Enter 確定　Esc 返回")
    refusals = REFUSALS

    def __init__(self, office: StaffServices, member: StaffMember) -> None:
        super().__init__()
        self.office = office
        self.member = member

    def refusal_message(self, refused: Exception) -> str:
        """See :func:`staff_refusal_message`."""
        return staff_refusal_message(refused)


def staff_refusal_message(refused: Exception) -> str:
    """Return why a service refused, and what to do now."""
    if isinstance(refused, ChangedMeanwhile):
        return lost_words(refused)
    if isinstance(refused, WordedRefusal):
        return str(refused)
    if isinstance(refused, OwnChildRefused):
        return _("這是您自己的孩子，請由同事審核。")
    if isinstance(refused, UnusableReason):
        return _("請寫下原因，最多 {n} 個字。").format(n=MAX_REASON_LENGTH)
    return _("沒有這項權限，或您的帳號剛被變更；請登出後重新登入。")


def lost_words(lost: ChangedMeanwhile) -> str:
    """Return who made the earlier change, when, and which."""
    who = lost.by or _("家長或其他同事")
    when = _("在 {time} ").format(time=day_and_time(lost.at)) if lost.at else ""
    what = _("先處理了（{what}）").format(what=done_word(lost.what)) if done_word(lost.what) else _("先改了資料")
    return _("{who} {when}{what}。您這次沒有存入，寫的內容還在；請看過最新狀況再決定。").format(
        who=who, when=when, what=what
    )


def done_word(what: str) -> str:
    """Return the word for an action or a state of an application or an error report; empty where there is none."""
    if what in tuple(Action):
        return Action(what).label
    if what in tuple(ApplicationState):
        return ApplicationState(what).label
    return {"corrected": _("已更正"), "declined": _("未更正"), "replaced": _("已由新的回報取代")}.get(what, "")
