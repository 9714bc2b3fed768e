"""The frame every step stands in: title, the steps ahead, one question, its buttons, the keys that work here."""

from __future__ import annotations

import asyncio
from enum import Enum, auto
from typing import TYPE_CHECKING, ClassVar, Generic, ParamSpec, TypeVar, cast

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.widgets import Static

from kiosk.config.sections import IdleTimes
from kiosk.domain.school_calendar import TAIPEI
from kiosk.i18n import _
from kiosk.terminal.guarded_screen import GuardedScreen

if TYPE_CHECKING:
    from kiosk.screens.base.context import KioskContext

T = TypeVar("T")
R = TypeVar("R")
P = ParamSpec("P")
_PAIRED_WIDTH, _WIDE_WIDTH = 76, 96


class Nav(Enum):
    """How a visitor left a step without an answer."""

    BACK = auto()


def step_names() -> tuple[str, ...]:
    """The steps of a visit."""
    return (_("登入"), _("密碼"), _("確認"), _("同意"), _("申請"), _("完成"))


class Body(VerticalScroll, can_focus=False):
    """Scrolls with the field that has the focus, never takes it."""


class KioskScreen(GuardedScreen[T | Nav], Generic[T]):
    """The frame of every screen; it answers once, through :meth:`finish`."""

    AUTO_FOCUS = "Input, Button"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "back", show=False),
        Binding("down", "app.focus_next", show=False),
        Binding("up", "app.focus_previous", show=False),
        Binding("pagedown", "turn(1)", show=False),
        Binding("pageup", "turn(-1)", show=False),
    ]
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (_PAIRED_WIDTH, "-paired"), (_WIDE_WIDTH, "-wide")]
    number: int = 0
    heading: str = ""
    _late_answer: T | Nav | None = None
    _has_answered = False

    @property
    def kiosk(self) -> KioskContext:
        """The kiosk, as screens know it."""
        return cast("KioskContext", self.app)

    def idle_limit(self, times: IdleTimes) -> int:
        """Seconds of stillness before the countdown begins."""
        return times.parent_idle_seconds

    def body(self) -> ComposeResult:
        """The question."""
        yield from ()

    def compose_after(self) -> ComposeResult:
        """What stands under the message about the question."""
        yield from ()

    def actions(self) -> ComposeResult:
        """Its buttons, the main one first."""
        yield from ()

    def key_hints(self) -> str:
        """The keys that work here, in words."""
        return _("Tab 下一欄　Enter 確定　Esc 上一步")

    def compose(self) -> ComposeResult:
        """Title, steps, question, buttons, foot."""
        self._take_width(self.app.size.width)
        yield Static(f"{self.kiosk.settings.school_name}　{self.service_name()}", id="title", markup=False)
        with Horizontal(id="way"):
            yield Static(self.step_header(), id="steps", markup=False)
            yield Static(id="time", markup=False)
        with Body(id="body"):
            if self.heading:
                yield Static(self.heading, id="heading", markup=False)
            yield from self.body()
            yield Static("", id="message", markup=False)
            yield from self.compose_after()
        with Horizontal(id="actions"):
            yield from self.actions()
        yield Static(self.key_hints(), id="foot", markup=False)

    def _take_width(self, width: int) -> None:
        """Stand as this width wants it from the first frame on; Textual would paint once without and then again."""
        fitting = [name for least, name in self.HORIZONTAL_BREAKPOINTS if width >= least]
        self.add_class(fitting[-1], update=False)  # it is for the widgets that are about to come

    def service_name(self) -> str:
        """What stands beside the school in the title line."""
        return self.kiosk.settings.service_name

    def step_header(self) -> str:
        """The steps of the visit, the present one in brackets."""
        names = [f"【{name}】" if place == self.number else f" {name} " for place, name in enumerate(step_names(), 1)]
        return ">".join(names)

    def on_mount(self) -> None:
        """Show the time."""
        self.show_time()

    def on_screen_resume(self) -> None:
        """Set this step's idle limit; leave where the answer came while a question stood on top."""
        if not self.is_active:  # another screen covered this one before the event arrived
            return
        self.limit_stillness()
        if self._late_answer is not None:
            self.finish(self._late_answer)

    def limit_stillness(self) -> None:
        """Tell the idle guard how long this step may stand still."""
        self.kiosk.guard.use_limit(self.idle_limit(self.kiosk.settings.idle))

    def show_time(self) -> None:
        """Write language and time at the end of the line of steps; the time alone where the line is short."""
        now = self.kiosk.clock.now().astimezone(TAIPEI).strftime("%H:%M")
        language = _("語言：中文（臺灣）")
        self._keep_saying("#time", now if self.size.width < _PAIRED_WIDTH else f"{language}　{now}")

    def on_second(self) -> None:
        """Hear of each second, also under another screen."""

    def show_countdown(self, seconds: int | None, *, last_call: bool = False) -> None:
        """Count down in the foot, or show the keys again."""
        self.query_one("#foot").set_class(seconds is not None, "counting")
        going_on = _("沒有操作，{n} 秒後清除畫面；按任意鍵繼續")
        text = (_("使用時間到了，{n} 秒後清除畫面；請重新登入") if last_call else going_on).format(n=seconds)
        self._keep_saying("#foot", self.key_hints() if seconds is None else text)

    def _keep_saying(self, selector: str, text: str) -> None:
        """Write a line of the frame where it says something else: asked every second, painted when it changes."""
        line = self.query_one(selector, Static)
        if str(line.content) != text:
            line.update(text)

    def show_message(self, text: str, *, wrong: bool = True, scroll: bool = True) -> None:
        """Show a message under the question; ``scroll`` brings it into sight."""
        message = self.query_one("#message", Static)
        message.set_class(wrong, "wrong")
        message.set_class(bool(text), "said")
        message.update(Content(text))
        if text and scroll:
            message.scroll_visible(animate=False)

    def finish(self, result: T | Nav) -> None:
        """Leave with an answer; a second Enter finds the step no longer on top, and asks no service any more.

        An answer that comes while a question stands on top, such as a password changed meanwhile, waits for its end.
        Textual calls the step under another one current too, and would take the question away in its place.
        """
        self._has_answered = True
        if self.is_active:
            self.dismiss(result)
        elif self.is_attached:
            self._late_answer = result

    def cancel_if_dismissed(self) -> None:
        """End the worker that asks this after each wait, where the screen was left, or the app is ending, meanwhile.

        Textual takes a screen's widgets away one by one before it ends the screen's workers.

        Raises:
            asyncio.CancelledError: it was left.
        """
        if self.is_dismissed:
            raise asyncio.CancelledError

    def action_back(self) -> None:
        """One step back."""
        self.finish(Nav.BACK)

    def action_turn(self, pages: int) -> None:
        """Show what stands further down or up; the focus stays."""
        body = self.query_one("#body", Body)
        body.scroll_relative(y=pages * max(1, body.size.height - 2), animate=False)
