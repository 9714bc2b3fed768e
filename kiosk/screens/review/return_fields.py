"""退件補正: which fields go back to the parent, each with a reason."""

from __future__ import annotations

from textual import on, work
from textual.app import ComposeResult
from textual.widgets import Button

from kiosk.i18n import N_, _
from kiosk.screens.base.staff_step import StaffStep
from kiosk.screens.base.table_step import TableStep
from kiosk.screens.review import application_labels as words
from kiosk.screens.review.reason import ReasonScreen
from kiosk.services.applications.correction_answers import RETURNABLE
from kiosk.services.auth.staff_session import StaffMember
from kiosk.services.office import StaffServices
from kiosk.services.review.case_view import ApplicationView
from kiosk.services.texts.loader import TextName, load_text
from kiosk.widgets.table.column_layout import Column
from kiosk.widgets.table.paged_table import PagedTable
from kiosk.widgets.table.paged_window import Row
from kiosk.widgets.wrapped_text import WrappedText

_Place = tuple[int, str]


class ReturnFieldsScreen(TableStep[bool, _Place], StaffStep[bool]):
    """True once the fields were sent back; written reasons stay where the service refused."""

    hints = N_("Enter 寫原因　空白鍵 取消這一欄　Tab 到送出　Esc 返回")
    buttons = {"send": N_("送出退件"), "back": N_("返回")}
    main_button = "send"
    columns = (
        Column("申請人", 12),
        Column("欄位", 12),
        Column("家長填的", 16, grows=1),
        Column("退件原因", 20, grows=3),
    )

    def __init__(self, office: StaffServices, member: StaffMember, view: ApplicationView) -> None:
        super().__init__(office, member)
        self._view = view
        self.values = [(person.position, key) for person in view.people for key in RETURNABLE]
        self._reasons: dict[_Place, str] = {}
        self.heading = _("退件補正　{number}").format(number=view.number)

    def body(self) -> ComposeResult:
        """Compose an explanation, and every field."""
        yield WrappedText(_("請選要家長補正的欄位並寫下原因；家長只會看到這些欄位，其他的不用重填。"))
        yield PagedTable[_Place](self.columns, marks={}, id="table")

    def row_of(self, value: _Place) -> Row[_Place]:
        """Return the row of an applicant's field."""
        position, key = value
        person = next(person for person in self._view.people if person.position == position)
        who = _("第 {n} 位").format(n=position) if len(self._view.people) > 1 else ""
        entry, reason = words.values_of(person)[key], self._reasons.get(value, "")
        return Row(
            f"{position}-{key}", value, (f"{who}{person.relation}", words.field_label(key), entry, reason), value
        )

    @on(PagedTable.Marked)
    def _toggle(self) -> None:
        """Ask for a reason, or remove the field's."""
        row = self.table.current
        if row is not None and row.value in self._reasons:
            self._put(row, "")
        elif row is not None:
            self._write_reason(row)

    def open_row(self, row: Row[_Place]) -> None:
        """Ask for a reason."""
        self._write_reason(row)

    @work(group="ask", exclusive=True)
    async def _write_reason(self, row: Row[_Place]) -> None:
        common = load_text(TextName.RETURN_REASONS, self.kiosk.settings.text_folder).body.splitlines()
        heading = _("退回「{field}」的原因").format(field=words.field_label(row.value[1]))
        screen = ReasonScreen(
            self.office,
            self.member,
            heading,
            _("家長會在這個欄位旁看到這個原因，請寫要怎麼改。"),
            common,
            before=self._reasons.get(row.value, ""),
        )
        answer = await self.over(screen)
        if self.is_attached:
            self._put(row, answer if isinstance(answer, str) else self._reasons.get(row.value, ""))

    def _put(self, row: Row[_Place], reason: str) -> None:
        """Keep a reason and show it; only fields with one are marked."""
        if reason:
            self._reasons[row.value] = reason
        else:
            self._reasons.pop(row.value, None)
        self.table.marks = {f"{position}-{key}": (position, key) for position, key in self._reasons}
        self.table.replace(self.row_of(row.value))
        self.show_message("")

    @on(Button.Pressed, "#send")
    def _send(self) -> None:
        if not self._reasons:
            self.show_message(_("請先選欄位並寫下原因：在欄位上按 Enter。"))
            self.table.focus()
            return
        self._return()

    @work(group="db", exclusive=True)
    async def _return(self) -> None:
        view = self._view
        done = await self.attempt(
            self.office.review.return_fields, self.member, view.application_id, view.version, dict(self._reasons)
        )
        if done is not None:
            self.finish(True)

    def is_changed(self) -> bool:
        """Return whether a reason was written."""
        return bool(self._reasons)
