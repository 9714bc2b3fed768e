"""The pictures of the staff's screens, for `docs/staff.zh-TW.md`; made by `make pictures`.

Queue, application and bulk approval come in both sizes, the other screens in one.
"""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from datetime import timedelta

from textual.widgets import Button

from docs.painting import Keep, person_at
from kiosk.app import AppOptions
from kiosk.demo.staff_work import demo_staff_logins
from kiosk.services.school import School
from kiosk.services.signing.print_desk import whole_queue
from kiosk.testing.clock import FakeClock
from kiosk.testing.person import until
from kiosk.testing.reviewer import Reviewer

_SIZE = (100, 30)
_PASSWORD = demo_staff_logins()[0].password


def _at_the_office(school: School, size: tuple[int, int]) -> AbstractAsyncContextManager[tuple[Reviewer, Keep]]:
    return person_at(school, size, Reviewer, prefix="staff-", options=AppOptions(staff_only=True))


async def teacher_work(school: School, size: tuple[int, int]) -> None:
    """Show the homeroom teacher's queue, one application, and a bulk approval, in the small size up to its summary."""
    assert isinstance(school.clock, FakeClock)
    if size != _SIZE:
        school.clock.set_wall(school.clock.now() + timedelta(days=3))
    async with _at_the_office(school, size) as (staff, keep):
        if size == _SIZE:
            await keep("1-login", "StaffLoginScreen")
        await staff.logs_in("TEACHER", _PASSWORD)
        await keep("2-hub", "StaffMenuScreen")
        await staff.opens_queue()
        await keep("3-queue", "QueueScreen", "down", "down")
        await staff.opens_application("110015")
        await keep("4-application")
        await keep("4-application-below", "ApplicationScreen", "pagedown")
        await staff.goes_back("QueueScreen")
        await staff.searches("")
        await keep("5-bulk-summary", "BulkApprovalScreen", "f6")
        if size == _SIZE:
            await staff.confirms_bulk(_PASSWORD)
            await keep("5-bulk-result")


async def office_work(school: School) -> None:
    """Show the teacher's other decisions, the registrar's work and the administrator's."""
    async with _at_the_office(school, _SIZE) as (staff, keep):
        await staff.logs_in("TEACHER", _PASSWORD)
        await _decisions(staff, keep)
        await staff.logs_out()
        await staff.logs_in("REGISTRAR", _PASSWORD)
        await keep("2-menu-registrar", "StaffMenuScreen")
        await _conflict(staff, keep)
        await staff.logs_out()
        await staff.logs_in("REGISTRAR", _PASSWORD)
        await _reports_and_calls(staff, keep)
        await _paper(school, staff, keep)
        await _requests(staff, keep)
        await staff.logs_out()
        await staff.logs_in("ADMIN", _PASSWORD)
        await keep("2-menu-administrator", "StaffMenuScreen")
        await _administration(staff, keep)


async def _decisions(staff: Reviewer, keep: Keep) -> None:
    """Show what a teacher decides about one application, and the filter by flags."""
    await staff.opens_queue()
    await staff.opens_application("110020")
    await keep("4-blocked")
    await keep("4-reveal", "ReasonScreen", "f4")
    await staff.gives_reason("核對簽章申請書")
    await keep("4-revealed", "ApplicationScreen")
    await staff.presses("f6")
    await staff.sees("ReturnFieldsScreen")
    await staff.sees_rows()
    await keep("4-return-reason", "ReasonScreen", "home", "down", "down", "down", "enter")  # the mobile
    await staff.gives_reason("這個號碼打不通，請填可以聯絡的手機。")
    await keep("4-return", "ReturnFieldsScreen")
    await staff.presses("escape")
    await staff.clicks("#drop")
    await staff.sees("ApplicationScreen")
    await keep("4-reject", "ReasonScreen", "f7")
    await staff.goes_back("ApplicationScreen")
    await staff.goes_back("QueueScreen")
    await staff.presses("f4")
    await staff.sees("ChoiceScreen")
    await staff.sees_rows()
    await keep("3-flags", "ChoiceScreen", "down", "down", "down", "down")


async def _conflict(staff: Reviewer, keep: Keep) -> None:
    """Show an application that conflicts with another of the same child."""
    await staff.opens_queue()
    await staff.searches("110010")
    await staff.presses("enter")
    await until(staff.pilot, lambda: staff.app.focused is staff.app.screen.query_one("#table"))
    await keep("4-conflict", "ApplicationScreen", "enter")
    await staff.clicks("#conflict")
    await keep("4-conflict-question", "StaffNoticeScreen")


async def _reports_and_calls(staff: Reviewer, keep: Keep) -> None:
    """Show the error reports and the parents to call."""
    await staff.opens("error-reports", "ErrorReportsScreen")
    await keep("6-tickets")
    await keep("6-ticket", "ErrorReportScreen", "enter")
    await staff.goes_back("ErrorReportsScreen")
    await staff.goes_back("StaffMenuScreen")
    await staff.opens("calls", "CallsScreen")
    await keep("7-calls")
    await keep("7-called", "StaffNoticeScreen", "enter")
    await staff.presses("enter")
    await staff.sees("CallsScreen")
    await staff.goes_back("StaffMenuScreen")


async def _paper(school: School, staff: Reviewer, keep: Keep) -> None:
    """Show printing, the card register, signatures from the screen and the scan of returned forms."""
    await staff.opens("print", "PrintQueueScreen")
    await keep("7-print")
    staff.app.screen.query_one("#all", Button).press()
    await until(staff.pilot, lambda: "PDF" in staff.text("#message"))
    await staff.goes_back("StaffMenuScreen")
    await staff.opens("card", "CardRegisterScreen")
    await keep("7-card")
    await staff.goes_back("StaffMenuScreen")
    await staff.opens("scan", "ScanScreen")
    await staff.clicks("#signatures")
    await keep("7-signatures", "SignaturesScreen")
    await staff.goes_back("ScanScreen")
    numbers = [form.number or "" for form in whole_queue(school.store)]
    for code in (*numbers[:4], numbers[1], "4710088410139", numbers[5]):
        await staff.types(code)
        await staff.presses("enter")
    await until(staff.pilot, lambda: staff.text("#last").startswith("【已收】" + numbers[5]))
    await keep("7-scan")
    await staff.goes_back("StaffMenuScreen")


async def _requests(staff: Reviewer, keep: Keep) -> None:
    """Show a deletion request and the reset of a login."""
    await staff.opens("deletions", "DeletionRequestsScreen")
    await staff.sees_rows()
    await keep("6-deletion", "DeletionRequestScreen", "enter")
    await staff.goes_back("DeletionRequestsScreen")
    await staff.goes_back("StaffMenuScreen")
    await staff.opens("desk", "LoginResetScreen")
    await staff.clicks("#account")
    await keep("8-desk-account", "AccountResetScreen")
    await staff.goes_back("LoginResetScreen")
    await staff.types("110001")
    await staff.clicks("#seen")
    await staff.pilot.pause(0.5)  # a button that was clicked is dark for a moment
    await keep("8-desk")
    await staff.clicks("#send")
    await keep("8-code", "OneTimeCodeScreen")
    await staff.presses("enter")
    await staff.sees("StaffMenuScreen")


async def _administration(staff: Reviewer, keep: Keep) -> None:
    """Show the staff's accounts and the audit log."""
    await staff.opens("staff", "StaffListScreen")
    await keep("9-staff")
    await keep("9-add-staff", "AddStaffScreen", "f2")
    await staff.goes_back("StaffListScreen")
    await staff.sees_rows()
    await keep("9-staff-member", "StaffMemberScreen", "end", "enter")
    await staff.goes_back("StaffListScreen")
    await staff.goes_back("StaffMenuScreen")
    await staff.opens("audit", "AuditLogScreen")
    await keep("9-audit")
