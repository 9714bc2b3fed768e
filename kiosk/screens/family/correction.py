"""退件補正 at the kiosk: just the fields that the school sent back, each with its reason."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from textual import on
from textual.app import ComposeResult
from textual.widgets import Button

from kiosk.domain.application_form import ApplicantEntry, FormField, Mode
from kiosk.i18n import _
from kiosk.screens.base.step import Nav
from kiosk.screens.family.applicant_form import ROWS, ApplicantFormScreen
from kiosk.widgets.wrapped_text import WrappedText

if TYPE_CHECKING:  # its module loads the staff's tables
    from kiosk.services.applications.correction_answers import ReturnedPerson

_TYPED_AGAIN = {"national_id_again": "national_id", "email_again": "email"}


class CorrectionScreen(ApplicantFormScreen):
    """Answers with the person's entry: what was typed anew, and what was right already as it was."""

    def __init__(
        self,
        mode: Mode,
        today: date,
        *,
        person: ReturnedPerson,
        entry: ApplicantEntry,
        other: ApplicantEntry | None,
        unsent: bool,
        email_notice: str,
    ) -> None:
        """Ask.

        Args:
            mode: the application's.
            today: the day at the school.
            person: what was sent back.
            entry: what to begin with: the person's, or what was typed before going back a step.
            other: the other applicant's, whose number and address must be other ones.
            unsent: whether the entry holds something typed that leaving would lose.
            email_notice: the guide's words beside the address.
        """
        warning = _("學校請您補正下面的欄位，其他的不用重填。")
        super().__init__(
            mode,
            today,
            position=person.position,
            entry=entry,
            other=other,
            unsent=unsent,
            warning=warning,
            email_notice=email_notice,
        )
        self._reasons = person.reasons

    def key_hints(self) -> str:
        """Enter goes on to the next field, in the last one sends."""
        return _("Enter 下一欄，最後一欄送出　Tab 下一欄　Esc 返回")

    def asks_for(self, key: str) -> bool:
        """Only what was sent back."""
        return _TYPED_AGAIN.get(key, key) in self._reasons

    def compose_before(self, row: str) -> ComposeResult:
        """Why the fields of this row were sent back."""
        lines = [
            _("{field} 退回原因：{reason}").format(field=FormField(key).label, reason=reason)
            for key, reason in self._reasons.items()
            if (row == "person" if key == "relation" else ROWS[key] == row)
        ]
        if lines:
            yield WrappedText("\n".join(lines), classes="returned")

    def actions(self) -> ComposeResult:
        """Send, or go back."""
        yield Button(_("送出補正"), id="send", variant="primary")
        yield Button(_("返回"), id="back")

    @on(Button.Pressed, "#back")
    def _leave(self, event: Button.Pressed) -> None:
        event.stop()
        self.action_back()

    def action_back(self) -> None:
        """Ask first where something was typed; there is nothing to keep for another day."""
        if self.is_unchanged:
            self.finish(Nav.BACK)
        else:
            self.ask_before_leaving()
