"""What the flows of a family's visit share."""

from __future__ import annotations

from collections.abc import Sequence

from kiosk.domain.application_form import ApplicantEntry
from kiosk.flows.flow import Flow
from kiosk.i18n import _
from kiosk.rules.contact import parse_email
from kiosk.screens.base.context import KioskContext
from kiosk.screens.base.kiosk_screen import Nav
from kiosk.screens.family.email_code import EmailCodeScreen
from kiosk.services.auth.identity_check import TooManyTries
from kiosk.services.auth.student_session import StudentSession
from kiosk.services.texts.loader import TextName, load_text


class FamilyFlow(Flow):
    """A flow in a student's session.

    Args:
        app: the kiosk.
        visitor: the student's session.
        verified: the addresses whose mailed code was typed in; grows as others are.
    """

    def __init__(self, app: KioskContext, visitor: StudentSession, verified: set[str]) -> None:
        super().__init__(app)
        self.visitor = visitor
        self.verified = verified

    def text(self, name: TextName) -> str:
        """Return one of the school's texts."""
        return load_text(name, self.app.settings.text_folder).body

    async def choose(self, heading: str, text: str, labels: Sequence[str]) -> int | None:
        """Ask for one of several; return its index, or None where the visitor went back."""
        choices = {f"n{index}": label for index, label in enumerate(labels)}
        chosen = await self.show(self.notice(heading, text, choices))
        return None if isinstance(chosen, Nav) else int(chosen[1:])

    async def show_locked(self, locked: TooManyTries) -> None:
        """Show how long no ID is checked."""
        text = _("身分證字號錯誤太多次，請 {minutes} 分鐘後再試。").format(minutes=locked.minutes_left)
        await self.show_notice(_("請稍後再試"), text)

    async def verify_addresses(self, entries: Sequence[ApplicantEntry]) -> bool:
        """Ask for the codes mailed to these addresses, where mail is configured; False where the visitor went back."""
        if self.school.email_codes.available:
            for address in (parse_email(entry.email) for entry in entries if not entry.no_email):
                if address in self.verified:
                    continue
                answer = await self.show(EmailCodeScreen(address, self.visitor))
                if isinstance(answer, Nav):
                    return False
                if answer:
                    self.verified.add(address)
        return True
