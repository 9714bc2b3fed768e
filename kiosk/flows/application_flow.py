"""A parent's way through the doors of the hub, from the child's data to the receipt, read from top to bottom."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from uuid import uuid4

from kiosk.domain.application_form import ApplicantEntry, Basis, Mode
from kiosk.domain.errors import (
    AlreadyApplied,
    ConsentMissing,
)
from kiosk.domain.receipt import Receipt
from kiosk.domain.school_calendar import today
from kiosk.flows.card_and_signing import SigningFlow
from kiosk.flows.corrections import CorrectionFlow
from kiosk.flows.family_flow import FamilyFlow
from kiosk.flows.flow import SessionEnded
from kiosk.i18n import _, current_language
from kiosk.rules.identity import InvalidIdentity, normalise_id
from kiosk.rules.names import mask_name
from kiosk.screens.base.ask_id import AskIdScreen
from kiosk.screens.base.context import KioskContext
from kiosk.screens.base.notice import NoticeScreen
from kiosk.screens.base.step import Nav
from kiosk.screens.family.applicant_form import ApplicantFormScreen
from kiosk.screens.family.application_mode import ApplicationModeScreen, BasisScreen
from kiosk.screens.family.confirm_student import ConfirmStudentScreen
from kiosk.screens.family.consent import ConsentScreen
from kiosk.screens.family.menu import MenuScreen
from kiosk.screens.family.receipt import ReceiptScreen
from kiosk.screens.family.summary import SummaryScreen
from kiosk.services.applications.drafts import DraftOfAnother
from kiosk.services.applications.form_check import ApplicantIsStudent, InvalidApplication
from kiosk.services.auth.identity_check import TooManyTries
from kiosk.services.auth.sign_in import SignedIn
from kiosk.services.auth.student_session import StudentSession
from kiosk.services.errors import StoreConflict
from kiosk.services.students.confirmation import HubState
from kiosk.services.students.consents import AnsweredBy, NotTheStudent
from kiosk.services.texts.loader import TextName, load_consent, load_text

APPLICATION, CONFIRMATION = "application", "confirmation"


@dataclass(frozen=True)
class PrefilledApplication:
    """What goes on to the next child in the same visit; kept in memory only.

    Attributes:
        mode: the way to apply.
        basis: by what right.
        entries: one an applicant.
        verified: the addresses whose mailed code was typed in; nobody waits for a second mail to the same.
    """

    mode: Mode
    basis: Basis
    entries: tuple[ApplicantEntry, ...] = field(repr=False)
    verified: frozenset[str] = field(default=frozenset(), repr=False)


@dataclass(frozen=True)
class NextChild:
    """為另一位子女申請: the login of the next child, and what goes on to it."""

    signed_in: SignedIn
    carried: PrefilledApplication


class ChildFlow(FamilyFlow):
    """The way of one child through the doors.

    Args:
        app: the kiosk.
        visitor: who is signed in, with a password of their own.
        carried: what the child before left in this visit.
    """

    def __init__(self, app: KioskContext, visitor: StudentSession, carried: PrefilledApplication | None) -> None:
        super().__init__(app, visitor, set())
        self.carried = carried
        self.consented = False

    async def run(self) -> NextChild | None:
        """Door after door; the next child where one follows.

        Raises:
            Left: the visit is over.
            Denied, PasswordChangeRequired: the login no longer holds.
        """
        while True:
            state = await self.call(self.school.student_data.hub, self.visitor)
            has_draft = await self.call(self.school.drafts.exists, self.visitor, APPLICATION)
            door = await self.show(MenuScreen(state, has_draft=has_draft))
            if isinstance(door, Nav) or door == "leave":
                return None
            with suppress(StoreConflict):  # what stands behind that door cannot be kept; the others are open
                following = await self.open_item(door, state, has_draft=has_draft)
                if following is not None:
                    return following

    async def open_item(self, door: str, state: HubState, *, has_draft: bool) -> NextChild | None:
        """What stands behind one of the hub's doors; the next child where one follows."""
        match door:
            case "confirm":
                await self.confirm(state)
            case "apply":
                return await self.apply(state, has_draft=has_draft)
            case "card":
                await SigningFlow(self.app, self.visitor, self.verified).card()
            case "sign":
                await SigningFlow(self.app, self.visitor, self.verified).sign()
            case "correct":
                await CorrectionFlow(self.app, self.visitor, self.verified).correct(state)
            case "withdraw":
                await CorrectionFlow(self.app, self.visitor, self.verified).withdraw(state)
        return None

    async def confirm(self, state: HubState) -> None:
        """確認學生相關資訊."""
        draft = await self.call(self.school.drafts.load, self.visitor, CONFIRMATION)
        answer = await self.show(ConfirmStudentScreen(state.student, draft))
        if isinstance(answer, Nav):
            return
        how, values = answer
        if how == "save":
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

    async def apply(self, state: HubState, *, has_draft: bool) -> NextChild | None:
        """Consent, mode, applicants, read-back, receipt."""
        if state.needs_student_consent and await self.student_answers(state):
            return None
        self.consented = self.consented or await self.consent("parent") is True
        if not self.consented:
            return None
        start = await self.carry_over()
        if start is None and has_draft:
            start = await self.draft()
        if isinstance(start, Nav):
            return None
        chosen = (start.mode, start.basis) if start else await self.mode_and_basis()
        kept = list(start.entries) if start else []
        entries = list(kept)
        sent: Receipt | int = 0
        while isinstance(sent, int):
            if not self.consented or chosen is None:
                return None
            mode, basis = chosen
            if not await self.applicants(mode, basis, entries, sent, kept):
                chosen = None if start else await self.mode_and_basis(mode)
                entries, sent = [], 0
                continue
            try:
                sent = await self.send(mode, basis, entries)
            except AlreadyApplied:
                await self.show_notice(_("已有申請"), _("這位申請人已經為這位學生申請過了，不必再送一次。"))
                return None
            except ConsentMissing:
                await self.show_notice(_("沒有送出"), _("這位學生最後一次的答覆是不同意，請再讀一次同意書。"))
                self.consented, sent = await self.consent("parent") is True, mode.applicants
        return await self.receipt(sent, PrefilledApplication(mode, basis, tuple(entries), frozenset(self.verified)))

    async def receipt(self, receipt: Receipt, carried: PrefilledApplication) -> NextChild:
        """The receipt, and with 為另一位子女申請 the next child's login; Esc there shows the receipt again."""
        while await self.show(ReceiptScreen(receipt)) == "another":
            signed_in = await self.show(self.app.new_login())
            if isinstance(signed_in, SignedIn):
                return NextChild(signed_in, carried)
        raise SessionEnded

    async def carry_over(self) -> PrefilledApplication | Nav | None:
        """What the visit brought from the child before; whoever cannot give that applicant's ID is another visitor."""
        if self.carried is None:
            return None
        first = self.carried.entries[0]
        text = _("可以帶入 {name} 剛才填的資料。請輸入 {name} 的身分證字號，或按「重新填寫」。")
        words = text.format(name=mask_name(first.name))
        typed = await self.show(AskIdScreen(_("為另一位子女申請"), words, afresh=True))
        if isinstance(typed, Nav):
            return typed
        if typed and normalise_id(typed) == normalise_id(first.national_id):
            self.verified |= self.carried.verified
            return self.carried
        self.carried = None
        if typed:
            await self.show_notice(_("號碼不符"), _("和剛才填的號碼不同，請重新填寫。"))
        return None

    async def student_answers(self, state: HubState) -> bool:
        """A student of full age consents for themself; True where they did so just now."""
        choices = {"parent": _("我是家長"), "student": _("我是學生本人")}
        text = _("學生已滿十八歲，須由本人同意。家長可以先填申請，等學生本人登入同意後才會審核。")
        who = await self.show(NoticeScreen(_("現在操作的是哪一位？"), text, choices))
        if isinstance(who, Nav):
            return True
        if who == "parent":
            return False
        typed = ""
        while True:
            words = _("請輸入學生本人的身分證字號。")
            answer = await self.show(AskIdScreen(_("學生本人同意"), words, value=typed))
            if isinstance(answer, Nav):
                return await self.student_answers(state)
            typed = answer
            if not isinstance(await self.consent("student", typed), Nav):
                return True

    async def consent(self, answered_by: AnsweredBy, national_id: str = "") -> bool | Nav:
        """The consent text; True where the answer was 同意. Every answer is kept; going back is none."""
        own = self.app.settings.text_folder
        text = load_consent(own, current_language())
        choice = await self.show(ConsentScreen(text, load_text(TextName.CONSENT_INTRO, own).body))
        if isinstance(choice, Nav):
            return choice
        try:
            await self.call(
                self.school.consents.record,
                self.visitor,
                text,
                choice,
                language=text.source.language,
                read_to_end=True,
                answered_by=answered_by,
                student_national_id=national_id,
            )
        except NotTheStudent:
            await self.show_notice(_("號碼不符"), _("這不是學生本人的身分證字號，同意沒有記錄。請學生本人再試一次。"))
            return False
        except TooManyTries as locked:
            await self.show_locked(locked)
            return False
        if choice == "refuse":
            text_ = _("您選擇不同意，已經記錄。之後改變心意，隨時可以再登入申辦。")
            await self.show_notice(_("已記錄您的選擇"), text_)
        return choice == "agree"

    async def mode_and_basis(self, before: Mode | None = None) -> tuple[Mode, Basis] | None:
        """選擇申辦方式, and by what right where the mode leaves it open; ``before`` comes back to its last question."""
        own = self.app.settings.text_folder
        mode = before if before and len(before.bases) > 1 else None
        while True:
            if mode is None:
                notice, warning = load_text(TextName.DOCUMENTS, own).body, load_text(TextName.WARNING, own).body
                chosen = await self.show(ApplicationModeScreen(notice, warning))
                if isinstance(chosen, Nav):
                    return None
                mode = chosen
            if len(mode.bases) == 1:
                return mode, mode.bases[0]
            basis = await self.show(BasisScreen(mode))
            if not isinstance(basis, Nav):
                return mode, basis
            mode = None

    async def applicants(
        self, mode: Mode, basis: Basis, entries: list[ApplicantEntry], place: int, kept: list[ApplicantEntry]
    ) -> bool:
        """One form an applicant from a place on, then the read-back, until it is right; False where they were left.

        Args:
            mode: the way to apply.
            basis: by what right.
            entries: what was typed; changed here.
            place: the form to begin with, counted from 0; one past the last is the read-back.
            kept: entries that are not lost when the forms are left.
        """
        own = self.app.settings.text_folder
        while True:
            while place < mode.applicants:
                screen = ApplicantFormScreen(
                    mode,
                    today(self.app.clock),
                    position=place + 1,
                    entry=entries[place] if place < len(entries) else None,
                    other=entries[0] if place else None,
                    unsent=place == 0 and entries not in ([], kept),
                    warning=load_text(TextName.WARNING, own).body,
                    email_notice=load_text(TextName.EMAIL_NOTICE, own).body,
                )
                answer = await self.show(screen)
                if isinstance(answer, Nav):
                    if place == 0:
                        return False
                    place -= 1
                    continue
                entries[place : place + 1] = [answer.entry]
                if answer.save:
                    with suppress(StoreConflict):  # nothing was kept, and the form stands as it was
                        await self.keep(mode, basis, entries)
                    continue
                place += 1
            if await self.show(SummaryScreen(mode, basis, entries)) is True:
                return True
            place = mode.applicants - 1

    async def keep(self, mode: Mode, basis: Basis, entries: list[ApplicantEntry]) -> None:
        """暫存離開: sealed, and opened by the first applicant's ID; returns where nothing was kept."""
        values: Mapping[str, object] = {"mode": mode, "basis": basis, "entries": [asdict(entry) for entry in entries]}
        owner = entries[0].national_id
        save = self.school.drafts.save
        try:
            await self.call(save, self.visitor, APPLICATION, values, owner)
        except InvalidIdentity:
            text = _("暫存的資料要用第一位申請人的身分證字號才能再打開，請先把它填對，再按「暫存離開」。")
            await self.show_notice(_("還沒有暫存"), text)
            return
        except DraftOfAnother:
            text = _("這位學生已有另一位申請人暫存的申請，只能留一份。")
            choices = {"replace": _("改存我的"), "keep": _("保留原來的")}
            if await self.show(NoticeScreen(_("還沒有暫存"), text, choices)) != "replace":
                return
            await self.call(save, self.visitor, APPLICATION, values, owner, replace=True)
        await self.show_notice(_("已暫存"), _("下次登入後按「申辦親子帳號」，輸入您的身分證字號就能繼續。"))
        raise SessionEnded

    async def draft(self) -> PrefilledApplication | Nav | None:
        """A draft, opened by its owner's ID; anyone may begin anew without it."""
        values = await self.call(self.school.drafts.load, self.visitor, APPLICATION)
        if values is None:
            text = _("有一份暫存的申請。要繼續請輸入暫存時填的第一位申請人身分證字號，或按「重新填寫」。")
            typed = await self.show(AskIdScreen(_("繼續暫存的申請"), text, afresh=True))
            if isinstance(typed, Nav):
                return typed
            if not typed:
                return None
            try:
                values = await self.call(self.school.drafts.load, self.visitor, APPLICATION, typed)
            except TooManyTries as locked:
                await self.show_locked(locked)
                return None
            if values is None:
                await self.show_notice(_("號碼不符"), _("和暫存時的號碼不同，請重新填寫。"))
                return None
        entries = tuple(ApplicantEntry(**entry) for entry in values["entries"])
        return PrefilledApplication(Mode(values["mode"]), Basis(values["basis"]), entries)

    async def send(self, mode: Mode, basis: Basis, entries: list[ApplicantEntry]) -> Receipt | int:
        """The mail codes where mail is set, then one submission; or the place of what must be seen again.

        Raises:
            AlreadyApplied: there is nothing to send.
            ConsentMissing: the consent was taken back meanwhile.
        """
        if not await self.verify_addresses(entries):
            return mode.applicants
        request_id = uuid4().hex
        submit = self.school.applications.submit
        try:
            return await self.call(submit, self.visitor, request_id, mode, basis, entries, frozenset(self.verified))
        except ApplicantIsStudent as own:
            text = _("申請人的身分證字號和學生相同，請改填家長的號碼；若確實無誤，請洽註冊組辦理分流申請書。")
            await self.show_notice(_("請洽註冊組"), text)
            return next(place for place, messages in enumerate(own.messages) if messages)
        except InvalidApplication:
            await self.show_notice(_("沒有送出"), _("資料不完整，請再檢查一次。"))
            return 0
        except StoreConflict:
            return mode.applicants
