"""The consent to the use of personal data, by a parent or by a student of full age."""

from __future__ import annotations

from kiosk.flows.family_flow import FamilyFlow
from kiosk.i18n import _, current_language
from kiosk.screens.base.ask_id import AskIdScreen
from kiosk.screens.base.kiosk_screen import Nav
from kiosk.screens.family.consent import ConsentScreen
from kiosk.services.auth.identity_check import TooManyTries
from kiosk.services.students.confirmation import MenuState
from kiosk.services.students.consents import AnsweredBy, NotTheStudent
from kiosk.services.texts.loader import TextName, load_consent


class ConsentFlow(FamilyFlow):
    """Asks for consent.

    Attributes:
        is_given: whether a parent agreed in this visit, for this child.
    """

    is_given = False

    async def before_application(self, state: MenuState) -> bool:
        """Ask the parent or the student; False where the visitor returns to the menu, as after a student's answer."""
        if state.needs_student_consent and not await self.goes_on_as_parent():
            return False
        return self.is_given or await self.ask_parent()

    async def ask_parent(self) -> bool:
        """Ask a parent; return whether they agreed."""
        self.is_given = await self.ask("parent") is True
        return self.is_given

    async def goes_on_as_parent(self) -> bool:
        """Ask who operates the kiosk, and a student of full age for consent; return whether a parent goes on."""
        text = _("學生已滿十八歲，須由本人同意。家長可以先填申請，等學生本人登入同意後才會審核。")
        choices = {"parent": _("我是家長"), "student": _("我是學生本人")}
        while (who := await self.show(self.notice(_("現在操作的是哪一位？"), text, choices))) == "student":
            typed: str | Nav = ""
            while isinstance(typed, str):
                words = _("請輸入學生本人的身分證字號。")
                typed = await self.show(AskIdScreen(_("學生本人同意"), words, value=typed))
                if isinstance(typed, str) and not isinstance(await self.ask("student", typed), Nav):
                    return False
        return who == "parent"

    async def ask(self, answered_by: AnsweredBy, national_id: str = "") -> bool | Nav:
        """Show the consent text and record the answer; return whether it is 同意."""
        text = load_consent(self.app.settings.text_folder, current_language())
        choice = await self.show(ConsentScreen(text, self.text(TextName.CONSENT_INTRO)))
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
            words = _("您選擇不同意，已經記錄。之後改變心意，隨時可以再登入申辦。")
            await self.show_notice(_("已記錄您的選擇"), words)
        return choice == "agree"
