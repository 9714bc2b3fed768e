"""變更密碼: the forced change at a student's first login (the guide's step 一)."""

from __future__ import annotations

from kiosk.screens.base.new_password import FamilyPasswordStep
from kiosk.services.auth.student_session import StudentSession


class ChangePasswordScreen(FamilyPasswordStep[StudentSession]):
    """Returns the session that the new password opened."""

    number = 2

    def __init__(self, visitor: StudentSession) -> None:
        super().__init__()
        self._visitor = visitor

    def take(self, new: str) -> StudentSession:
        """Change the password of the student's login."""
        return self.kiosk.school.sign_in.change_password(self._visitor, new)
