"""同意紀錄: each answer to a consent with its version, and the withdrawal of one."""

from __future__ import annotations

from collections.abc import Sequence

from textual import on
from textual.widgets import Button

from kiosk.domain.school_calendar import day_and_time
from kiosk.i18n import N_, _
from kiosk.rules.names import mask_name
from kiosk.screens.base.account_step import AccountStep
from kiosk.screens.base.table_step import TableStep
from kiosk.services.auth.account_session import AccountSession
from kiosk.services.privacy.subject_rights import GivenConsent
from kiosk.services.students.consents import choice_label
from kiosk.widgets.table.column_layout import Column
from kiosk.widgets.table.paged_window import Row, Toned

_SHA256_SHOWN = 16


class ConsentsScreen(TableStep[GivenConsent, GivenConsent], AccountStep[GivenConsent]):
    """Answers with the consent to withdraw."""

    heading = N_("同意紀錄")
    hints = N_("上下鍵選一筆　Tab 到按鈕　Esc 返回")
    buttons = {"withdraw": N_("撤回同意"), "back": N_("返回")}
    columns = (Column(N_("時間"), 15), Column(N_("子女"), 8), Column(N_("版本"), 10, grows=1), Column(N_("選擇"), 8))
    empty = N_("沒有同意紀錄。")
    has_details = True

    def __init__(self, holder: AccountSession, consents: Sequence[GivenConsent]) -> None:
        super().__init__(holder)
        self.values = consents

    def row_of(self, value: GivenConsent) -> Row[GivenConsent]:
        """Return the row of a consent."""
        chosen = choice_label(value.choice)
        cells = (
            day_and_time(value.answered_at),
            mask_name(value.student_name),
            value.text_version,
            chosen if value.choice == "agree" else Toned(chosen, "look"),
        )
        return Row(value.consent_id, value.consent_id, cells, value)

    def details_of(self, value: GivenConsent) -> str:
        """Return the version of the text, and whether the consent can be withdrawn."""
        details = _("版本 {version}，檔案 SHA-256 開頭 {sha256}。").format(
            version=value.text_version, sha256=value.text_sha256[:_SHA256_SHOWN]
        )
        return details + (_("可以撤回。") if value.can_withdraw else _("這一筆不能撤回。"))

    @on(Button.Pressed, "#withdraw")
    def _withdraw(self) -> None:
        consent = self.current
        if consent is None or not consent.can_withdraw:
            self.show_message(_("請先用上下鍵選一筆可以撤回的同意。"))
        else:
            self.finish(consent)
