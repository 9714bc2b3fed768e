"""What every walk of a parent's visit shares: who is signed in, and which addresses have been proved."""

from __future__ import annotations

from collections.abc import Sequence

from kiosk.domain.application_form import ApplicantEntry
from kiosk.flows.flow import Flow
from kiosk.i18n import _
from kiosk.rules.contact import parse_email
from kiosk.screens.base.context import KioskContext
from kiosk.screens.base.step import Nav
from kiosk.screens.family.email_code import EmailCodeScreen
from kiosk.services.auth.identity_check import TooManyTries
from kiosk.services.auth.student_session import StudentSession


class FamilyFlow(Flow):
    """A walk of somebody who is signed in with a student's login.

    Args:
        app: the kiosk.
        visitor: who is signed in, with a password of their own.
        verified: the addresses whose mailed code was typed in, added to as others are.
    """

    def __init__(self, app: KioskContext, visitor: StudentSession, verified: set[str]) -> None:
        super().__init__(app)
        self.visitor = visitor
        self.verified = verified

    async def show_locked(self, locked: TooManyTries) -> None:
        """Say for how long no ID is looked at."""
        text = _("身分證字號錯誤太多次，請 {minutes} 分鐘後再試。").format(minutes=locked.minutes_left)
        await self.show_notice(_("請稍後再試"), text)

    async def verify_addresses(self, entries: Sequence[ApplicantEntry]) -> bool:
        """The codes that are mailed to these addresses, where mail is set; False where they went back."""
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
