"""Goes to any screen of the staff's at the headless kiosk."""

from __future__ import annotations

from textual.widgets import Button

from kiosk.services.auth.staff_session import CommandLine
from tests.pilot.demo_office import office_of
from tests.pilot.people import STAFF_PASSWORD, QuickReviewer

SCREENS = {
    "login": "StaffLoginScreen",
    "change": "StaffNewPasswordScreen",
    "menu": "StaffMenuScreen",
    "queue": "QueueScreen",
    "class": "ChoiceScreen",
    "flag": "ChoiceScreen",
    "bulk": "BulkApprovalScreen",
    "application": "ApplicationScreen",
    "revealed": "ApplicationScreen",
    "reason": "ReasonScreen",
    "return": "ReturnFieldsScreen",
    "question": "StaffNoticeScreen",
    "tickets": "ErrorReportsScreen",
    "ticket": "ErrorReportScreen",
    "calls": "CallsScreen",
    "desk": "LoginResetScreen",
    "account_desk": "AccountResetScreen",
    "deletions": "DeletionRequestsScreen",
    "deletion": "DeletionRequestScreen",
    "code": "OneTimeCodeScreen",
    "confirm": "ConfirmPasswordScreen",
    "scan": "ScanScreen",
    "signatures": "SignaturesScreen",
    "print": "PrintQueueScreen",
    "card": "CardRegisterScreen",
    "staff": "StaffListScreen",
    "member": "StaffMemberScreen",
    "add": "AddStaffScreen",
    "audit": "AuditLogScreen",
}
"""Every screen of a shift, by what leads to it, and the class that shows it."""

ADMINISTRATORS = ("staff", "member", "add", "audit")
RETURNED, IN_CONFLICT, AT_THE_DESK = "110016", "110010", "110021"
"""Students of the invented school: with an application sent back, with two, and with none."""


def account_for(screen: str) -> str:
    """The account that gets to a screen."""
    return "ADMIN" if screen in ADMINISTRATORS else "REGISTRAR"


async def go_to(reviewer: QuickReviewer, screen: str) -> None:
    """Go from the empty resting login of the invented school's office to one of `SCREENS`."""
    if screen == "login":
        return
    if screen == "change":
        await _log_in_for_the_first_time(reviewer)
    else:
        await reviewer.logs_in(account_for(screen), STAFF_PASSWORD)
        await reviewer.sees("StaffMenuScreen")
        await go_on(reviewer, screen)
    await reviewer.sees(SCREENS[screen])


async def _log_in_for_the_first_time(reviewer: QuickReviewer) -> None:
    accounts = office_of(reviewer.kiosk.school).staff_accounts
    row = accounts.find(CommandLine(), "TEACHER")
    await reviewer.logs_in("TEACHER", accounts.reset(CommandLine(), row.id, row.version))


async def go_on(reviewer: QuickReviewer, screen: str) -> None:
    """Go on from the menu to a screen."""
    match screen:
        case "menu":
            return
        case "confirm":
            await reviewer.opens("password", "ConfirmPasswordScreen")
        case "queue" | "class" | "flag" | "bulk":
            await reviewer.opens_queue()
            if screen != "queue":
                await reviewer.presses({"class": "f3", "flag": "f4", "bulk": "f6"}[screen])
        case "tickets" | "ticket":
            await reviewer.opens("error-reports", "ErrorReportsScreen")
            await reviewer.sees_rows()
            if screen == "ticket":
                await reviewer.presses("enter")
        case "calls":
            await reviewer.opens("calls", "CallsScreen")
            await reviewer.sees_rows()
        case "scan" | "signatures":
            await reviewer.opens("scan", "ScanScreen")
            if screen == "signatures":
                await reviewer.clicks("#signatures", then="SignaturesScreen")
                await reviewer.sees_rows()
        case "print":
            await reviewer.opens("print", "PrintQueueScreen")
        case "card":
            await reviewer.opens("card", "CardRegisterScreen")
            await reviewer.sees_rows()
        case "desk" | "code":
            await reviewer.opens("desk", "LoginResetScreen")
            if screen == "code":
                await reviewer.types(AT_THE_DESK)
                await reviewer.clicks("#seen")
                await reviewer.clicks("#send")
        case "account_desk":
            await reviewer.opens("desk", "LoginResetScreen")
            await reviewer.clicks("#account")
        case "deletions" | "deletion":
            await reviewer.opens("deletions", "DeletionRequestsScreen")
            await reviewer.sees_rows()
            if screen == "deletion":
                await reviewer.presses("enter")
        case "audit":
            await reviewer.opens("audit", "AuditLogScreen")
            await reviewer.sees_rows()
        case "staff" | "member" | "add":
            await reviewer.opens("staff", "StaffListScreen")
            await reviewer.sees_rows()
            if screen == "add":
                await reviewer.presses("f2")
            elif screen == "member":
                await reviewer.presses("end", "enter")  # the last of them is a homeroom teacher, who has classes
        case _:
            await reviewer.opens_queue()
            if screen == "question":
                await reviewer.searches(IN_CONFLICT)
                await reviewer.presses("enter", "enter", then="ApplicationScreen")
            else:
                await reviewer.opens_application(RETURNED)
            await _act(reviewer, screen)


async def _act(reviewer: QuickReviewer, screen: str) -> None:
    match screen:
        case "revealed":
            await reviewer.reveals("核對簽章申請書")
            await reviewer.is_told("自動遮住")
        case "reason":
            await reviewer.presses("f8")
        case "return":
            await reviewer.presses("f6", then="ReturnFieldsScreen")
            await reviewer.sees_rows()
        case "question":
            reviewer.app.screen.query_one("#conflict", Button).press()
