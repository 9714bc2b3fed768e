"""同意紀錄: each answer to a consent with its version, and taking one back."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from textual import on
from textual.app import ComposeResult
from textual.widgets import Button

from kiosk.domain.school_calendar import day_and_time
from kiosk.i18n import _
from kiosk.rules.names import mask_name
from kiosk.screens.base.account_step import AccountStep
from kiosk.screens.base.step import Nav
from kiosk.services.auth.account_session import AccountSession
from kiosk.services.privacy.subject_rights import GivenConsent
from kiosk.services.students.consents import choice_label
from kiosk.widgets.table.column_layout import Column
from kiosk.widgets.table.paged_table import PagedTable
from kiosk.widgets.table.paged_window import Row, Toned
from kiosk.widgets.wrapped_text import WrappedText

_SHA256_SHOWN = 16


class ConsentsScreen(AccountStep[GivenConsent]):
    """Answers with the consent to take back."""

    AUTO_FOCUS = "PagedTable"
    CSS_PATH = Path(__file__).with_suffix(".tcss")

    def __init__(self, holder: AccountSession, consents: Sequence[GivenConsent]) -> None:
        super().__init__(holder)
        self.heading = _("同意紀錄")
        self._consents = {consent.consent_id: consent for consent in consents}

    def key_hints(self) -> str:
        """A list and its buttons."""
        return _("上下鍵選一筆　Tab 到按鈕　Esc 返回")

    def body(self) -> ComposeResult:
        """The answers as they were given, and of the one under the cursor which text it was."""
        yield PagedTable[str](
            [
                Column(_("時間"), 15),
                Column(_("子女"), 8),
                Column(_("版本"), 10, grows=1),
                Column(_("選擇"), 8),
            ],
            empty=_("沒有同意紀錄。"),
            id="table",
        )
        yield WrappedText("", id="details")

    def actions(self) -> ComposeResult:
        """Take back, go back."""
        yield Button(_("撤回同意"), id="withdraw")
        yield Button(_("返回"), id="back")

    def on_mount(self) -> None:
        """Show them."""
        super().on_mount()
        rows = [Row(one.consent_id, one.consent_id, _cells(one), "") for one in self._consents.values()]
        self.query_one(PagedTable).show_rows(rows)

    @property
    def _current(self) -> GivenConsent | None:
        row = self.query_one(PagedTable).current
        return None if row is None else self._consents[row.id]

    @on(PagedTable.Moved)
    def _show_details(self) -> None:
        consent = self._current
        if consent is not None:
            words = _("版本 {version}，檔案 SHA-256 開頭 {sha256}。")
            sha256 = consent.text_sha256[:_SHA256_SHOWN]
            details = words.format(version=consent.text_version, sha256=sha256)
            can = _("可以撤回。") if consent.can_withdraw else _("這一筆不能撤回。")
            self.query_one("#details", WrappedText).update(f"{details}{can}")

    @on(Button.Pressed, "#withdraw")
    def _withdraw(self) -> None:
        consent = self._current
        if consent is None or not consent.can_withdraw:
            self.show_message(_("請先用上下鍵選一筆可以撤回的同意。"))
        else:
            self.finish(consent)

    def action_back(self) -> None:
        """To the doors."""
        self.finish(Nav.BACK)


def _cells(consent: GivenConsent) -> tuple[str | Toned, ...]:
    chosen = choice_label(consent.choice)
    return (
        day_and_time(consent.answered_at),
        mask_name(consent.student_name),
        consent.text_version,
        chosen if consent.choice == "agree" else Toned(chosen, "look"),
    )
