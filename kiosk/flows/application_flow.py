"""An application for a child, from the consent to the receipt (the guide's step 二.5)."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from uuid import uuid4

from kiosk.domain.application_form import ApplicantEntry, Basis, Mode
from kiosk.domain.errors import AlreadyApplied, ConsentMissing
from kiosk.domain.receipt import Receipt
from kiosk.domain.school_calendar import today
from kiosk.flows.consent_flow import ConsentFlow
from kiosk.flows.family_flow import FamilyFlow
from kiosk.flows.flow import SessionEnded
from kiosk.i18n import _
from kiosk.rules.identity import InvalidIdentity, normalise_id
from kiosk.rules.names import mask_name
from kiosk.screens.base.ask_id import AskIdScreen
from kiosk.screens.base.context import KioskContext
from kiosk.screens.base.kiosk_screen import Nav
from kiosk.screens.family.applicant_form import ApplicantFormScreen
from kiosk.screens.family.application_mode import ApplicationModeScreen, BasisScreen
from kiosk.screens.family.receipt import ReceiptScreen
from kiosk.screens.family.summary import SummaryScreen
from kiosk.services.applications.drafts import APPLICATION, DraftOfAnother
from kiosk.services.applications.form_check import ApplicantIsStudent, InvalidApplication
from kiosk.services.auth.identity_check import TooManyTries
from kiosk.services.auth.sign_in import SignedIn
from kiosk.services.auth.student_session import StudentSession
from kiosk.services.errors import StoreConflict
from kiosk.services.students.confirmation import MenuState
from kiosk.services.texts.loader import TextName


@dataclass(frozen=True)
class PrefilledApplication:
    """Entries of the child before in the same visit, kept in memory only, or of a draft.

    Attributes:
        mode: the way to apply.
        basis: by what right.
        entries: one an applicant.
        verified: the addresses whose mailed code was typed in; they need no second code.
    """

    mode: Mode
    basis: Basis
    entries: tuple[ApplicantEntry, ...] = field(repr=False)
    verified: frozenset[str] = field(default=frozenset(), repr=False)


@dataclass(frozen=True)
class NextChild:
    """The login of the next child (為另一位子女申請), and the application to begin with."""

    signed_in: SignedIn
    prefilled: PrefilledApplication


class ApplicationFlow(FamilyFlow):
    """Applies for one child, as often as the visitor opens the menu's item.

    Args:
        app: the kiosk.
        visitor: the student's session.
        verified: see `FamilyFlow`.
        prefilled: the application sent for the child before, in the same visit.
    """

    def __init__(
        self, app: KioskContext, visitor: StudentSession, verified: set[str], prefilled: PrefilledApplication | None
    ) -> None:
        super().__init__(app, visitor, verified)
        self.prefilled = prefilled
        self._consent = ConsentFlow(app, visitor, verified)

    async def apply(self, state: MenuState, *, has_draft: bool) -> NextChild | None:
        """Ask for consent, mode and applicants, then send; None where the visitor goes back to the menu."""
        if not await self._consent.before_application(state):
            return None
        start = await self.prefilled_entries()
        if start is None and has_draft:
            start = await self.open_draft()
        if isinstance(start, Nav):
            return None
        chosen = (start.mode, start.basis) if start else await self.mode_and_basis()
        saved = list(start.entries) if start else []
        entries, position = list(saved), 0
        while chosen is not None:
            mode, basis = chosen
            if not await self.applicants(mode, basis, entries, position, saved):
                chosen = None if start else await self.mode_and_basis(mode)
                entries, position = [], 0
                continue
            try:
                sent = await self.send(mode, basis, entries)
            except AlreadyApplied:
                await self.show_notice(_("已有申請"), _("這位申請人已經為這位學生申請過了，不必再送一次。"))
                return None
            except ConsentMissing:
                await self.show_notice(_("沒有送出"), _("這位學生最後一次的答覆是不同意，請再讀一次同意書。"))
                if not await self._consent.ask_parent():
                    return None
                sent = mode.applicants
            if isinstance(sent, Receipt):
                prefilled = PrefilledApplication(mode, basis, tuple(entries), frozenset(self.verified))
                return await self.receipt(sent, prefilled)
            position = sent
        return None

    async def prefilled_entries(self) -> PrefilledApplication | Nav | None:
        """Offer the entries of the child before to the visitor who knows the first applicant's ID; None without."""
        if self.prefilled is None:
            return None
        first = self.prefilled.entries[0]
        text = _("可以帶入 {name} 剛才填的資料。請輸入 {name} 的身分證字號，或按「重新填寫」。")
        words = text.format(name=mask_name(first.name))
        typed = await self.show(AskIdScreen(_("為另一位子女申請"), words, afresh=True))
        if isinstance(typed, Nav):
            return typed
        if typed and normalise_id(typed) == normalise_id(first.national_id):
            self.verified |= self.prefilled.verified
            return self.prefilled
        self.prefilled = None
        if typed:
            await self.show_notice(_("號碼不符"), _("和剛才填的號碼不同，請重新填寫。"))
        return None

    async def open_draft(self) -> PrefilledApplication | Nav | None:
        """Open the draft with its owner's ID; None where the visitor begins without it."""
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

    async def mode_and_basis(self, before: Mode | None = None) -> tuple[Mode, Basis] | None:
        """Ask for the mode (選擇申辦方式), and for the basis where the mode has several.

        With `before`, a mode chosen earlier, begin with its last question.
        """
        mode = before if before and len(before.bases) > 1 else None
        while True:
            if mode is None:
                notice, warning = self.text(TextName.DOCUMENTS), self.text(TextName.WARNING)
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
        self, mode: Mode, basis: Basis, entries: list[ApplicantEntry], position: int, saved: list[ApplicantEntry]
    ) -> bool:
        """Show a form for each applicant, then the summary; False where the visitor left the first form.

        Args:
            mode: the way to apply.
            basis: by what right.
            entries: what was typed; changed here.
            position: the form to begin with, counted from 0; `mode.applicants` is the summary.
            saved: entries that leaving the forms does not lose.
        """
        while True:
            while position < mode.applicants:
                screen = ApplicantFormScreen(
                    mode,
                    today(self.app.clock),
                    position=position + 1,
                    entry=entries[position] if position < len(entries) else None,
                    other=entries[0] if position else None,
                    unsent=position == 0 and entries not in ([], saved),
                    warning=self.text(TextName.WARNING),
                    email_notice=self.text(TextName.EMAIL_NOTICE),
                )
                answer = await self.show(screen)
                if isinstance(answer, Nav):
                    if position == 0:
                        return False
                    position -= 1
                    continue
                entries[position : position + 1] = [answer.entry]
                if answer.save:
                    with suppress(StoreConflict):  # nothing was saved, and the form opens again as it was
                        await self.save_draft(mode, basis, entries)
                    continue
                position += 1
            if await self.show(SummaryScreen(mode, basis, entries)) is True:
                return True
            position = mode.applicants - 1

    async def save_draft(self, mode: Mode, basis: Basis, entries: list[ApplicantEntry]) -> None:
        """Save a draft that the first applicant's ID opens (暫存離開); return only where nothing was saved."""
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
            if await self.show(self.notice(_("還沒有暫存"), text, choices)) != "replace":
                return
            await self.call(save, self.visitor, APPLICATION, values, owner, replace=True)
        await self.show_notice(_("已暫存"), _("下次登入後按「申辦親子帳號」，輸入您的身分證字號就能繼續。"))
        raise SessionEnded

    async def send(self, mode: Mode, basis: Basis, entries: list[ApplicantEntry]) -> Receipt | int:
        """Verify the addresses, then submit; return the receipt, or the position of the form to show again.

        Raises:
            AlreadyApplied: an applicant has applied for this student before.
            ConsentMissing: the last recorded answer is not a consent.
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
            return next(position for position, messages in enumerate(own.messages) if messages)
        except InvalidApplication:
            await self.show_notice(_("沒有送出"), _("資料不完整，請再檢查一次。"))
            return 0
        except StoreConflict:
            return mode.applicants

    async def receipt(self, receipt: Receipt, prefilled: PrefilledApplication) -> NextChild:
        """Show the receipt, and with 為另一位子女申請 the next child's login; Esc there shows the receipt again."""
        while await self.show(ReceiptScreen(receipt)) == "another":
            signed_in = await self.show(self.app.new_login())
            if isinstance(signed_in, SignedIn):
                return NextChild(signed_in, prefilled)
        raise SessionEnded
