"""Corrections of a returned application (退件補正), and its withdrawal (撤回申請)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kiosk.domain.errors import AlreadyApplied, ChangedMeanwhile, ServiceError
from kiosk.domain.school_calendar import today
from kiosk.flows.family_flow import FamilyFlow
from kiosk.i18n import _
from kiosk.screens.base.ask_id import AskIdScreen
from kiosk.screens.base.kiosk_screen import Nav
from kiosk.screens.family.correction import CorrectionScreen
from kiosk.services.applications.form_check import ApplicantIsStudent, InvalidApplication
from kiosk.services.auth.identity_check import NotTheirId, TooManyTries
from kiosk.services.errors import StoreConflict
from kiosk.services.students.confirmation import MenuState
from kiosk.services.texts.loader import TextName

if TYPE_CHECKING:
    from kiosk.services.applications.corrections import ReturnedApplication


class CorrectionFlow(FamilyFlow):
    """Asks for the applicant's full ID first: both parents and the student know the login."""

    async def correct(self, state: MenuState) -> None:
        """Open a returned application with the applicant's full ID, and send its corrections (退件補正)."""
        returned_ones = [one for one in state.applications if one.state == "returned"]
        chosen: int | None = 0
        if len(returned_ones) > 1:
            numbers = [one.number for one in returned_ones]
            chosen = await self.choose(_("要補正哪一件？"), _("請選申請編號。"), numbers)
        if chosen is None:
            return
        application = returned_ones[chosen]
        text = _("請輸入申請 {number} 的申請人身分證字號。").format(number=application.number)
        typed = await self.show(AskIdScreen(_("補正退回的欄位"), text))
        if isinstance(typed, Nav):
            return
        try:
            returned = await self.call(self.school.corrections.open, self.visitor, application.id, typed)
            if await self.answer_returned(returned, typed):
                await self.show_notice(_("補正已送出"), _("學校會再審核一次，結果會通知您。"))
        except NotTheirId:
            await self.show_notice(_("號碼不符"), _("這不是這件申請的申請人身分證字號。"))
        except TooManyTries as locked:
            await self.show_locked(locked)
        except ChangedMeanwhile:
            await self.show_notice(_("沒有送出"), _("這件申請剛有變動，請再看一次。"))

    async def answer_returned(self, returned: ReturnedApplication, national_id: str) -> bool:
        """Show a form for each person with returned fields, then send; False where the visitor went back.

        Raises:
            NotTheirId, TooManyTries, ChangedMeanwhile: see `kiosk.services.applications.corrections.Corrections`.
        """
        entries = {person.position: person.entry for person in returned.people}
        position = 0
        while True:
            while position < len(returned.people):
                person = returned.people[position]
                others = [entry for number, entry in entries.items() if number < person.position]
                answer = await self.show(
                    CorrectionScreen(
                        returned.mode,
                        today(self.app.clock),
                        person=person,
                        entry=entries[person.position],
                        other=others[0] if others else None,
                        unsent=entries[person.position] != person.entry,
                        email_notice=self.text(TextName.EMAIL_NOTICE),
                    )
                )
                if isinstance(answer, Nav):
                    if position == 0:
                        return False
                    position -= 1
                    continue
                entries[person.position] = answer.entry
                position += 1
            position -= 1
            changed = [entries[person.position] for person in returned.people if "email" in person.reasons]
            if not await self.verify_addresses(changed):
                continue
            application_id, version = returned.application_id, returned.version
            send = self.school.corrections.answer
            verified = frozenset(self.verified)
            try:
                await self.call(send, self.visitor, application_id, version, national_id, entries, verified)
            except ApplicantIsStudent:
                await self.show_notice(
                    _("請洽註冊組"), _("申請人的身分證字號和學生相同，請改填家長的號碼，或洽註冊組。")
                )
            except AlreadyApplied:
                await self.show_notice(_("沒有送出"), _("這位申請人已經為這位學生申請過了，請改填，或洽註冊組。"))
            except InvalidApplication:
                await self.show_notice(_("沒有送出"), _("資料不完整，請再檢查一次，或洽註冊組。"))
            except StoreConflict:
                continue
            else:
                return True

    async def withdraw(self, state: MenuState) -> None:
        """Withdraw an application with the applicant's full ID (撤回申請)."""
        open_ones = [one for one in state.applications if one.state in ("under_review", "returned")]
        numbers = [one.number for one in open_ones]
        while True:
            chosen = await self.choose(_("要撤回哪一件？"), _("撤回後可以再申請。"), numbers)
            if chosen is None:
                return
            typed = await self.show(AskIdScreen(_("撤回申請"), _("請輸入這件申請的申請人身分證字號。")))
            if not isinstance(typed, Nav):
                break
        try:
            await self.call(self.school.applications.withdraw, self.visitor, open_ones[chosen].id, typed)
        except ServiceError:
            await self.show_notice(_("沒有撤回"), _("號碼不符，或申請已經有結果。"))
        else:
            await self.show_notice(_("已撤回"), _("申請已撤回。"))
