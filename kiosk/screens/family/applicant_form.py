"""One applicant's form: 申請人姓名, 親屬關係, 身分證字號, 手機, 電子郵件 (the guide's step 二.5)."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date
from functools import partial

from textual import on
from textual.app import ComposeResult
from textual.containers import Container, Horizontal
from textual.content import Content
from textual.widgets import Button, Static

from kiosk.domain.applicant_validation import read_applicant
from kiosk.domain.application_form import FIELDS, RELATIONS, ApplicantEntry, Mode
from kiosk.i18n import N_, _
from kiosk.rules.contact import suggest_email
from kiosk.screens.base.step import Step
from kiosk.widgets.field import Field
from kiosk.widgets.safe_input import SafeInput
from kiosk.widgets.wrapped_text import WrappedText

_HALF_WIDTH = frozenset({"national_id", "national_id_again", "mobile", "email", "email_again"})
_MAX_CHOICES = 7
_A_MOMENT = 0.02
_LOOKS = 3
ROWS = {
    "name": "person",
    "relation": "relations",
    "national_id": "numbers",
    "national_id_again": "numbers",
    "mobile": "reached",
    "email": "address",
    "email_again": "address",
}
"""The row of the form below which the message about a field appears."""


@dataclass(frozen=True)
class Answer:
    """An applicant's entries; ``save`` for another day."""

    entry: ApplicantEntry
    save: bool = False


class ApplicantFormScreen(Step[Answer]):
    """Answers with the entries, once every field is right.

    Args:
        mode: the way to apply.
        today: the present day at the school.
        position: which applicant, from 1.
        entry: the first values of the fields.
        other: the applicant before, who must be another person.
        warning: the school's text on false statements.
        email_notice: the school's text on the use of the address.
        unsent: going back would lose entries of this visit even where nothing is changed here.
    """

    number = 5
    AUTO_FOCUS = ""
    hints = N_("Enter 下一欄，最後一欄送出　Tab 下一欄　Esc 返回")
    buttons = {"send": N_("送出"), "save": N_("暫存離開"), "back": N_("關閉")}

    def __init__(
        self,
        mode: Mode,
        today: date,
        *,
        position: int,
        entry: ApplicantEntry | None,
        other: ApplicantEntry | None,
        warning: str,
        email_notice: str,
        unsent: bool = False,
    ) -> None:
        super().__init__()
        self._mode = mode
        self._today = today
        self._position = position
        self._before = entry or ApplicantEntry()
        self._other = other
        self._warning = warning
        self._email_notice = email_notice
        self._unsent = unsent
        self._no_email = self._before.no_email

    def body(self) -> ComposeResult:
        """Compose the warning, then the fields in the guide's order, two in a row where there is room."""
        if self._mode.applicants > 1:
            yield Static(_("第 {n} 位申請人").format(n=self._position), id="position", markup=False)
        yield WrappedText(self._warning, classes="warning")
        form = {described.key: self._field(described.key, described.label, described.hint) for described in FIELDS}
        yield from self.compose_before("person")
        with Container(id="person", classes="pair"):
            yield form["name"]
            yield form["relation"]
        with Horizontal(id="relations"):
            for relation in RELATIONS[self._mode][:_MAX_CHOICES]:
                yield Button(relation, classes="relation")
        yield from self.compose_before("numbers")
        with Container(id="numbers", classes="pair"):
            yield form["national_id"]
            yield form["national_id_again"]
        yield from self.compose_before("reached")
        with Container(id="reached", classes="pair"):
            yield form["mobile"]
            yield Button(_no_email_label(self._no_email), id="no-email")
        yield WrappedText(self._email_notice, id="email-notice")
        yield from self.compose_before("address")
        with Container(id="address", classes="pair"):
            yield form["email"]
            yield form["email_again"]
        yield Button("", id="suggestion")

    def compose_before(self, row: str) -> ComposeResult:
        """Compose the widgets above a row of the form."""
        yield from ()

    def asks_for(self, key: str) -> bool:
        """Return whether a field is to be filled in here."""
        return True

    def _field(self, key: str, label: str, hint: str) -> Field:
        return Field(
            label, hint=hint, id=key, max_length=128, half_width=key in _HALF_WIDTH, value=getattr(self._before, key)
        )

    def on_mount(self) -> None:
        """Hide what is not asked for, and focus the first field without scrolling the warning away."""
        for field in self.query(Field):
            field.display = self.asks_for(str(field.id))
        self.query_one("#relations").display = self.asks_for("relation")
        for part in ("#no-email", "#email-notice"):
            self.query_one(part).display = self.asks_for("email")
        if self.asks_for("email"):
            self._show_email(not self._no_email)
        else:
            self.query_one("#suggestion").display = False
        next(field for field in self.query(Field) if field.display).focus(scroll_visible=False)

    def is_changed(self) -> bool:
        """Return whether going back would lose an entry."""
        return self._unsent or self._entry() != self._before

    def _entry(self) -> ApplicantEntry:
        values = {
            field.name: self.query_one(f"#{field.name}", Field).value
            for field in fields(ApplicantEntry)
            if field.name != "no_email"
        }
        return ApplicantEntry(**values, no_email=self._no_email)

    @on(Button.Pressed, ".relation")
    def _pick_relation(self, event: Button.Pressed) -> None:
        relation = self.query_one("#relation", Field)
        relation.value = str(event.button.label)
        shown = [field for field in self.query(Field) if field.display]
        following = shown[shown.index(relation) + 1 :]
        (following[0] if following else self.query_one("#send")).focus()

    @on(Button.Pressed, "#no-email")
    def _toggle_email(self, event: Button.Pressed) -> None:
        self._no_email = not self._no_email
        event.button.label = _no_email_label(self._no_email)
        self._show_email(not self._no_email)

    def _show_email(self, shown: bool) -> None:
        for key in ("email", "email_again"):
            self.query_one(f"#{key}", Field).display = shown
        self._offer_suggestion(self.query_one("#email", Field).value if shown else "")

    @on(SafeInput.Changed, "#email")
    def _suggest(self, event: SafeInput.Changed) -> None:
        self._offer_suggestion(event.value)

    def _offer_suggestion(self, address: str) -> None:
        found = None if self._no_email else suggest_email(address)
        button = self.query_one("#suggestion", Button)
        button.display = found is not None
        if found is not None:
            button.label = Content(_("您是不是要填 {address}？按這裡改正").format(address=found))

    @on(Button.Pressed, "#suggestion")
    def _take_suggestion(self) -> None:
        email = self.query_one("#email", Field)
        found = suggest_email(email.value)
        if found is not None:
            email.value = found
        self.query_one("#email_again", Field).focus()

    @on(SafeInput.Submitted)
    async def _next(self, event: SafeInput.Submitted) -> None:
        shown = [field for field in self.query(Field) if field.display]
        place = shown.index(event.input) if isinstance(event.input, Field) else 0
        if place == len(shown) - 1:
            await self._send()
        else:
            shown[place + 1].focus()

    @on(Button.Pressed, "#send")
    async def _send(self) -> None:
        entry = self._entry()
        found, _values = read_applicant(entry, self._mode, self._today, self._other)
        messages = {key: message for key, message in found.items() if self.asks_for(key)}
        if messages:
            await self._show_wrong(messages)
        else:
            self.finish(Answer(entry))

    async def _show_wrong(self, messages: dict[str, str]) -> None:
        """Put each message under its field's row, in as many lines as it needs, and go to the first wrong field."""
        for row in dict.fromkeys(ROWS.values()):
            lines = [
                _("{label}：{message}").format(label=described.label, message=messages[described.key])
                for described in FIELDS
                if described.key in messages and ROWS[described.key] == row
            ]
            await self._complain_below(row, "\n".join(lines))
        wrong = [field for field in self.query(Field) if field.id in messages]
        for field in self.query(Field):
            field.set_class(field in wrong, "wrong")
        self.show_message(_("還有 {n} 個欄位要改，請看紅字。").format(n=len(wrong)), scroll=False)
        wrong[0].focus(scroll_visible=False)
        self.call_after_refresh(self._scroll_to_complaint, wrong[0])

    async def _complain_below(self, row: str, text: str) -> None:
        """Mount the message about a row; the form opens sooner without an empty one for each."""
        for complaint in self.query(f"#{row}-complaint"):
            await complaint.remove()
        if text:
            complaint = WrappedText(text, id=f"{row}-complaint", classes="complaint")
            await self.query_one("#body").mount(complaint, after=self.query_one(f"#{row}"))

    async def _scroll_to_complaint(self, field: Field, looks: int = _LOOKS) -> None:
        """Scroll until a field and the message about it are visible, whatever scrolling was under way.

        A busy machine lays out after the frame that this waits for, so it looks again.
        """
        body = self.query_one("#body")
        complaint = next(iter(self.query(f"#{ROWS[str(field.id)]}-complaint")), None)
        if complaint is None:  # what was wrong has been put right meanwhile
            return
        await body.stop_animation("scroll_y", complete=False)
        both = field.region.union(complaint.region).translate(body.scroll_offset - body.content_region.offset)
        body.scroll_to_region(both, animate=False, immediate=True)
        if looks:
            self.set_timer(_A_MOMENT, partial(self._scroll_to_complaint, field, looks - 1))

    def save(self) -> None:
        """Answer with the entries, to be saved."""
        self.finish(Answer(self._entry(), save=True))


def _no_email_label(no_email: bool) -> str:
    """Return the answer in words; not everyone sees a mark."""
    answer = _("是，學校改用電話通知") if no_email else _("否，我有電子郵件")
    return _("沒有電子郵件？\n{answer}（按一下改變）").format(answer=answer)
