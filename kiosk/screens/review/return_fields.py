"""退件補正: which fields go back to the parent, each with a reason."""

from __future__ import annotations

from pathlib import Path

from textual import on, work
from textual.app import ComposeResult
from textual.widgets import Button

from kiosk.i18n import _
from kiosk.screens.base.staff_step import StaffStep
from kiosk.screens.base.step import Nav
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
_COLUMNS = (
    Column("申請人", 12),
    Column("欄位", 12),
    Column("家長填的", 16, grows=1),
    Column("退件原因", 20, grows=3),
)


class ReturnFieldsScreen(StaffStep[bool]):
    """True once the fields were sent back; reasons that were written stay where they were not."""

    AUTO_FOCUS = "#table"
    CSS_PATH = Path(__file__).with_suffix(".tcss")

    def __init__(self, office: StaffServices, member: StaffMember, view: ApplicationView) -> None:
        super().__init__(office, member)
        self._view = view
        self._reasons: dict[_Place, str] = {}
        self.heading = _("退件補正　{number}").format(number=view.number)

    def key_hints(self) -> str:
        """The table's, and sending."""
        return _("Enter 寫原因　空白鍵 取消這一欄　Tab 到送出　Esc 返回")

    def body(self) -> ComposeResult:
        """What the parent will see, and every field."""
        yield WrappedText(_("請選要家長補正的欄位並寫下原因；家長只會看到這些欄位，其他的不用重填。"))
        yield PagedTable[_Place](_COLUMNS, marks={}, id="table")

    def actions(self) -> ComposeResult:
        """Send back, or go back."""
        yield Button(_("送出退件"), id="send", variant="primary")
        yield Button(_("返回"), id="back")

    def on_mount(self) -> None:
        """Show the fields of every applicant."""
        self._table.show_rows(self._rows())

    @property
    def _table(self) -> PagedTable[_Place]:
        return self.query_one(PagedTable)

    def _rows(self) -> list[Row[_Place]]:
        rows = []
        for person in self._view.people:
            values = words.values_of(person)
            who = _("第 {n} 位").format(n=person.position) if len(self._view.people) > 1 else ""
            for key in RETURNABLE:
                place = (person.position, key)
                cells = (f"{who}{person.relation}", words.field_label(key), values[key], self._reasons.get(place, ""))
                rows.append(Row(f"{person.position}-{key}", place, cells, place))
        return rows

    @on(PagedTable.Marked)
    @on(PagedTable.Opened)
    @work(group="ask", exclusive=True)
    async def _write_reason(self, event: PagedTable.TableMessage) -> None:
        """Ask for a reason; the space bar takes a field out again."""
        row = self._table.current
        if row is None:
            return
        if isinstance(event, PagedTable.Marked) and row.value in self._reasons:
            self._put(row, "")
            return
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
        """Keep a reason and show it; a field without one is not marked."""
        if reason:
            self._reasons[row.value] = reason
        else:
            self._reasons.pop(row.value, None)
        self._table.marks = {f"{position}-{key}": (position, key) for position, key in self._reasons}
        self._table.replace(next(one for one in self._rows() if one.id == row.id))
        self.show_message("")

    @on(Button.Pressed, "#send")
    def _send(self) -> None:
        if not self._reasons:
            self.show_message(_("請先選欄位並寫下原因：在欄位上按 Enter。"))
            self._table.focus()
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

    def action_back(self) -> None:
        """Ask first where a reason was written."""
        if self._reasons:
            self.ask_before_leaving()
        else:
            self.finish(Nav.BACK)
