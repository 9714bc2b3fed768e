"""The kiosk's app: locks, wiring, and the way from one session to the next."""

from __future__ import annotations

import asyncio
import importlib
import socket
from collections.abc import Coroutine
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar, cast

from textual import events
from textual.binding import Binding, BindingType
from textual.screen import Screen

from kiosk.clock import Clock
from kiosk.config.settings import Settings
from kiosk.config.toml_reader import SettingsError
from kiosk.i18n import _
from kiosk.runtime.idle_guard import Activity, IdleGuard
from kiosk.runtime.startup import CannotOpen, load_school, preload_modules
from kiosk.screens.base.kiosk_screen import KioskScreen, Nav
from kiosk.screens.base.login import LoginScreen
from kiosk.services.texts.loader import TextName, load_text
from kiosk.terminal.locked_app import LockedApp
from kiosk.terminal.render_caches import clear_render_caches

if TYPE_CHECKING:
    from kiosk.runtime.mail_worker import MailWorker
    from kiosk.screens.office.login import StaffLoginScreen
    from kiosk.services.auth.sign_in import SignedIn
    from kiosk.services.auth.staff_session import StaffSignedIn
    from kiosk.services.school import School

T = TypeVar("T")
_PURGE_SECONDS = 3600
_ACTIVITIES: tuple[tuple[type[events.Event], Activity], ...] = (
    (events.MouseScrollDown, Activity.WHEEL),
    (events.MouseScrollUp, Activity.WHEEL),
    (events.MouseDown, Activity.CLICK),
    (events.MouseMove, Activity.MOUSE_MOVE),
)
_OPENING = "open"
_WITHOUT_A_STEP = 2
"""Screens between two steps of a session: the resting login and the blank screen over it."""


@dataclass(frozen=True)
class AppOptions:
    """How one app differs from another.

    Attributes:
        staff_only: an office machine, where only staff sign in.
        family_demo_lines: logins shown beside the families' login, in the demo.
        staff_demo_lines: likewise beside the staff's.
        account_demo_lines: likewise beside the parent accounts'.
    """

    staff_only: bool = False
    family_demo_lines: str = ""
    staff_demo_lines: str = ""
    account_demo_lines: str = ""


class KioskApp(LockedApp):
    """The app on the terminal.

    Args:
        settings: the settings of this installation.
        clock: the source of time.
        school: an open school; None opens the settings' own after the first frame.
        options: how this app differs from another.

    Attributes:
        refusal: the line that says why the school cannot be opened.
    """

    CSS_PATH = Path(__file__).with_name("kiosk.tcss")
    TITLE = "親子綁定"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("ctrl+q", "leave_demo", show=False)]

    def __init__(
        self, settings: Settings, clock: Clock, school: School | None = None, options: AppOptions | None = None
    ) -> None:
        super().__init__(self._write_log)
        self.settings = settings
        self.clock = clock
        self.guard = IdleGuard(clock.elapsed, settings.idle)
        self.options = options or AppOptions()
        self.staff_only = self.options.staff_only
        self.refusal = ""
        self._school: asyncio.Future[School] | None = None
        self._given = school
        self._mail: MailWorker | None = None
        self._loaded = asyncio.Event()
        self._asking = False

    def get_default_screen(self) -> Screen[object]:
        """Return the resting screen: the families' login, or the staff's on an office machine."""
        return self.new_staff_login() if self.staff_only else self.new_login()

    def new_login(self) -> LoginScreen:
        """Make a families' login screen."""
        return LoginScreen(
            address=_own_address(),
            help_lines=load_text(TextName.HELP_LINES, self.settings.text_folder).body,
            demo_lines=self.options.family_demo_lines,
            staff_may_enter=self.settings.review_in_lobby,
        )

    def new_staff_login(self) -> StaffLoginScreen:
        """Make a staff login screen."""
        from kiosk.screens.office.login import StaffLoginScreen  # not needed for the first frame

        return StaffLoginScreen(demo_lines=self.options.staff_demo_lines)

    def on_mount(self) -> None:
        """Start the clock, and use the school that was given."""
        self._school = asyncio.get_running_loop().create_future()
        if self._given is not None:
            self._school.set_result(self._given)
            self._all_loaded()
        self.set_interval(1.0, self.tick)
        self.set_interval(_PURGE_SECONDS, self._purge_printed_files)

    def on_ready(self) -> None:
        """Open the school once the first frame is painted."""
        if self._given is None:
            self.run_worker(self._open_school(), group=_OPENING)

    async def _open_school(self) -> None:
        """Open the school in a thread, then import the modules behind a sign-in; a refusal ends the kiosk."""
        assert self._school is not None
        try:
            self._school.set_result(await asyncio.to_thread(load_school, self.settings, self.clock))
        except (SettingsError, CannotOpen) as error:
            self.refusal = str(error)
            self.exit(1, return_code=1)
            return
        first_flow = "kiosk.flows.staff_flow" if self.staff_only else "kiosk.flows.family_visit"
        await asyncio.to_thread(preload_modules, first_flow, with_mail=self.settings.smtp is not None)
        self._all_loaded()

    def _all_loaded(self) -> None:
        self._loaded.set()
        if self.settings.smtp is not None:
            from kiosk.runtime.mail_worker import start_mail_worker

            self._mail = start_mail_worker(self.school, self._write_log)

    def on_unmount(self) -> None:
        """Stop the mail worker."""
        if self._mail is not None:
            self._mail.stop()

    async def school_opened(self) -> School:
        """Wait until the school is open, and return it."""
        assert self._school is not None
        return await asyncio.shield(self._school)

    def _purge_printed_files(self) -> None:
        """Remove forms printed to files more than a day ago."""
        from kiosk.services.documents.printer import purge

        self.run_worker(asyncio.to_thread(purge, self.settings, self.clock.now()), group="purge", exit_on_error=False)

    @property
    def school(self) -> School:
        """The open school, for screens behind a login."""
        assert self._school is not None
        return self._school.result()

    def begin_family_visit(self, signed_in: SignedIn) -> None:
        """Begin a family's visit from the resting screen."""
        self.guard.begin_visit()
        self.run_worker(self._until_it_ends(self._visit(signed_in)), group="visit", exclusive=True)

    async def _visit(self, signed_in: SignedIn) -> None:
        await self._loaded.wait()  # importing the flow on the event loop would freeze the screen
        from kiosk.flows.family_visit import family_visit

        await family_visit(self, signed_in)

    def cover_with(self, screen: Screen[Any]) -> None:
        """Lay a blank screen over the resting login; the first step comes on top before it is painted."""
        self.push_screen(screen)

    async def answer_of(self, screen: Screen[T]) -> T | None:
        """Show a screen and wait for its answer; None where the session was reset.

        Cancelling the caller does not cancel the screen's own answer, hence the shield.
        """
        return await asyncio.shield(self.push_screen(screen, wait_for_dismiss=True))

    def open_account_login(self) -> None:
        """Show the login of parent accounts."""
        from kiosk.screens.account.login import AccountLoginScreen  # few visits need it

        self.push_screen(AccountLoginScreen(demo_lines=self.options.account_demo_lines), self._account_login_closed)

    def load_account_flow(self) -> None:
        """Import the flow of parent accounts; blocks, so call it in a thread."""
        importlib.import_module("kiosk.flows.account_flow")

    def _account_login_closed(self, answer: object) -> None:
        if answer is None or isinstance(answer, Nav):
            self.guard.end_visit()
            return
        from kiosk.flows.account_flow import account_visit

        self.guard.begin_visit()
        self.run_worker(self._until_it_ends(account_visit(self, answer)), group="visit", exclusive=True)

    def open_staff_login(self) -> None:
        """Show the staff's login."""
        self.push_screen(self.new_staff_login(), self._staff_login_closed)

    def _staff_login_closed(self, answer: object) -> None:
        if answer is None or isinstance(answer, Nav):
            self.guard.end_visit()
        else:
            self.begin_staff_session(cast("StaffSignedIn", answer))

    def load_staff_flow(self) -> None:
        """Import the staff's flow; blocks, so call it in a thread."""
        importlib.import_module("kiosk.flows.staff_flow")

    def begin_staff_session(self, signed_in: StaffSignedIn) -> None:
        """Begin a staff session."""
        from kiosk.flows.staff_flow import staff_session

        self.guard.begin_staff_session()
        self.run_worker(self._until_it_ends(staff_session(self, signed_in)), group="visit", exclusive=True)

    async def _until_it_ends(self, visit: Coroutine[object, object, None]) -> None:
        try:
            await visit
        finally:
            self.guard.end_visit()
            self.call_later(self._rest)

    def note_activity(self, event: events.Event) -> None:
        """Tell the idle guard; any input but a mouse move at the resting screen begins a session."""
        if isinstance(event, events.Key):
            kind, key = Activity.KEY, event.key
        else:
            kind = next((kind for type_, kind in _ACTIVITIES if isinstance(event, type_)), Activity.CLICK)
            key = None
        if self.guard.state(self.clock.elapsed()).remaining is None and kind is not Activity.MOUSE_MOVE:
            self.guard.begin_visit()
        self.guard.note(kind, key)

    def tick(self) -> None:
        """Update time and countdown once a second; ask or reset when a limit is reached."""
        if not self.is_running:  # the app is ending
            return
        state = self.guard.state(self.clock.elapsed())
        screen = self.screen
        if state.over:
            self.reset_session()
            return
        for step in self.screen_stack:
            if isinstance(step, KioskScreen) and step.is_mounted:
                step.on_second()
        if isinstance(screen, KioskScreen) and screen.is_mounted:  # a new screen has no title yet
            screen.show_time()
            screen.show_countdown(state.countdown, last_call=state.last_call)
        if state.ask and not self._asking and len(self.screen_stack) > _WITHOUT_A_STEP:
            self._asking = True
            self.run_worker(self._ask_to_go_on(), group="go_on")

    async def _ask_to_go_on(self) -> None:
        from kiosk.screens.base.notice import NoticeScreen

        try:
            answer = await self.push_screen_wait(
                NoticeScreen(_("還要繼續嗎？"), _("已經過了十分鐘。"), {"go": _("繼續"), "stop": _("結束並清除")})
            )
        finally:
            self._asking = False
        if answer == "go":
            self.guard.go_on()
        elif answer == "stop":
            self.call_later(self.reset_session)

    def reset_session(self) -> None:
        """Return to the resting screen: cancel all work and forget all typed text."""
        self.guard.end_visit()
        for worker in list(self.workers):
            if worker.group != _OPENING:
                worker.cancel()
        self.call_later(self._rest)

    async def _rest(self) -> None:
        """Dismiss every step and drop the input that waits for them."""
        self.drop_held_input()
        with self.batch_update():
            while self.is_running and len(self.screen_stack) > 1:
                await self.screen.dismiss()
            if not self.is_running:  # the app is ending
                return
            resting = self.screen
            if isinstance(resting, LoginScreen):
                resting.rest()
        clear_render_caches()

    def action_leave_demo(self) -> None:
        """End the demo (Ctrl+Q); a real kiosk stays."""
        if self.settings.demo:
            self.exit(0)

    def _write_log(self, text: str) -> None:
        """Append a line about a crash to the log, in UTC; drop it where the log cannot be written."""
        moment = datetime.now(UTC).isoformat(timespec="seconds")
        with suppress(OSError), self.settings.log_file.open("a", encoding="utf-8") as log:
            log.write(f"{moment} {text}\n")


def _own_address() -> str:
    """Return this terminal's address in the school's network, without sending a packet."""
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            probe.connect(("192.0.2.1", 9))  # RFC 5737: a documentation address
            return str(probe.getsockname()[0])
    except OSError:
        return "127.0.0.1"
