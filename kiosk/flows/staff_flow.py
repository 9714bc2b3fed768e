"""A staff session, from the sign-in to the sign-out."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping

from kiosk.domain.application_status import OPEN_STATES
from kiosk.domain.errors import Denied, PasswordChangeRequired
from kiosk.flows.flow import Flow, SessionEnded
from kiosk.i18n import _
from kiosk.screens.base.context import KioskContext
from kiosk.screens.base.kiosk_screen import Nav
from kiosk.screens.base.notice import NoticeScreen
from kiosk.screens.base.staff_step import StaffBlankScreen, StaffNoticeScreen, staff_refusal_message
from kiosk.screens.office.add_staff import AddStaffScreen
from kiosk.screens.office.audit_log import AuditLogScreen
from kiosk.screens.office.calls import CallsScreen
from kiosk.screens.office.card_register import CardRegisterScreen
from kiosk.screens.office.confirm_password import ConfirmPasswordScreen
from kiosk.screens.office.deletion_requests import DELETE, DeletionRequestScreen, DeletionRequestsScreen
from kiosk.screens.office.error_report import ErrorReportScreen
from kiosk.screens.office.error_reports import ErrorReportsScreen
from kiosk.screens.office.login_reset_desk import ACCOUNT, AccountResetScreen, CodeGiven, LoginResetScreen
from kiosk.screens.office.menu import StaffMenuScreen, Waiting
from kiosk.screens.office.new_password import StaffNewPasswordScreen
from kiosk.screens.office.one_time_code import OneTimeCodeScreen
from kiosk.screens.office.print_queue import PrintQueueScreen
from kiosk.screens.office.scan import ScanScreen
from kiosk.screens.office.signatures import SignaturesScreen
from kiosk.screens.office.staff_list import ADD, StaffListScreen
from kiosk.screens.office.staff_member import StaffMemberScreen
from kiosk.screens.review.application import ApplicationScreen, Decided, LookAtOther
from kiosk.screens.review.application_body import load_case
from kiosk.screens.review.bulk_approval import BulkApprovalScreen
from kiosk.screens.review.queue import ApproveMany, OpenApplication, QueueScreen, QueueView
from kiosk.screens.review.reason import ReasonScreen
from kiosk.services.auth.staff_session import ADMINISTRATOR, ALL_STAFF, REGISTRAR, Role, StaffMember, StaffSignedIn
from kiosk.services.errors import StoreConflict
from kiosk.services.office import StaffServices, open_office
from kiosk.services.privacy.deletion_requests import DeletionView
from kiosk.services.review.bulk_approval import summary_of
from kiosk.services.review.queue_filter import QueueFilter

_MAX_COUNTED = 100


async def staff_session(app: KioskContext, signed_in: StaffSignedIn) -> None:
    """Run one session: the forced change of a first password, then item after item of the menu."""
    app.cover_with(StaffBlankScreen(signed_in.member))
    office = await asyncio.to_thread(open_office, app.school)
    work = StaffFlow(app, office, signed_in.member)
    try:
        try:
            await work.run(must_change=signed_in.must_change)
        except (Denied, PasswordChangeRequired) as refused:
            await work.show_notice(_("請重新登入"), staff_refusal_message(refused))
    except (SessionEnded, StoreConflict):
        return


class StaffFlow(Flow):
    """Opens the items of one member's menu."""

    def __init__(self, app: KioskContext, office: StaffServices, member: StaffMember) -> None:
        super().__init__(app)
        self.office = office
        self.member = member

    def notice(self, heading: str, text: str, choices: Mapping[str, str] | None = None) -> NoticeScreen:
        """Make a notice in the staff's frame."""
        return StaffNoticeScreen(self.member, heading, text, choices)

    async def run(self, *, must_change: bool) -> None:
        """Open item after item, until the member signs out."""
        if must_change and not await self.change_password(forced=True):
            return
        while True:
            match await self.show(StaffMenuScreen(self.office, self.member, await self.waiting())):
                case "queue":
                    await self.review()
                case "error-reports":
                    await self.error_reports()
                case "deletions":
                    await self.deletions()
                case "calls":
                    await self.show(CallsScreen(self.office, self.member))
                case "scan":
                    await self.scan()
                case "print":
                    queue = await self.call(self.office.print_desk.class_queues, self.member)
                    await self.show(PrintQueueScreen(self.office, self.member, queue))
                case "card":
                    await self.show(CardRegisterScreen(self.office, self.member))
                case "desk":
                    await self.desk()
                case "staff":
                    await self.staff()
                case "audit":
                    await self.show(AuditLogScreen(self.office, self.member))
                case "password":
                    if await self.confirm(_("變更密碼"), _("先輸入現在的密碼。"), _("繼續"), ALL_STAFF):
                        await self.change_password(forced=False)
                case "end":
                    text = _("結束之後，這台機器要由管理人員重新啟動程式。")
                    if await self.confirm(_("結束本機程式"), text, _("結束"), ADMINISTRATOR):
                        self.app.exit(0)
                        return
                case _:
                    return

    async def waiting(self) -> Waiting:
        """Count the open work of each item."""
        if self.member.role is Role.ADMINISTRATOR:
            return Waiting()
        counts = await self.call(self.office.queue.counts, self.member, QueueFilter())
        reports = deletions = 0
        if self.member.role is Role.REGISTRAR:
            deletions = len(await self.call(self.office.deletion_requests.list, self.member))
            reports = len(await self.call(self.office.error_reports.list, self.member, limit=_MAX_COUNTED))
        messages = await self.call(self.office.outbox.counts, self.member)
        return Waiting(
            sum(counts[state] for state in OPEN_STATES), reports, messages.to_call, messages.dead_letters, deletions
        )

    async def change_password(self, *, forced: bool) -> bool:
        """Change the password, which ends every other session of this login; False where the member went back."""
        changed = await self.show(StaffNewPasswordScreen(self.member, forced=forced))
        if isinstance(changed, Nav):
            return False
        self.member = changed
        return True

    async def confirm(self, heading: str, text: str, sending: str, roles: Collection[Role]) -> bool:
        """Ask for the password again, before an action of these roles."""
        return await self.show(ConfirmPasswordScreen(self.member, heading, text, sending, roles)) is True

    async def review(self) -> None:
        """Show the queue, and open one application after another."""
        view = QueueView()
        while True:
            match await self.show(QueueScreen(self.office, self.member, view)):
                case OpenApplication(application_id):
                    view.said = ""
                    await self.application(application_id, view)
                case ApproveMany():
                    await self.approve_many(view)
                case _:
                    return

    async def application(self, application_id: str, view: QueueView) -> None:
        """Open one application, or another of the same child; the queue then shows the decision."""
        while True:
            case = await self.call(load_case, self.office, self.member, application_id)
            match await self.show(ApplicationScreen(self.office, self.member, case)):
                case LookAtOther(other_id):
                    application_id = other_id
                case Decided(said):
                    view.said = said
                    view.marks.pop(application_id, None)
                    return
                case _:
                    return

    async def approve_many(self, view: QueueView) -> None:
        """Approve the marked applications, or without marks those of the filter (整批通過)."""
        if view.marks:
            summary = summary_of(tuple(view.marks.values()))
        else:
            summary = await self.call(self.office.bulk.candidates, self.member, view.wanted)
        if await self.show(BulkApprovalScreen(self.office, self.member, summary)) is True:
            view.marks.clear()

    async def error_reports(self) -> None:
        """Decide one error report after another (錯誤回報)."""
        while not isinstance(chosen := await self.show(ErrorReportsScreen(self.office, self.member)), Nav):
            report = await self.call(self.office.error_reports.open, self.member, chosen)
            decided = await self.show(ErrorReportScreen(self.office, self.member, report))
            if not isinstance(decided, Nav) and decided.one_time_code is not None:
                changed = await self.call(self.office.error_reports.open, self.member, chosen)
                number = changed.row.student_number
                text = _("學號改了，原來的第一次密碼不能再用。請把帳號和登入碼交給學生，登入後會要求改密碼。")
                await self.show(
                    OneTimeCodeScreen(self.member, _("新的登入碼"), f"P{number}", decided.one_time_code, text)
                )

    async def deletions(self) -> None:
        """Decide one request for deletion after another, until none is left (刪除申請)."""
        requests = self.office.deletion_requests
        while rows := await self.call(requests.list, self.member):
            chosen = await self.show(DeletionRequestsScreen(self.office, self.member, rows))
            if isinstance(chosen, Nav):
                return
            view = await self.call(requests.open, self.member, chosen)
            decision = await self.show(DeletionRequestScreen(self.office, self.member, view))
            if not isinstance(decision, Nav):
                await self.decide_deletion(view, deletes=decision == DELETE)

    async def decide_deletion(self, view: DeletionView, *, deletes: bool) -> None:
        """Delete, after the password, or refuse to; either with a text to the parent."""
        name, row = view.row.name, view.row
        if deletes:
            heading, sending = _("刪除 {name} 的個人資料").format(name=name), _("刪除")
            text = _("刪除後不能復原。請先輸入您的密碼。")
            if not await self.confirm(heading, text, _("繼續"), REGISTRAR):
                return
            text = _("寫給家長的話；終止綁定的通知會附上。")
        else:
            heading, sending = _("不刪除 {name} 的個人資料").format(name=name), _("不刪除")
            text = _("請寫明不刪除的理由，家長登入後看得到。")

        def decide(answer: str) -> None:
            self.office.deletion_requests.decide(
                self.member, row.request_id, row.version, deletes=deletes, answer=answer
            )

        await self.show(ReasonScreen(self.office, self.member, heading, text, act=decide, sending=sending))

    async def scan(self) -> None:
        """Scan returned forms; check the signatures made on the screen."""
        while await self.show(ScanScreen(self.office, self.member)) == "signatures":
            await self.show(SignaturesScreen(self.office, self.member))

    async def desk(self) -> None:
        """Reset the login of a parent at the desk, and show the one-time code (服務台)."""
        given = await self.show(LoginResetScreen(self.office, self.member))
        text = _("請家長用這組碼當密碼登入，登入後會要求設定新密碼。")
        while given == ACCOUNT:
            given = await self.show(AccountResetScreen(self.office, self.member))
            if isinstance(given, Nav):
                given = await self.show(LoginResetScreen(self.office, self.member))
            else:
                text = _("請本人按「家長帳號登入」，用這組碼當密碼登入，登入後會要求設定新密碼；三十天內有效。")
        if isinstance(given, CodeGiven):
            await self.show(OneTimeCodeScreen(self.member, _("登入已重設"), given.account, given.code, text))

    async def staff(self) -> None:
        """Change one staff account after another (教職員)."""
        said = ""
        while True:
            rows = await self.call(self.office.staff_accounts.list, self.member)
            chosen = await self.show(StaffListScreen(self.office, self.member, rows, said))
            if isinstance(chosen, Nav):
                return
            if chosen == ADD:
                said = await self.add_staff()
                continue
            row = next(row for row in rows if row.id == chosen)
            changed = await self.show(StaffMemberScreen(self.office, self.member, row))
            said = "" if isinstance(changed, Nav) else changed.said
            if not isinstance(changed, Nav) and changed.code:
                text = _("請對方用這組碼當密碼登入，登入後會要求設定新密碼；三十天內有效。")
                await self.show(OneTimeCodeScreen(self.member, _("密碼已重設"), changed.account, changed.code, text))

    async def add_staff(self) -> str:
        """Add a staff account and show its first password; return a message, empty where nothing was done."""
        added = await self.show(AddStaffScreen(self.office, self.member))
        if isinstance(added, Nav):
            return ""
        text = _("請把帳號和第一次密碼交給本人，要連減號一起輸入；登入後會要求設定新密碼，三十天內有效。")
        screen = OneTimeCodeScreen(
            self.member, _("已新增"), added.account, added.first_password, text, label=_("第一次密碼")
        )
        await self.show(screen)
        return _("已新增 {account}。").format(account=added.account)
