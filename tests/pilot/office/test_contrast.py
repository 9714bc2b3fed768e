"""Every screen of the staff: text that can be read by weak eyes, at the smallest size that must work."""

from __future__ import annotations

from kiosk.services.school import School
from tests.pilot.family.test_every_screen import weak_texts
from tests.pilot.people import QuickReviewer, at_work


class _Reader:
    """Looks at each screen as it stands."""

    def __init__(self, reviewer: QuickReviewer) -> None:
        self.reviewer = reviewer
        self.weak: list[str] = []

    async def reads(self, screen: str) -> None:
        await self.reviewer.sees(screen)
        await self.reviewer.pilot.pause()
        self.weak += weak_texts(self.reviewer.app)


async def test_a_reviewers_screens_can_be_read(demo: School) -> None:
    async with at_work(demo, "REGISTRAR", (80, 24)) as reviewer:
        reader = _Reader(reviewer)
        await reader.reads("StaffMenuScreen")
        await reviewer.opens_queue()
        await reviewer.presses("down", "space")
        await reader.reads("QueueScreen")
        await reviewer.presses("f4")
        await reader.reads("ChoiceScreen")
        await reviewer.goes_back("QueueScreen")
        await reviewer.opens_application("110019")  # blocked, to be looked at, told
        await reader.reads("ApplicationScreen")
        await reviewer.presses("f9")
        await reviewer.is_told("現在不能通過")
        await reader.reads("ApplicationScreen")
        await reviewer.reveals("核對簽章申請書")
        await reader.reads("ApplicationScreen")
        await reviewer.presses("f6")
        await reader.reads("ReturnFieldsScreen")
        await reviewer.presses("enter", then="ReasonScreen")
        await reviewer.presses("enter")
        await reader.reads("ReasonScreen")
        await reviewer.goes_back("ReturnFieldsScreen")
        await reviewer.goes_back("ApplicationScreen")
        await reviewer.goes_back("QueueScreen")
        await reviewer.presses("f6")
        await reader.reads("BulkApprovalScreen")
        await reviewer.goes_back("QueueScreen")
        await reviewer.presses("escape")
        await reviewer.opens("tickets", "ErrorReportsScreen")
        await reviewer.sees_rows()
        await reader.reads("ErrorReportsScreen")
        await reviewer.presses("enter", then="ErrorReportScreen")
        await reviewer.clicks(".verdict")
        await reader.reads("ErrorReportScreen")
        await reviewer.presses("escape")
        await reader.reads("StaffNoticeScreen")
        await reviewer.clicks("#drop", then="ErrorReportsScreen")
        await reviewer.presses("escape")
        await reviewer.opens("calls", "CallsScreen")
        await reviewer.sees_rows()
        await reader.reads("CallsScreen")
        await reviewer.presses("escape")
        await reviewer.opens("desk", "LoginResetScreen")
        await reviewer.clicks("#seen")
        await reader.reads("LoginResetScreen")
    assert reader.weak == []


async def test_an_administrators_screens_can_be_read(demo: School) -> None:
    async with at_work(demo, "ADMIN", (80, 24)) as reviewer:
        reader = _Reader(reviewer)
        await reviewer.opens("staff", "StaffListScreen")
        await reviewer.sees_rows()
        await reader.reads("StaffListScreen")
        await reviewer.presses("f2", then="AddStaffScreen")
        await reviewer.clicks("#send")
        await reader.reads("AddStaffScreen")
        await reviewer.goes_back("StaffListScreen")
        await reviewer.sees_rows()
        await reviewer.presses("enter")
        await reader.reads("StaffMemberScreen")
        await reviewer.goes_back("StaffListScreen")
        await reviewer.presses("escape")
        await reviewer.opens("audit", "AuditLogScreen")
        await reviewer.sees_rows()
        await reader.reads("AuditLogScreen")
        await reviewer.presses("escape")
        await reviewer.opens("end", "ConfirmPasswordScreen")
        await reader.reads("ConfirmPasswordScreen")
    assert reader.weak == []
