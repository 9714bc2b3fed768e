"""One application: its contents, and every action of a reviewer."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Button, Static

from kiosk.domain.application_status import NEEDS_REVIEW, ApplicationState
from kiosk.i18n import _, current_language
from kiosk.screens.base.staff_step import StaffStep, WordedRefusal
from kiosk.screens.review import application_labels as words
from kiosk.screens.review.application_body import CaseView, load_case
from kiosk.screens.review.reason import ReasonScreen
from kiosk.screens.review.return_fields import ReturnFieldsScreen
from kiosk.services.accounts.bindings_desk import BindingRow
from kiosk.services.accounts.parent_accounts import EmailOfAnother
from kiosk.services.auth.staff_session import StaffMember
from kiosk.services.office import StaffServices
from kiosk.services.review.case_view import ApplicationView, Revealed
from kiosk.services.review.refusals import Blocked, RegistrarDecides
from kiosk.services.students.consents import ConsentAnswer
from kiosk.services.texts.loader import TextName, load_consent, load_text
from kiosk.widgets.comparison_table import ComparisonTable
from kiosk.widgets.recomposable import Recomposable

REVEALED_SECONDS = 20
"""How long full numbers are shown."""


@dataclass(frozen=True)
class Decided:
    """The application was decided; ``said`` is the message for the queue."""

    said: str


@dataclass(frozen=True)
class LookAtOther:
    """The child's other application is to be opened."""

    application_id: str


class ApplicationScreen(StaffStep[Decided | LookAtOther]):
    """Answers with the decision; the other actions stay on the application.

    The way back has the focus: a second Enter must decide nothing.
    """

    AUTO_FOCUS = "#back"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f2", "press('form')", show=False),
        Binding("f3", "press('documents')", show=False),
        Binding("f4", "press('reveal')", show=False),
        Binding("f6", "press('return')", show=False),
        Binding("f7", "press('reject')", show=False),
        Binding("f8", "press('note')", show=False),
        Binding("f9", "press('approve')", show=False),
    ]

    def __init__(self, office: StaffServices, member: StaffMember, case: CaseView) -> None:
        super().__init__(office, member)
        self._case = case
        self._reading = asyncio.Lock()
        self._revealed: Revealed | None = None
        self._hidden_at = 0.0

    @property
    def _view(self) -> ApplicationView:
        return self._case.view

    def key_hints(self) -> str:
        """Return the keys that work here."""
        return self._case.key_hints()

    def body(self) -> ComposeResult:
        """Compose the contents."""
        yield Recomposable(lambda: self._case.body(), id="case")

    def actions(self) -> ComposeResult:
        """Compose the buttons."""
        yield Recomposable(lambda: self._case.buttons(), id="decisions")

    @work(group="press")
    async def action_press(self, key: str) -> None:
        """Press a button by its id, where it exists; a blocked approval shows why."""
        async with self._reading:  # the buttons may be about to be replaced
            pass
        if key == "approve" and self._case.may_decide and not self._case.can_pass:
            is_returned = self._view.state is ApplicationState.RETURNED
            self.show_message(words.blocked_words(Blocked(self._view.blocks, is_returned=is_returned)))
            return
        for button in self.query(f"#{key}").results(Button):
            button.press()

    @work(group="look")
    async def _look_again(self, said: str = "") -> None:
        """Read and show everything again, then the message; without one the last message stays."""
        async with self._reading:
            looked = await self.look(load_case, self.office, self.member, self._view.application_id)
            if looked is None:
                return
            self._case, self._revealed = looked.value, None
            for part in ("#case", "#decisions"):
                await self.query_one(part, Recomposable).recompose()
                self.cancel_if_dismissed()
            self._update_line("#foot", self.key_hints())
            self.query_one("#back").focus(scroll_visible=False)
            if said:
                self.show_message(said, wrong=False)

    @work(group="db", exclusive=True)
    async def _act(self, act: Callable[..., None], said: str, *more: object) -> None:
        """Call a service for the application, and stay on it."""
        view = self._view
        done = await self.attempt(act, self.member, view.application_id, view.version, *more)
        self._look_again(said if done is not None else "")

    @on(Button.Pressed, "#form, #documents, #release")
    def _remove_block(self, event: Button.Pressed) -> None:
        review = self.office.review
        act, said = {
            "form": (review.form_received, _("已登錄收到簽章申請書。")),
            "documents": (review.documents_seen, _("已登錄查驗證明文件。")),
            "release": (review.release_registrar_hold, _("已登錄註冊組確認無誤。")),
        }[str(event.button.id)]
        self._act(act, said)

    async def _ask_reason(
        self,
        heading: str,
        text: str,
        act: Callable[[str], None],
        common: Sequence[str] = (),
        *,
        label: str = "",
        sending: str = "",
    ) -> bool:
        """Ask for a reason and act on it; return whether that was done."""
        screen = ReasonScreen(
            self.office, self.member, heading, text, common, act, label=label, sending=sending or heading
        )
        reason = await self.over(screen)
        self.cancel_if_dismissed()
        return isinstance(reason, str)

    @on(Button.Pressed, "#consent")
    @work(group="ask", exclusive=True)
    async def _record_consent(self) -> None:
        """Record the paper answer of a student of full age."""
        choices = {"agree": _("同意"), "refuse": _("不同意"), "back": _("返回")}
        text = _("請看學生本人簽名的紙本同意書，上面勾選的是哪一個？")
        answer = await self.over(self.notice(_("登錄學生紙本同意書"), text, choices))
        if answer in ("agree", "refuse"):
            choice: ConsentAnswer = "agree" if answer == "agree" else "refuse"
            consent = load_consent(self.kiosk.settings.text_folder, current_language())
            self._act(self.office.review.record_student_consent, _("已登錄學生的答覆。"), consent, choice)

    @on(Button.Pressed, "#conflict")
    @work(group="ask", exclusive=True)
    async def _settle_conflict(self) -> None:
        """Accept this application alone, or all of the student's."""
        others = "\n".join(map(words.other_line, self._view.others))
        text = _("這名學生另有申請：\n{others}\n要採用現在看的這一件（{number}）嗎？").format(
            others=others, number=self._view.number
        )
        choices = {"back": _("再看一下"), "keep": _("採用這件，其他不通過"), "all": _("都成立")}
        answer = await self.over(self.notice(_("處理申請衝突"), text, choices))
        if answer in ("keep", "all"):
            resolve = partial(self.office.review.resolve_conflict, all_stand=answer == "all")
            self._act(resolve, _("已處理申請衝突。"))

    @on(Button.Pressed, "#reveal")
    @work(group="ask", exclusive=True)
    async def _reveal(self) -> None:
        """Show full numbers for a reason and a short time."""
        position = await self._whose()
        if position is None:
            return
        found: list[Revealed] = []

        def reveal(reason: str) -> None:
            found.append(self.office.review.reveal(self.member, self._view.application_id, position, reason))

        common = (_("核對簽章申請書"), _("電話確認家長身分"), _("家長在現場核對"))
        text = _("完整資料會顯示 {n} 秒。您的姓名、時間和原因都會留下紀錄。").format(n=REVEALED_SECONDS)
        if await self._ask_reason(_("顯示完整資料"), text, reveal, common, sending=_("顯示")):
            self._hide()
            self._revealed = found[0]
            self._hidden_at = self.kiosk.clock.elapsed() + REVEALED_SECONDS
            self._show_people()
            self._say_how_long()

    async def _whose(self) -> int | None:
        """Return the position of the applicant to show; ask where there are two."""
        people = self._view.people
        if len(people) == 1:
            return people[0].position
        choices = {f"n{person.position}": f"{person.relation} {person.name}" for person in people}
        text = _("只顯示一位，看多少就顯示多少。")
        answer = await self.over(self.notice(_("要看哪一位？"), text, {**choices, "back": _("返回")}))
        return int(answer[1:]) if isinstance(answer, str) and answer in choices else None

    def on_second(self) -> None:
        """Mask the numbers when their time is over, also under another screen."""
        if self._revealed is None:
            return
        if self.kiosk.clock.elapsed() >= self._hidden_at:
            self._hide()
            self.show_message("", scroll=False)
        else:
            self._say_how_long()

    def _say_how_long(self) -> None:
        seconds = round(self._hidden_at - self.kiosk.clock.elapsed())
        said = _("完整資料 {n} 秒後自動遮住。").format(n=seconds)
        if str(self.query_one("#message", Static).content) != said:
            self.show_message(said, wrong=False, scroll=False)

    def _hide(self) -> None:
        self._revealed = None
        self._show_people()

    def _show_people(self) -> None:
        for person in self._view.people:
            table = self.query_one(f"#compare-{person.position}", ComparisonTable)
            is_shown = self._revealed is not None and self._revealed.position == person.position
            table.update(words.compare(person, self._revealed if is_shown else None))

    @on(Button.Pressed, "#note")
    @work(group="ask", exclusive=True)
    async def _note(self) -> None:
        """Write a note to colleagues."""

        def note(text: str) -> None:
            self.office.review.note(self.member, self._view.application_id, text)

        text = _("寫給同事看的備註，家長看不到。")
        if await self._ask_reason(_("備註"), text, note, label=_("備註"), sending=_("存入")):
            self._look_again(_("已存入備註。"))

    @on(Button.Pressed, "#approve")
    @work(group="ask", exclusive=True)
    async def _approve(self) -> None:
        """Approve; with review flags, ask first whether they were looked at."""
        view = self._view
        looks = view.flags & NEEDS_REVIEW
        if looks:
            text = _("這件申請有要看一下的地方：{looks}。都看過了嗎？").format(
                looks="、".join(flag.label for flag in looks)
            )
            choices = {"approve": _("看過了，通過"), "back": _("再看一下")}
            if await self.over(self.notice(_("通過"), text, choices)) != "approve":
                return
        try:
            done = await self.attempt(self.office.review.approve, self.member, view.application_id, view.version)
        except Blocked as blocked:
            self.show_message(words.blocked_words(blocked))
            self._look_again()
        except EmailOfAnother as taken:
            self.show_message(words.email_words(taken))
        else:
            if done is not None:
                self.finish(Decided(_("{number} 已通過。").format(number=view.number)))
            else:
                self._look_again()

    @on(Button.Pressed, "#return")
    @work(group="ask", exclusive=True)
    async def _return(self) -> None:
        """Return fields to the parent, each with a reason."""
        if await self.over(ReturnFieldsScreen(self.office, self.member, self._view)) is True:
            self.finish(Decided(_("{number} 已退件，家長可在本機補正。").format(number=self._view.number)))
        elif self.is_attached:
            self._look_again()

    @on(Button.Pressed, "#reject")
    @work(group="ask", exclusive=True)
    async def _reject(self) -> None:
        """Reject with a reason for the parents."""
        view = self._view

        def reject(reason: str) -> None:
            try:
                self.office.review.reject(self.member, view.application_id, view.version, reason)
            except RegistrarDecides:
                raise WordedRefusal(_("這件申請有衝突或待註冊組確認，由註冊組決定。")) from None

        text = _("家長會收到這個原因，之後可以重新申請。只有部分欄位不對時，請改用「退件補正」。")
        common = load_text(TextName.REJECT_REASONS, self.kiosk.settings.text_folder).body.splitlines()
        if await self._ask_reason(_("不通過"), text, reject, common):
            self.finish(Decided(_("{number} 已登錄不通過。").format(number=view.number)))
        else:
            self._look_again()

    @on(Button.Pressed)
    def _press_in_a_row(self, event: Button.Pressed) -> None:
        """Open another application, or end a binding."""
        kind, _sign, place = str(event.button.id).partition("-")
        if kind == "other":
            self.finish(LookAtOther(self._view.others[int(place)].application_id))
        elif kind == "end":
            self._end_binding(self._case.bindings[int(place)])

    @work(group="ask", exclusive=True)
    async def _end_binding(self, binding: BindingRow) -> None:
        def end(reason: str) -> None:
            self.office.bindings.end(self.member, binding.id, binding.version, reason)

        text = _("{name}（{relation}）將不再綁定這名學生，並會收到這個原因。").format(
            name=binding.name, relation=binding.relation
        )
        common = (_("家長申請終止"), _("親權或監護權變更"), _("資料不實"))
        if await self._ask_reason(_("終止綁定"), text, end, common):
            self._look_again(_("已終止綁定。"))
