"""What a parent who has applied comes back for: 補正 of what was sent back, and 撤回申請."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kiosk.domain.errors import AlreadyApplied, ChangedMeanwhile, ServiceError
from kiosk.domain.school_calendar import today
from kiosk.flows.family_flow import FamilyFlow
from kiosk.i18n import _
from kiosk.screens.base.ask_id import AskIdScreen
from kiosk.screens.base.notice import NoticeScreen
from kiosk.screens.base.step import Nav
from kiosk.screens.family.correction import CorrectionScreen
from kiosk.services.applications.form_check import ApplicantIsStudent, InvalidApplication
from kiosk.services.auth.identity_check import NotTheirId, TooManyTries
from kiosk.services.errors import StoreConflict
from kiosk.services.students.confirmation import HubState
from kiosk.services.texts.loader import TextName, load_text

if TYPE_CHECKING:
    from kiosk.services.applications.corrections import ReturnedApplication


class CorrectionFlow(FamilyFlow):
    """Each asks for the applicant's full ID first: both parents and the student know the login."""

    async def correct(self, state: HubState) -> None:
        """退件補正: what was sent back, opened by the applicant's full ID, and the answer."""
        returned_ones = [one for one in state.applications if one.state == "returned"]
        chosen: str | Nav = "n0"
        if len(returned_ones) > 1:
            choices = {f"n{place}": one.number for place, one in enumerate(returned_ones)}
            chosen = await self.show(NoticeScreen(_("要補正哪一件？"), _("請選申請編號。"), choices))
        if isinstance(chosen, Nav):
            return
        application = returned_ones[int(chosen[1:])]
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
        """One form a person of whom something was sent back, then the answer; False where they left.

        Raises:
            NotTheirId, TooManyTries, ChangedMeanwhile: see `kiosk.services.applications.corrections.Corrections.answer`.
        """
        entries = {person.position: person.entry for person in returned.people}
        place = 0
        while True:
            while place < len(returned.people):
                person = returned.people[place]
                others = [entry for position, entry in entries.items() if position < person.position]
                answer = await self.show(
                    CorrectionScreen(
                        returned.mode,
                        today(self.app.clock),
                        person=person,
                        entry=entries[person.position],
                        other=others[0] if others else None,
                        unsent=entries[person.position] != person.entry,
                        email_notice=load_text(TextName.EMAIL_NOTICE, self.app.settings.text_folder).body,
                    )
                )
                if isinstance(answer, Nav):
                    if place == 0:
                        return False
                    place -= 1
                    continue
                entries[person.position] = answer.entry
                place += 1
            place -= 1
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

    async def withdraw(self, state: HubState) -> None:
        """撤回申請, after the applicant's full ID."""
        open_ones = [one for one in state.applications if one.state in ("under_review", "returned")]
        choices = {f"n{place}": one.number for place, one in enumerate(open_ones)}
        while True:
            chosen = await self.show(NoticeScreen(_("要撤回哪一件？"), _("撤回後可以再申請。"), choices))
            if isinstance(chosen, Nav):
                return
            typed = await self.show(AskIdScreen(_("撤回申請"), _("請輸入這件申請的申請人身分證字號。")))
            if not isinstance(typed, Nav):
                break
        try:
            await self.call(self.school.applications.withdraw, self.visitor, open_ones[int(chosen[1:])].id, typed)
        except ServiceError:
            await self.show_notice(_("沒有撤回"), _("號碼不符，或申請已經有結果。"))
        else:
            await self.show_notice(_("已撤回"), _("申請已撤回。"))
