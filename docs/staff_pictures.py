"""The pictures of the staff's screens, for `docs/staff.zh-TW.md`; made by `make pictures`.

Queue, application and bulk approval come in both sizes, what is decided on the way in one.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

from textual.widgets import Button

from docs.painting import paint
from kiosk.app import AppOptions, KioskApp
from kiosk.demo.staff_work import demo_staff_logins
from kiosk.services.school import School
from kiosk.services.signing.print_desk import whole_queue
from kiosk.testing.clock import FakeClock
from kiosk.testing.person import until
from kiosk.testing.reviewer import Reviewer

_SIZE = (100, 30)
_PASSWORD = demo_staff_logins()[0].password


class _Photographer(Reviewer):
    """Somebody of the staff who keeps a picture of what they see."""

    folder: Path

    async def keeps(self, step: str) -> None:
        """Paint the screen that stands."""
        await self.pilot.pause()
        width, height = self.app.size
        paint(self.app, self.folder / f"staff-{step}-{width}x{height}.png")


@asynccontextmanager
async def _at_the_office(school: School, size: tuple[int, int], folder: Path) -> AsyncIterator[_Photographer]:
    app = KioskApp(school.settings, school.clock, school, AppOptions(staff_only=True))
    async with app.run_test(size=size) as pilot:
        reviewer = _Photographer(pilot)
        reviewer.folder = folder
        yield reviewer


async def shift(school: School, size: tuple[int, int], folder: Path) -> None:
    """The homeroom teacher's way: queue, one application, approval in bulk as far as the summary."""
    assert isinstance(school.clock, FakeClock)
    if size != _SIZE:
        school.clock.set_wall(school.clock.now() + timedelta(days=3))
    async with _at_the_office(school, size, folder) as reviewer:
        await reviewer.sees("StaffLoginScreen")
        if size == _SIZE:
            await reviewer.keeps("1-login")
        await reviewer.logs_in("TEACHER", _PASSWORD)
        await reviewer.sees("StaffMenuScreen")
        await reviewer.keeps("2-hub")
        await reviewer.opens_queue()
        await reviewer.presses("down", "down")
        await reviewer.keeps("3-queue")
        await reviewer.opens_application("110015")
        await reviewer.keeps("4-application")
        await reviewer.presses("pagedown")
        await reviewer.keeps("4-application-below")
        await reviewer.presses("escape")
        await reviewer.sees("QueueScreen")
        await reviewer.searches("")
        await reviewer.presses("f6")
        await reviewer.sees("BulkApprovalScreen")
        await reviewer.sees_rows()
        await reviewer.keeps("5-bulk-summary")
        if size == _SIZE:
            await reviewer.types(_PASSWORD)
            await reviewer.presses("enter")
            await until(reviewer.pilot, lambda: not reviewer.app.screen.query_one("#send").display)
            await reviewer.sees_rows()
            await reviewer.keeps("5-bulk-result")


async def office_work(school: School, folder: Path) -> None:
    """What else there is: the teacher's decisions, the registrar's work, the administrator's."""
    async with _at_the_office(school, _SIZE, folder) as reviewer:
        await reviewer.logs_in("TEACHER", _PASSWORD)
        await reviewer.opens_queue()
        await reviewer.opens_application("110020")
        await reviewer.keeps("4-blocked")
        await reviewer.presses("f4")
        await reviewer.sees("ReasonScreen")
        await reviewer.keeps("4-reveal")
        await reviewer.gives_reason("核對簽章申請書")
        await reviewer.sees("ApplicationScreen")
        await reviewer.keeps("4-revealed")
        await reviewer.presses("f6")
        await reviewer.sees("ReturnFieldsScreen")
        await reviewer.sees_rows()
        await reviewer.presses("home", "down", "down", "down", "enter")  # the mobile
        await reviewer.sees("ReasonScreen")
        await reviewer.keeps("4-return-reason")
        await reviewer.gives_reason("這個號碼打不通，請填可以聯絡的手機。")
        await reviewer.sees("ReturnFieldsScreen")
        await reviewer.keeps("4-return")
        await reviewer.presses("escape")
        await reviewer.clicks("#drop")
        await reviewer.sees("ApplicationScreen")
        await reviewer.presses("f7")
        await reviewer.sees("ReasonScreen")
        await reviewer.keeps("4-reject")
        await reviewer.presses("escape")
        await reviewer.sees("ApplicationScreen")
        await reviewer.presses("escape")
        await reviewer.sees("QueueScreen")
        await reviewer.presses("f4")
        await reviewer.sees("ChoiceScreen")
        await reviewer.sees_rows()
        await reviewer.presses("down", "down", "down", "down")
        await reviewer.keeps("3-flags")
        await reviewer.logs_out()
        await reviewer.logs_in("REGISTRAR", _PASSWORD)
        await reviewer.sees("StaffMenuScreen")
        await reviewer.keeps("2-hub-registrar")
        await reviewer.opens_queue()
        await reviewer.searches("110010")
        await reviewer.presses("enter")
        await until(reviewer.pilot, lambda: reviewer.app.focused is reviewer.app.screen.query_one("#table"))
        await reviewer.presses("enter")
        await reviewer.sees("ApplicationScreen")
        await reviewer.keeps("4-conflict")
        await reviewer.clicks("#conflict")
        await reviewer.sees("StaffNoticeScreen")
        await reviewer.keeps("4-conflict-question")
        await reviewer.logs_out()
        await reviewer.logs_in("REGISTRAR", _PASSWORD)
        await reviewer.opens("tickets", "ErrorReportsScreen")
        await reviewer.sees_rows()
        await reviewer.keeps("6-tickets")
        await reviewer.presses("enter")
        await reviewer.sees("ErrorReportScreen")
        await reviewer.keeps("6-ticket")
        await reviewer.presses("escape")
        await reviewer.sees("ErrorReportsScreen")
        await reviewer.presses("escape")
        await reviewer.opens("calls", "CallsScreen")
        await reviewer.sees_rows()
        await reviewer.keeps("7-calls")
        await reviewer.presses("enter")
        await reviewer.sees("StaffNoticeScreen")
        await reviewer.keeps("7-called")
        await reviewer.presses("enter")
        await reviewer.sees("CallsScreen")
        await reviewer.presses("escape")
        await _paper(school, reviewer)
        await reviewer.opens("deletions", "DeletionRequestsScreen")
        await reviewer.sees_rows()
        await reviewer.presses("enter")
        await reviewer.sees("DeletionRequestScreen")
        await reviewer.keeps("6-deletion")
        await reviewer.presses("escape")
        await reviewer.sees("DeletionRequestsScreen")
        await reviewer.presses("escape")
        await reviewer.opens("desk", "LoginResetScreen")
        await reviewer.clicks("#account")
        await reviewer.sees("AccountResetScreen")
        await reviewer.keeps("8-desk-account")
        await reviewer.presses("escape")
        await reviewer.sees("LoginResetScreen")
        await reviewer.types("110001")
        await reviewer.clicks("#seen")
        await reviewer.pilot.pause(0.5)  # a button that was clicked is dark for a moment
        await reviewer.keeps("8-desk")
        await reviewer.clicks("#send")
        await reviewer.sees("OneTimeCodeScreen")
        await reviewer.keeps("8-code")
        await reviewer.presses("enter")
        await reviewer.sees("StaffMenuScreen")
        await reviewer.logs_out()
        await reviewer.logs_in("ADMIN", _PASSWORD)
        await reviewer.sees("StaffMenuScreen")
        await reviewer.keeps("2-hub-administrator")
        await reviewer.opens("staff", "StaffListScreen")
        await reviewer.sees_rows()
        await reviewer.keeps("9-staff")
        await reviewer.presses("f2")
        await reviewer.sees("AddStaffScreen")
        await reviewer.keeps("9-add-staff")
        await reviewer.presses("escape")
        await reviewer.sees("StaffListScreen")
        await reviewer.sees_rows()
        await reviewer.presses("end", "enter")
        await reviewer.sees("StaffMemberScreen")
        await reviewer.keeps("9-staff-member")
        await reviewer.presses("escape")
        await reviewer.sees("StaffListScreen")
        await reviewer.presses("escape")
        await reviewer.opens("audit", "AuditLogScreen")
        await reviewer.sees_rows()
        await reviewer.keeps("9-audit")


async def _paper(school: School, reviewer: _Photographer) -> None:
    """What is printed, comes back and was signed on the screen, from the hub and back."""
    await reviewer.opens("print", "PrintQueueScreen")
    await reviewer.keeps("7-print")
    reviewer.app.screen.query_one("#all", Button).press()
    await until(reviewer.pilot, lambda: "PDF" in reviewer.text("#message"))
    await reviewer.presses("escape")
    await reviewer.opens("card", "CardRegisterScreen")
    await reviewer.sees_rows()
    await reviewer.keeps("7-card")
    await reviewer.presses("escape")
    await reviewer.opens("scan", "ScanScreen")
    await reviewer.clicks("#signatures")
    await reviewer.sees("SignaturesScreen")
    await reviewer.sees_rows()
    await reviewer.keeps("7-signatures")
    await reviewer.presses("escape")
    await reviewer.sees("ScanScreen")
    numbers = [form.number or "" for form in whole_queue(school.store)]
    for code in (*numbers[:4], numbers[1], "4710088410139", numbers[5]):
        await reviewer.types(code)
        await reviewer.presses("enter")
    await until(reviewer.pilot, lambda: reviewer.text("#last").startswith("【已收】" + numbers[5]))
    await reviewer.keeps("7-scan")
    await reviewer.presses("escape")
    await reviewer.sees("StaffMenuScreen")
