"""變更密碼 of a parent account: forced at the first sign-on, and after a code."""

from __future__ import annotations

from kiosk.screens.change_password import FamilyPasswordStep
from kiosk.services.account_holder import AccountHolder
from kiosk.widgets.account_step import AccountFrame


class AccountPasswordScreen(AccountFrame, FamilyPasswordStep[AccountHolder]):
    """Answers with the holder as signed on with the new password."""

    def __init__(self, holder: AccountHolder) -> None:
        super().__init__()
        self._signed_on = self.holder = holder

    def take(self, new: str) -> AccountHolder:
        """The account's."""
        return self.kiosk.school.sign_in.change_account_password(self._signed_on, new)
