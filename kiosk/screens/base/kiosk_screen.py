"""The frame of every screen: title, steps of the visit, body, buttons, key hints."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Mapping
from enum import Enum, auto
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Generic, ParamSpec, TypeVar, cast

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.widgets import Button, Static

from kiosk.clock import TAIPEI
from kiosk.i18n import N_, _
from kiosk.terminal.guarded_screen import GuardedScreen

if TYPE_CHECKING:
    from kiosk.screens.base.context import KioskContext

T = TypeVar("T")
R = TypeVar("R")
P = ParamSpec("P")
_PAIRED_WIDTH, _WIDE_WIDTH = 76, 96


class Nav(Enum):
    """How a user left a step without an answer."""

    BACK = auto()


def step_names() -> tuple[str, ...]:
    """Return the steps of a visit."""
    return (_("登入"), _("密碼"), _("確認"), _("同意"), _("申請"), _("完成"))


class Body(VerticalScroll, can_focus=False):
    """Scrolls to the focused field, and never takes the focus."""


class KioskScreen(GuardedScreen[T | Nav], Generic[T]):
    """The frame of every screen; it answers once, through :meth:`finish`.

    The style sheet beside a screen's module, of the same name, is the screen's own.

    Attributes:
        number: the step of the visit, from 1; 0 for a screen without steps.
        heading: the line above the body; `_` translates it.
        hints: the keys that work here; `_` translates them.
        idle_time: the attribute of `IdleTimes` that holds the seconds of stillness before the countdown.
        buttons: the label of each button by its id; `_` translates the labels.
        main_button: the id of the primary button.
    """

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
    hints: str = N_("Tab 下一欄　Enter 確定　Esc 上一步")
    idle_time: str = "parent_idle_seconds"
    buttons: Mapping[str, str] = {}
    main_button: str = "send"
    _late_answer: T | Nav | None = None
    _has_answered = False

    def __init_subclass__(cls, **options: Any) -> None:
        """Take the style sheet beside the screen's module, where there is one."""
        super().__init_subclass__(**options)
        sheet = Path(str(sys.modules[cls.__module__].__file__)).with_suffix(".tcss")
        if sheet.exists():
            cls.CSS_PATH = sheet

    @property
    def kiosk(self) -> KioskContext:
        """The kiosk, as screens know it."""
        return cast("KioskContext", self.app)

    def body(self) -> ComposeResult:
        """Compose the body."""
        yield from ()

    def compose_after(self) -> ComposeResult:
        """Compose the widgets below the message."""
        yield from ()

    def actions(self) -> ComposeResult:
        """Compose the buttons."""
        for key, label in self.buttons.items():
            yield Button(_(label), id=key, variant="primary" if key == self.main_button else "default")

    def key_hints(self) -> str:
        """Return the keys that work here, in words."""
        return _(self.hints)

    def compose(self) -> ComposeResult:
        """Compose title, steps, body, buttons and foot."""
        self._take_width(self.app.size.width)
        yield Static(f"{self.kiosk.settings.school_name}　{self.service_name()}", id="title", markup=False)
        with Horizontal(id="way"):
            yield Static(self.step_header(), id="steps", markup=False)
            yield Static(id="time", markup=False)
        with Body(id="body"):
            if self.heading:
                yield Static(_(self.heading), id="heading", markup=False)
            yield from self.body()
            yield Static("", id="message", markup=False)
            yield from self.compose_after()
        with Horizontal(id="actions"):
            yield from self.actions()
        yield Static(self.key_hints(), id="foot", markup=False)

    def _take_width(self, width: int) -> None:
        """Set the class of this width before the first frame; Textual would paint once without it."""
        fitting = [name for least, name in self.HORIZONTAL_BREAKPOINTS if width >= least]
        self.add_class(fitting[-1], update=False)  # it is for the widgets that are about to come

    def service_name(self) -> str:
        """Return the service's name in the title line."""
        return self.kiosk.settings.service_name

    def step_header(self) -> str:
        """Return the steps of the visit, the present one in brackets."""
        names = [f"【{name}】" if place == self.number else f" {name} " for place, name in enumerate(step_names(), 1)]
        return ">".join(names)

    def on_mount(self) -> None:
        """Show the time."""
        self.show_time()

    def on_screen_resume(self) -> None:
        """Set this step's idle limit; leave where the answer came while a notice covered it."""
        if not self.is_active:  # another screen covered this one before the event arrived
            return
        self.limit_stillness()
        if self._late_answer is not None:
            self.finish(self._late_answer)

    def limit_stillness(self) -> None:
        """Give this step's idle limit to the idle guard."""
        self.kiosk.guard.use_limit(int(getattr(self.kiosk.settings.idle, self.idle_time)))

    def show_time(self) -> None:
        """Show language and time at the end of the line of steps; the time alone on a narrow screen."""
        now = self.kiosk.clock.now().astimezone(TAIPEI).strftime("%H:%M")
        language = _("語言：中文（臺灣）")
        self._update_line("#time", now if self.size.width < _PAIRED_WIDTH else f"{language}　{now}")

    def on_second(self) -> None:
        """Run once a second, also under another screen."""

    def show_countdown(self, seconds: int | None, *, last_call: bool = False) -> None:
        """Count down in the foot, or show the keys again."""
        self.query_one("#foot").set_class(seconds is not None, "counting")
        going_on = _("沒有操作，{n} 秒後清除畫面；按任意鍵繼續")
        text = (_("使用時間到了，{n} 秒後清除畫面；請重新登入") if last_call else going_on).format(n=seconds)
        self._update_line("#foot", self.key_hints() if seconds is None else text)

    def _update_line(self, selector: str, text: str) -> None:
        """Update a line of the frame; an equal text is not painted again."""
        line = self.query_one(selector, Static)
        if str(line.content) != text:
            line.update(text)

    def show_message(self, text: str, *, wrong: bool = True, scroll: bool = True) -> None:
        """Show a message below the body; ``scroll`` makes it visible."""
        message = self.query_one("#message", Static)
        message.set_class(wrong, "wrong")
        message.set_class(bool(text), "said")
        message.update(Content(text))
        if text and scroll:
            message.scroll_visible(animate=False)

    def finish(self, result: T | Nav) -> None:
        """Leave with an answer; a second Enter then calls no service.

        An answer that comes while a notice covers the step, such as a changed password, waits until the notice closes.
        Textual calls the covered step current too, and would dismiss the notice in its place.
        """
        self._has_answered = True
        if self.is_active:
            self.dismiss(result)
        elif self.is_attached:
            self._late_answer = result

    def cancel_if_dismissed(self) -> None:
        """End the calling worker where the screen was dismissed, or the app began to end, during its wait.

        Textual removes a screen's widgets one by one before it ends the screen's workers.

        Raises:
            asyncio.CancelledError: the screen was dismissed.
        """
        if self.is_dismissed:
            raise asyncio.CancelledError

    def action_back(self) -> None:
        """Go one step back."""
        self.finish(Nav.BACK)

    def action_turn(self, pages: int) -> None:
        """Scroll by pages; the focus stays."""
        body = self.query_one("#body", Body)
        body.scroll_relative(y=pages * max(1, body.size.height - 2), animate=False)
