"""A family's visit: the forced change of the password, then the menu of one child after another."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from kiosk.domain.errors import Denied, PasswordChangeRequired
from kiosk.flows.application_flow import PrefilledApplication
from kiosk.flows.child_flow import ChildFlow
from kiosk.flows.flow import Flow, SessionEnded
from kiosk.i18n import _
from kiosk.screens.base.context import KioskContext
from kiosk.screens.base.kiosk_screen import Nav
from kiosk.screens.base.notice import BlankScreen
from kiosk.screens.family.change_password import ChangePasswordScreen

if TYPE_CHECKING:
    from kiosk.services.auth.sign_in import SignedIn
    from kiosk.services.auth.student_session import StudentSession


async def family_visit(app: KioskContext, signed_in: SignedIn) -> None:
    """Run one visit, until the visitor leaves or the session ends."""
    app.cover_with(BlankScreen())
    flow = Flow(app)
    with suppress(SessionEnded):
        try:
            await _child_after_child(flow, signed_in)
        except (Denied, PasswordChangeRequired):
            text = _("這個帳號的密碼剛被變更、重設或停用，請用新密碼重新登入，或洽服務台。")
            await flow.show_notice(_("請重新登入"), text)


async def _child_after_child(flow: Flow, signed_in: SignedIn) -> None:
    """Open the menu of a child, and with 為另一位子女申請 of the next."""
    prefilled: PrefilledApplication | None = None
    while True:
        visitor = await _with_own_password(flow, signed_in)
        if visitor is None:
            return
        next_child = await ChildFlow(flow.app, visitor, prefilled).run()
        if next_child is None:
            return
        flow.app.guard.begin_child()
        signed_in, prefilled = next_child.signed_in, next_child.prefilled


async def _with_own_password(flow: Flow, signed_in: SignedIn) -> StudentSession | None:
    """Force the change of a first password (變更密碼); None where the visitor went back."""
    if not signed_in.must_change:
        return signed_in.visitor
    changed = await flow.show(ChangePasswordScreen(signed_in.visitor))
    return None if isinstance(changed, Nav) else changed
