"""One application: what stands against it, what the school has beside what the parent gave, and what to do with it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.widgets import Button, Static

from kiosk.i18n import _, current_language
from kiosk.screens.review import application_words as words
from kiosk.screens.review.reason import ReasonScreen
from kiosk.screens.review.return_fields import ReturnFieldsScreen
from kiosk.services.application_view import ApplicationView, PersonView, Revealed
from kiosk.services.binding_review import BindingRow
from kiosk.services.consents import Choice
from kiosk.services.office import Office
from kiosk.services.parent_accounts import EmailOfAnother
from kiosk.services.review import Blocked, RegistrarDecides
from kiosk.services.staff_access import Role, StaffMember
from kiosk.services.standing import OPEN_STATES, TO_LOOK_AT, ApplicationState, Hold
from kiosk.services.texts import TextName, load_consent, load_text
from kiosk.widgets.prose import Prose
from kiosk.widgets.side_by_side import SideBySide
from kiosk.widgets.staff_step import Refused, StaffStep
from kiosk.widgets.tight_button import TightButton

REVEALED_SECONDS = 20
"""How long full numbers stand before they are masked again."""


@dataclass(frozen=True)
class Acted:
    """The application was decided; the words are for the queue to say."""

    said: str


@dataclass(frozen=True)
class LookAtOther:
    """The child's other application is to be looked at."""

    application_id: str


@dataclass(frozen=True)
class Looked:
    """An application and the bindings of its child, as they were read."""

    view: ApplicationView
    bindings: tuple[BindingRow, ...]


def look_at(office: Office, member: StaffMember, application_id: str) -> Looked:
    """Read all that the screen shows; for a thread.

    Raises:
        Denied, PasswordChangeRequired, StoreError: see `kiosk.services.review.Review.open`.
    """
    view = office.review.open(member, application_id)
    return Looked(view, office.bindings.list(member, view.student.student_id))


class ApplicationScreen(StaffStep[Acted | LookAtOther]):
    """Stays while papers are ticked and notes are written; leaves with the decision.

    The way back has the focus: the Enter that opened the application, pressed once too often, must decide nothing.
    """

    AUTO_FOCUS = "#back"
    CSS_PATH = Path(__file__).with_suffix(".tcss")
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f2", "press('form')", show=False),
        Binding("f3", "press('documents')", show=False),
        Binding("f4", "press('reveal')", show=False),
        Binding("f6", "press('return')", show=False),
        Binding("f7", "press('reject')", show=False),
        Binding("f8", "press('note')", show=False),
        Binding("f9", "press('approve')", show=False),
    ]

    def __init__(self, office: Office, member: StaffMember, looked: Looked) -> None:
        super().__init__(office, member)
        self._view = looked.view
        self._bound_parents = looked.bindings
        self._revealed: Revealed | None = None
        self._hidden_at = 0.0

    @property
    def _may_decide(self) -> bool:
        return self._view.state in OPEN_STATES and not self._view.is_own_child

    @property
    def _can_pass(self) -> bool:
        return self._may_decide and self._view.state is ApplicationState.UNDER_REVIEW and not self._view.holds

    def keys(self) -> str:
        """What can be done, by key."""
        if self._view.is_own_child:
            return _("PageDown 往下看　Esc 返回")
        if not self._may_decide:
            return _("PageDown 往下看　F4 完整資料　F8 備註　Esc 返回")
        papers = [_("F2 收到簽章")] if Hold.SIGNATURE in self._view.holds else []
        papers += [_("F3 查驗文件")] if Hold.DOCUMENTS in self._view.holds else []
        decide = [_("F4 完整"), _("F6 退件"), _("F7 不通過"), _("F8 備註")]
        passing = [_("F9 通過")] if self._can_pass else []
        return "　".join([*papers, *decide, *passing, _("Esc 返回")])

    def body(self) -> ComposeResult:
        """From what matters most to what is seldom read."""
        view = self._view
        yield Static(words.student_line(view), id="who", markup=False)
        yield Static(words.application_line(view), id="what", markup=False)
        if view.is_own_child:
            yield Prose(_("這是您自己的孩子，只能看，請由同事審核。"), classes="warning")
        yield from self._standing()
        yield from self._remarks()
        for person in view.people:
            yield from self._person(person)
        if view.others_on_file:
            yield _section(_("學籍上的其他家長"))
            yield Prose("\n".join(map(words.guardian_line, view.others_on_file)), classes="paper")
        yield from self._others()
        yield _section(_("紙本"))
        yield Prose("\n".join(words.paper_lines(view)), classes="paper")
        yield _section(_("同意書"))
        yield Prose("\n".join(words.consent_lines(view)), classes="paper")
        yield from self._bound()
        yield _section(_("歷程"))
        yield Prose("\n".join(words.history_lines(view)), classes="paper")

    def _standing(self) -> ComposeResult:
        """What stands against an approval, each with the button that takes it away; or what was decided."""
        view = self._view
        if view.state is ApplicationState.RETURNED:
            yield Prose(words.returned_words(view), classes="blocked")
        elif view.state is ApplicationState.UNDER_REVIEW and not view.holds:
            looks = _("看過下面要看的地方，就可以通過。") if view.remarks & TO_LOOK_AT else _("可以通過。")
            yield Static(looks, id="free", markup=False)
        if view.holds:
            yield Static(_("現在不能通過，因為："), classes="blocked", markup=False)
        for hold in view.holds:
            with Horizontal(classes="hold"):
                yield Prose(f"{hold.label}：{hold.explanation}", classes="blocked")
                if self._may_decide:
                    yield from self._cure(hold)

    def _cure(self, hold: Hold) -> Iterator[Button]:
        """The button for what a hold waits for, where it is this member's to press."""
        is_registrar = self.member.role is Role.REGISTRAR
        cures = {
            Hold.SIGNATURE: ("form", _("已收到簽章申請書"), True),
            Hold.DOCUMENTS: ("documents", _("已查驗證明文件"), True),
            Hold.STUDENT_CONSENT: ("consent", _("登錄紙本同意書"), True),
            Hold.CONFLICT: ("conflict", _("處理衝突"), is_registrar),
            Hold.REGISTRAR: ("release", _("確認無誤"), is_registrar),
        }
        key, label, is_theirs = cures.get(hold, ("", "", False))
        if is_theirs:
            yield Button(label, id=key, classes="cure")

    def _remarks(self) -> ComposeResult:
        looks, told = self._view.remarks & TO_LOOK_AT, self._view.remarks & ~TO_LOOK_AT
        if looks:
            lines = [f"{remark.label}：{remark.explanation}" for remark in looks]
            yield Prose("\n".join([_("要看一下"), *lines]), classes="look")
        if told:
            yield Prose(_("參考　{told}").format(told="、".join(one.label for one in told)), classes="told")

    def _person(self, person: PersonView) -> ComposeResult:
        yield _section(words.person_title(self._view, person))
        yield SideBySide(words.comparison_header(person), words.compare(person, None), id=f"compare-{person.position}")

    def _others(self) -> ComposeResult:
        """The child's other applications, each with a button to look at it."""
        if self._view.others:
            yield _section(_("這名學生的其他申請"))
        for place, other in enumerate(self._view.others):
            with Horizontal(classes="hold"):
                yield Prose(words.other_line(other), classes="paper")
                yield Button(_("看這一件"), id=f"other-{place}", classes="cure")

    def _bound(self) -> ComposeResult:
        """Who is bound to the child, with a button to end it for the registrar."""
        if self._bound_parents:
            yield _section(_("綁定的家長"))
        for place, binding in enumerate(self._bound_parents):
            with Horizontal(classes="hold"):
                yield Prose(words.binding_line(binding), classes="paper")
                if binding.is_active and self.member.role is Role.REGISTRAR and not self._view.is_own_child:
                    yield Button(_("終止綁定"), id=f"end-{place}", classes="cure")

    def actions(self) -> ComposeResult:
        """The three decisions, the masks, a note, the way back."""
        if self._may_decide:
            yield TightButton(_("通過"), id="approve", variant="primary", disabled=not self._can_pass)
            yield TightButton(_("退件補正"), id="return")
            yield TightButton(_("不通過"), id="reject")
        if not self._view.is_own_child:
            yield TightButton(_("完整資料"), id="reveal")
            yield TightButton(_("備註"), id="note")
        yield TightButton(_("返回"), id="back")

    def action_press(self, key: str) -> None:
        """Press a button by its key, where it is there; an approval that cannot be says why."""
        if key == "approve" and self._may_decide and not self._can_pass:
            is_returned = self._view.state is ApplicationState.RETURNED
            self.say(words.blocked_words(Blocked(self._view.holds, is_returned=is_returned)))
            return
        for button in self.query(f"#{key}").results(Button):
            button.press()

    async def _look_again(self) -> None:
        """Read everything anew; what was said stays."""
        looked = await self.look(look_at, self.office, self.member, self._view.application_id)
        if looked is None or not self.is_attached:
            return
        self._view, self._bound_parents, self._revealed = looked.value.view, looked.value.bindings, None
        message = self.query_one("#message", Static)
        said, wrong = str(message.content), message.has_class("wrong")
        await self.recompose()
        self.show_time()
        self.say(said, wrong=wrong, scroll=False)
        self.query_one("#back").focus(scroll_visible=False)

    @work(group="db", exclusive=True)
    async def _tick_off(self, act: Callable[..., None], said: str, *more: object) -> None:
        """One of the acts that name only the application, and stay on it."""
        view = self._view
        if await self.attempt(act, self.member, view.application_id, view.version, *more) is not None:
            self.say(said, wrong=False)
        await self._look_again()

    @on(Button.Pressed, "#form")
    def _form_received(self) -> None:
        self._tick_off(self.office.review.form_received, _("已登錄收到簽章申請書。"))

    @on(Button.Pressed, "#documents")
    def _documents_seen(self) -> None:
        self._tick_off(self.office.review.documents_seen, _("已登錄查驗證明文件。"))

    @on(Button.Pressed, "#release")
    def _release(self) -> None:
        self._tick_off(self.office.review.release_registrar_hold, _("已登錄註冊組確認無誤。"))

    @on(Button.Pressed, "#consent")
    @work(group="ask", exclusive=True)
    async def _record_consent(self) -> None:
        """The answer of a student of full age, on paper."""
        choices = {"agree": _("同意"), "refuse": _("不同意"), "back": _("返回")}
        text = _("請看學生本人簽名的紙本同意書，上面勾選的是哪一個？")
        answer = await self.over(self.notice(_("登錄學生紙本同意書"), text, choices))
        if answer in ("agree", "refuse"):
            choice: Choice = "agree" if answer == "agree" else "refuse"
            consent = load_consent(self.kiosk.settings.text_folder, current_language())
            self._tick_off(self.office.review.record_student_consent, _("已登錄學生的答覆。"), consent, choice)

    @on(Button.Pressed, "#conflict")
    @work(group="ask", exclusive=True)
    async def _settle_conflict(self) -> None:
        """This one goes on; the others are refused, or go on beside it."""
        others = "\n".join(map(words.other_line, self._view.others))
        text = _("這名學生另有申請：\n{others}\n要採用現在看的這一件（{number}）嗎？").format(
            others=others, number=self._view.number
        )
        choices = {"back": _("再看一下"), "keep": _("採用這件，其他不通過"), "all": _("都成立")}
        answer = await self.over(self.notice(_("處理申請衝突"), text, choices))
        if answer in ("keep", "all"):
            self._resolve(all_stand=answer == "all")

    @work(group="db", exclusive=True)
    async def _resolve(self, *, all_stand: bool) -> None:
        view = self._view
        resolve = self.office.review.resolve_conflict
        if await self.attempt(resolve, self.member, view.application_id, view.version, all_stand=all_stand) is not None:
            self.say(_("已處理申請衝突。"), wrong=False)
        await self._look_again()

    @on(Button.Pressed, "#reveal")
    @work(group="ask", exclusive=True)
    async def _reveal(self) -> None:
        """Full numbers, for a reason; the table masks them again by itself."""
        position = await self._whose()
        if position is None:
            return
        found: list[Revealed] = []

        def reveal(reason: str) -> None:
            found.append(self.office.review.reveal(self.member, self._view.application_id, position, reason))

        common = (_("核對簽章申請書"), _("電話確認家長身分"), _("家長在現場核對"))
        text = _("完整資料會顯示 {n} 秒。您的姓名、時間和原因都會留下紀錄。").format(n=REVEALED_SECONDS)
        screen = ReasonScreen(self.office, self.member, _("顯示完整資料"), text, common, reveal, sending=_("顯示"))
        reason = await self.over(screen)
        if isinstance(reason, str) and self.is_attached:
            self._hide()
            self._revealed = found[0]
            self._hidden_at = self.kiosk.clock.elapsed() + REVEALED_SECONDS
            self._show_people()
            self._say_how_long()

    async def _whose(self) -> int | None:
        """The position of the applicant to look at: asked where there are two."""
        people = self._view.people
        if len(people) == 1:
            return people[0].position
        choices = {f"n{person.position}": f"{person.relation} {person.name}" for person in people}
        text = _("只顯示一位，看多少就顯示多少。")
        answer = await self.over(self.notice(_("要看哪一位？"), text, {**choices, "back": _("返回")}))
        return int(answer[1:]) if isinstance(answer, str) and answer in choices else None

    def second_passed(self) -> None:
        """Mask the numbers again when their time is over, whatever screen is on top."""
        if self._revealed is None:
            return
        if self.kiosk.clock.elapsed() >= self._hidden_at:
            self._hide()
            self.say("", scroll=False)
        else:
            self._say_how_long()

    def _say_how_long(self) -> None:
        seconds = round(self._hidden_at - self.kiosk.clock.elapsed())
        said = _("完整資料 {n} 秒後自動遮住。").format(n=seconds)
        if str(self.query_one("#message", Static).content) != said:
            self.say(said, wrong=False, scroll=False)

    def _hide(self) -> None:
        self._revealed = None
        self._show_people()

    def _show_people(self) -> None:
        for person in self._view.people:
            table = self.query_one(f"#compare-{person.position}", SideBySide)
            is_shown = self._revealed is not None and self._revealed.position == person.position
            table.update(words.compare(person, self._revealed if is_shown else None))

    @on(Button.Pressed, "#note")
    @work(group="ask", exclusive=True)
    async def _note(self) -> None:
        """A note to colleagues."""

        def note(text: str) -> None:
            self.office.review.note(self.member, self._view.application_id, text)

        text = _("寫給同事看的備註，家長看不到。")
        screen = ReasonScreen(self.office, self.member, _("備註"), text, (), note, label=_("備註"), sending=_("存入"))
        reason = await self.over(screen)
        if isinstance(reason, str) and self.is_attached:
            self.say(_("已存入備註。"), wrong=False)
            await self._look_again()

    @on(Button.Pressed, "#approve")
    @work(group="ask", exclusive=True)
    async def _approve(self) -> None:
        """Approve; where something wants a look, ask whether it was looked at."""
        view = self._view
        looks = view.remarks & TO_LOOK_AT
        if looks:
            text = _("這件申請有要看一下的地方：{looks}。都看過了嗎？").format(
                looks="、".join(remark.label for remark in looks)
            )
            choices = {"approve": _("看過了，通過"), "back": _("再看一下")}
            if await self.over(self.notice(_("通過"), text, choices)) != "approve":
                return
        try:
            done = await self.attempt(self.office.review.approve, self.member, view.application_id, view.version)
        except Blocked as blocked:
            self.say(words.blocked_words(blocked))
            await self._look_again()
        except EmailOfAnother as taken:
            self.say(words.email_words(taken))
        else:
            if done is not None:
                self.answer(Acted(_("{number} 已通過。").format(number=view.number)))
            else:
                await self._look_again()

    @on(Button.Pressed, "#return")
    @work(group="ask", exclusive=True)
    async def _return(self) -> None:
        """Field by field, each with a reason."""
        if await self.over(ReturnFieldsScreen(self.office, self.member, self._view)) is True:
            self.answer(Acted(_("{number} 已退件，家長可在本機補正。").format(number=self._view.number)))
        elif self.is_attached:
            await self._look_again()

    @on(Button.Pressed, "#reject")
    @work(group="ask", exclusive=True)
    async def _reject(self) -> None:
        """With a reason the parents are told."""
        view = self._view

        def reject(reason: str) -> None:
            try:
                self.office.review.reject(self.member, view.application_id, view.version, reason)
            except RegistrarDecides:
                raise Refused(_("這件申請有衝突或待註冊組確認，由註冊組決定。")) from None

        text = _("家長會收到這個原因，之後可以重新申請。只有部分欄位不對時，請改用「退件補正」。")
        common = load_text(TextName.REJECT_REASONS, self.kiosk.settings.text_folder).body.splitlines()
        screen = ReasonScreen(self.office, self.member, _("不通過"), text, common, reject, sending=_("不通過"))
        reason = await self.over(screen)
        if isinstance(reason, str):
            self.answer(Acted(_("{number} 已登錄不通過。").format(number=view.number)))
        elif self.is_attached:
            await self._look_again()

    @on(Button.Pressed, "#back")
    def _leave(self, event: Button.Pressed) -> None:
        event.stop()
        self.action_back()

    @on(Button.Pressed)
    def _press_in_a_row(self, event: Button.Pressed) -> None:
        """The buttons of the rows: another application, a binding to end."""
        kind, _sign, place = str(event.button.id).partition("-")
        if kind == "other":
            self.answer(LookAtOther(self._view.others[int(place)].application_id))
        elif kind == "end":
            self._end_binding(self._bound_parents[int(place)])

    @work(group="ask", exclusive=True)
    async def _end_binding(self, binding: BindingRow) -> None:
        def end(reason: str) -> None:
            self.office.bindings.end(self.member, binding.id, binding.version, reason)

        text = _("{name}（{relation}）將不再綁定這名學生，並會收到這個原因。").format(
            name=binding.name, relation=binding.relation
        )
        common = (_("家長申請終止"), _("親權或監護權變更"), _("資料不實"))
        screen = ReasonScreen(self.office, self.member, _("終止綁定"), text, common, end, sending=_("終止綁定"))
        reason = await self.over(screen)
        if isinstance(reason, str) and self.is_attached:
            self.say(_("已終止綁定。"), wrong=False)
            await self._look_again()


def _section(title: str) -> Static:
    return Static(title, classes="section", markup=False)
