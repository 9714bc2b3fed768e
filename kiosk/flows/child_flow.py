"""The menu of one child, item after item."""

from __future__ import annotations

from contextlib import suppress

from kiosk.flows.application_flow import ApplicationFlow, NextChild, PrefilledApplication
from kiosk.flows.card_and_signing import SigningFlow
from kiosk.flows.corrections import CorrectionFlow
from kiosk.flows.family_flow import FamilyFlow
from kiosk.flows.flow import SessionEnded
from kiosk.i18n import _
from kiosk.screens.base.context import KioskContext
from kiosk.screens.base.kiosk_screen import Nav
from kiosk.screens.family.confirm_student import ConfirmStudentScreen
from kiosk.screens.family.menu import MenuScreen
from kiosk.services.applications.drafts import APPLICATION, CONFIRMATION
from kiosk.services.auth.student_session import StudentSession
from kiosk.services.errors import StoreConflict
from kiosk.services.students.confirmation import MenuState


class ChildFlow(FamilyFlow):
    """Opens the menu's items for one child.

    Args:
        app: the kiosk.
        visitor: the student's session, after the forced change of the password.
        prefilled: the application sent for the child before, in the same visit.
    """

    def __init__(self, app: KioskContext, visitor: StudentSession, prefilled: PrefilledApplication | None) -> None:
        super().__init__(app, visitor, set())
        self._application = ApplicationFlow(app, visitor, self.verified, prefilled)

    async def run(self) -> NextChild | None:
        """Open item after item; return the next child where one follows.

        Raises:
            SessionEnded: the visit is over.
            Denied, PasswordChangeRequired: the session is no longer valid.
        """
        while True:
            state = await self.call(self.school.student_data.hub, self.visitor)
            has_draft = await self.call(self.school.drafts.exists, self.visitor, APPLICATION)
            item = await self.show(MenuScreen(state, has_draft=has_draft))
            if isinstance(item, Nav) or item == "leave":
                return None
            with suppress(StoreConflict):  # this item's data cannot be stored; the other items still work
                next_child = await self.open_item(item, state, has_draft=has_draft)
                if next_child is not None:
                    return next_child

    async def open_item(self, item: str, state: MenuState, *, has_draft: bool) -> NextChild | None:
        """Open one item; return the next child where one follows."""
        match item:
            case "confirm":
                await self.confirm(state)
            case "apply":
                return await self._application.apply(state, has_draft=has_draft)
            case "card":
                await SigningFlow(self.app, self.visitor, self.verified).card()
            case "sign":
                await SigningFlow(self.app, self.visitor, self.verified).sign()
            case "correct":
                await CorrectionFlow(self.app, self.visitor, self.verified).correct(state)
            case "withdraw":
                await CorrectionFlow(self.app, self.visitor, self.verified).withdraw(state)
        return None

    async def confirm(self, state: MenuState) -> None:
        """Confirm the student's data, or report errors in it (確認學生相關資訊)."""
        draft = await self.call(self.school.drafts.load, self.visitor, CONFIRMATION)
        answer = await self.show(ConfirmStudentScreen(state.student, draft))
        if isinstance(answer, Nav):
            return
        action, values = answer
        if action == "save":
            await self.call(self.school.drafts.save, self.visitor, CONFIRMATION, values)
            raise SessionEnded
        if values:
            await self.call(self.school.student_data.report_errors, self.visitor, values)
            await self.show_notice(
                _("已通知註冊組"), _("以上項目修正涉及學籍異動，請儘速讓貴子女至註冊組。申請可以繼續。")
            )
        else:
            await self.call(self.school.student_data.confirm, self.visitor)
        if draft is not None:
            await self.call(self.school.drafts.discard, self.visitor, CONFIRMATION)
