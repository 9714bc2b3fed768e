"""退件補正 at the kiosk: only the returned fields, each with its reason."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from textual.app import ComposeResult

from kiosk.domain.application_form import ApplicantEntry, FormField, Mode
from kiosk.i18n import N_, _
from kiosk.screens.family.applicant_form import ROWS, ApplicantFormScreen
from kiosk.widgets.wrapped_text import WrappedText

if TYPE_CHECKING:  # its module loads the staff's tables
    from kiosk.services.applications.correction_answers import ReturnedPerson

_TYPED_AGAIN = {"national_id_again": "national_id", "email_again": "email"}


class CorrectionScreen(ApplicantFormScreen):
    """Answers with the person's entry: the new values of the returned fields, and the others unchanged.

    Args:
        mode: the application's.
        today: the day at the school.
        person: the returned fields.
        entry: the first values: the person's, or those typed before going back a step.
        other: the other applicant's, whose number and address must be other ones.
        unsent: whether leaving would lose an entry of this visit.
        email_notice: the guide's words beside the address.
    """

    buttons = {"send": N_("送出補正"), "back": N_("返回")}

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

    def asks_for(self, key: str) -> bool:
        """Return whether a field was returned."""
        return _TYPED_AGAIN.get(key, key) in self._reasons

    def compose_before(self, row: str) -> ComposeResult:
        """Compose why fields of this row were returned."""
        lines = [
            _("{field} 退回原因：{reason}").format(field=FormField(key).label, reason=reason)
            for key, reason in self._reasons.items()
            if (row == "person" if key == "relation" else ROWS[key] == row)
        ]
        if lines:
            yield WrappedText("\n".join(lines), classes="returned")
