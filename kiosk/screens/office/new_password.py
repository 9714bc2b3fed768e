"""The staff's new password: forced at the first login, or chosen; fifteen characters or more."""

from __future__ import annotations

from collections.abc import Sequence

from kiosk.i18n import _
from kiosk.rules.passwords import STAFF_RULE
from kiosk.screens.base.new_password import NewPasswordStep
from kiosk.screens.base.staff_step import StaffFrame
from kiosk.services.auth.staff_session import StaffMember


class StaffNewPasswordScreen(StaffFrame, NewPasswordStep[StaffMember]):
    """Answers with the session of the new password."""

    rule = STAFF_RULE

    def __init__(self, member: StaffMember, *, forced: bool) -> None:
        super().__init__()
        self.member = member
        first = _("第一次登入須變更密碼：至少 15 個字，可以用幾個好記的英文單字和數字連在一起。")
        again = _("變更密碼：至少 15 個字，可以用幾個好記的英文單字和數字連在一起。")
        self.heading = first if forced else again
        if not forced:
            self.make_voluntary()

    def ticked(self, password: str) -> Sequence[tuple[str, bool]]:
        """Return the one part of the staff's rule."""
        return ((_("至少 {n} 個字").format(n=self.rule.min_length), len(password) >= self.rule.min_length),)

    def take(self, new: str) -> StaffMember:
        """Change the password of the member."""
        return self.kiosk.school.sign_in.change_staff_password(self.member, new)
