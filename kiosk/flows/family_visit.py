"""A parent's visit: a password of their own first, then child after child through the doors of the hub."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from kiosk.domain.errors import Denied, PasswordChangeRequired
from kiosk.flows.application_flow import ChildFlow, PrefilledApplication
from kiosk.flows.flow import Flow, SessionEnded
from kiosk.i18n import _
from kiosk.screens.base.context import KioskContext
from kiosk.screens.base.notice import BlankScreen
from kiosk.screens.base.step import Nav
from kiosk.screens.family.change_password import ChangePasswordScreen

if TYPE_CHECKING:
    from kiosk.services.auth.sign_in import SignedIn
    from kiosk.services.auth.student_session import StudentSession


async def family_visit(app: KioskContext, signed_in: SignedIn) -> None:
    """One visit, until whoever is there leaves, idles away, or their login no longer holds."""
    app.cover_with(BlankScreen())
    walk = Flow(app)
    with suppress(SessionEnded):
        try:
            await _child_after_child(walk, signed_in)
        except (Denied, PasswordChangeRequired):
            text = _("這個帳號的密碼剛被變更、重設或停用，請用新密碼重新登入，或洽服務台。")
            await walk.show_notice(_("請重新登入"), text)


async def _child_after_child(walk: Flow, signed_in: SignedIn) -> None:
    """A child, and with 為另一位子女申請 the next."""
    carried: PrefilledApplication | None = None
    while True:
        visitor = await _with_own_password(walk, signed_in)
        if visitor is None:
            return
        following = await ChildFlow(walk.app, visitor, carried).run()
        if following is None:
            return
        walk.app.guard.begin_child()
        signed_in, carried = following.signed_in, following.carried


async def _with_own_password(walk: Flow, signed_in: SignedIn) -> StudentSession | None:
    """The forced change (變更密碼), while the first password stands; None where they went back."""
    if not signed_in.must_change:
        return signed_in.visitor
    changed = await walk.show(ChangePasswordScreen(signed_in.visitor))
    return None if isinstance(changed, Nav) else changed
