"""The kiosk's app: wiring, the idle guard, and the way from one visitor to the next."""

from __future__ import annotations

import asyncio
import importlib
import socket
from collections.abc import Coroutine
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, cast

from textual import events
from textual.binding import Binding, BindingType
from textual.screen import Screen

from kiosk.clock import Clock, SystemClock
from kiosk.config.settings import Settings, ensure_home, load_settings
from kiosk.config.toml_reader import SettingsError
from kiosk.i18n import _
from kiosk.runtime.idle_guard import Activity, IdleGuard
from kiosk.runtime.startup import CannotOpen, load_school, preload_modules
from kiosk.screens.base.login import LoginScreen
from kiosk.screens.base.step import Nav, Step
from kiosk.services.texts.loader import TextName, TextUnusable, load_text
from kiosk.services.texts.startup_check import check_own_texts
from kiosk.terminal.locked_app import LockedApp
from kiosk.terminal.render_caches import clear_render_caches

if TYPE_CHECKING:
    from kiosk.runtime.mail_worker import MailWorker
    from kiosk.screens.office.login import StaffLoginScreen
    from kiosk.services.auth.sign_in import SignedIn
    from kiosk.services.auth.staff_session import StaffSignedIn
    from kiosk.services.school import School

_PURGE_SECONDS = 3600
_ACTIVITIES: tuple[tuple[type[events.Event], Activity], ...] = (
    (events.MouseScrollDown, Activity.WHEEL),
    (events.MouseScrollUp, Activity.WHEEL),
    (events.MouseDown, Activity.CLICK),
    (events.MouseMove, Activity.MOUSE_MOVE),
)


_OPENING = "open"
_SWITCH_SECONDS = 0.0005
_MAX_BEFORE_HASHING = _MAX_BEFORE_DOORS = 1.0
_WITHOUT_A_STEP = 2
"""Screens that stand in a visit between two steps: the resting login and the curtain before it."""


class KioskApp(LockedApp):
    """The app a parent meets.

    Args:
        settings: what this installation set.
        clock: where time comes from.
        school: an open school; None opens the one of the settings after the first frame.
        demo_lines: logins to show beside the login form, in the demo.
        staff_demo_lines: likewise beside the staff's.
        account_demo_lines: likewise beside the parent account's.
        staff_only: an office machine: nobody but staff signs in.

    Attributes:
        staff_only: see above.
    """

    CSS_PATH = Path(__file__).with_name("kiosk.tcss")
    TITLE = "親子綁定"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("ctrl+q", "leave_demo", show=False)]

    def __init__(
        self,
        settings: Settings,
        clock: Clock,
        school: School | None = None,
        demo_lines: str = "",
        *,
        staff_demo_lines: str = "",
        account_demo_lines: str = "",
        staff_only: bool = False,
    ) -> None:
        super().__init__(self._write_log)
        self.settings = settings
        self.clock = clock
        self.guard = IdleGuard(clock.elapsed, settings.idle)
        self.refusal = ""
        self._demo_lines = demo_lines
        self._staff_demo_lines = staff_demo_lines
        self._account_demo_lines = account_demo_lines
        self.staff_only = staff_only
        self._school: asyncio.Future[School] | None = None
        self._given = school
        self._mail: MailWorker | None = None
        self._doors_wanted = asyncio.Event()
        self._doors_loaded = asyncio.Event()
        self._visit_loaded = asyncio.Event()
        self._signing_in = False
        self._asking = False

    def get_default_screen(self) -> Screen[object]:
        """The resting screen is the login; on an office machine the staff's."""
        return self.new_staff_login() if self.staff_only else self.new_login()

    def new_login(self) -> LoginScreen:
        """A login screen; another child in the same visit gets one on top."""
        return LoginScreen(
            address=_own_address(),
            help_lines=load_text(TextName.HELP_LINES, self.settings.text_folder).body,
            demo_lines=self._demo_lines,
            staff_may_enter=self.settings.review_in_lobby,
        )

    def new_staff_login(self) -> StaffLoginScreen:
        """The staff's login screen."""
        from kiosk.screens.office.login import StaffLoginScreen  # the parents' start does without

        return StaffLoginScreen(demo_lines=self._staff_demo_lines)

    def on_mount(self) -> None:
        """Begin to keep time, and take the school that was given."""
        self._school = asyncio.get_running_loop().create_future()
        if self._given is not None:
            self._school.set_result(self._given)
            self._all_loaded()
        self.set_interval(1.0, self.tick)
        self.set_interval(_PURGE_SECONDS, self._purge_printed_files)

    def on_ready(self) -> None:
        """Begin to open the school: the first frame is painted."""
        if self._given is None:
            self.run_worker(self._open_school(), group=_OPENING)

    async def _open_school(self) -> None:
        """Load the database and the sign-in in a thread, then the visit, while a first password is hashed.

        A school that cannot be opened ends the kiosk with one line.
        """
        assert self._school is not None
        try:
            school = await asyncio.to_thread(load_school, self.settings, self.clock)
        except (SettingsError, CannotOpen) as error:
            self.refusal = str(error)
            self.exit(1, return_code=1)
        else:
            self._school.set_result(school)
            if self._signing_in:  # imports would hold up its few statements, and hashing needs no interpreter
                await asyncio.to_thread(school.sign_in.hashing.wait, _MAX_BEFORE_HASHING)
            if not self.staff_only:
                await asyncio.to_thread(importlib.import_module, "kiosk.flows.family_visit")
                self._visit_loaded.set()
            if self._signing_in:  # what answers is not held up by what comes after it
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._doors_wanted.wait(), _MAX_BEFORE_DOORS)
            doors = "kiosk.flows.staff_flow" if self.staff_only else "kiosk.flows.application_flow"
            await asyncio.to_thread(preload_modules, doors, with_mail=self.settings.smtp is not None)
            self._all_loaded()

    def _all_loaded(self) -> None:
        self._visit_loaded.set()
        self._doors_loaded.set()
        if self.settings.smtp is not None:
            from kiosk.runtime.mail_worker import start_mail_worker

            self._mail = start_mail_worker(self.school, self._write_log)

    def on_unmount(self) -> None:
        """Send no more mail."""
        if self._mail is not None:
            self._mail.stop()

    async def school_opened(self) -> School:
        """The school for a sign-in, as soon as it is open."""
        assert self._school is not None
        self._signing_in = True
        return await asyncio.shield(self._school)

    def _purge_printed_files(self) -> None:
        """Once an hour, remove what was printed to files and is older than a day."""
        from kiosk.services.documents.printer import purge

        self.run_worker(asyncio.to_thread(purge, self.settings, self.clock.now()), group="purge", exit_on_error=False)

    @property
    def school(self) -> School:
        """The open school; every screen behind the login may ask for it."""
        assert self._school is not None
        return self._school.result()

    def signed_in(self, screen: LoginScreen, signed_in: SignedIn) -> None:
        """Begin a visit from the resting screen, or hand the login on to the visit that asked for it."""
        if screen is not self.screen_stack[0]:
            screen.finish(signed_in)
            return
        self.guard.begin_visit()
        self.run_worker(self._until_it_ends(self._visit(signed_in)), group="visit", exclusive=True)

    async def wait_until_loaded(self) -> None:
        """Wait for what stands behind the first sign-in; an import here would keep the screen from answering."""
        self._doors_wanted.set()
        await self._doors_loaded.wait()

    async def _visit(self, signed_in: SignedIn) -> None:
        await self._visit_loaded.wait()  # an import here would keep the screen from answering
        from kiosk.flows.family_visit import visit

        await visit(self, signed_in)

    def open_account_login(self) -> None:
        """From the lobby's login on to the parent account's."""
        from kiosk.screens.account.login import AccountLoginScreen  # most visits do without

        self.push_screen(AccountLoginScreen(demo_lines=self._account_demo_lines), self._account_login_closed)

    def load_account_visit(self) -> None:
        """Import what a visit with a parent account needs; to be called in a thread, because it takes a while."""
        importlib.import_module("kiosk.flows.account_flow")

    def _account_login_closed(self, answer: object) -> None:
        if answer is None or isinstance(answer, Nav):
            self.guard.end_visit()
            return
        from kiosk.flows.account_flow import account_visit

        self.guard.begin_visit()
        self.run_worker(self._until_it_ends(account_visit(self, answer)), group="visit", exclusive=True)

    def open_staff_login(self) -> None:
        """From the lobby's login on to the staff's."""
        self.push_screen(self.new_staff_login(), self._staff_login_closed)

    def staff_signed_in(self, screen: StaffLoginScreen, signed_in: StaffSignedIn) -> None:
        """Begin a shift: from the resting screen of an office machine, or once the lobby's has its place again."""
        if screen is self.screen_stack[0]:
            self._begin_shift(signed_in)
        else:
            screen.finish(signed_in)

    def _staff_login_closed(self, answer: object) -> None:
        if answer is None or isinstance(answer, Nav):
            self.guard.end_visit()
        else:
            self._begin_shift(cast("StaffSignedIn", answer))

    def load_shift(self) -> None:
        """Import what a shift needs; to be called in a thread, because it takes a while."""
        importlib.import_module("kiosk.flows.staff_flow")

    def _begin_shift(self, signed_in: StaffSignedIn) -> None:
        from kiosk.flows.staff_flow import shift

        self.guard.begin_shift()
        self.run_worker(self._until_it_ends(shift(self, signed_in)), group="visit", exclusive=True)

    async def _until_it_ends(self, visit: Coroutine[object, object, None]) -> None:
        try:
            await visit
        finally:
            self.guard.end_visit()
            self.call_later(self._rest)

    def note_activity(self, event: events.Event) -> None:
        """Tell the idle guard; the first key at the resting screen begins to count too."""
        if isinstance(event, events.Key):
            kind, key = Activity.KEY, event.key
        else:
            kind = next((kind for type_, kind in _ACTIVITIES if isinstance(event, type_)), Activity.CLICK)
            key = None
        if self.guard.state(self.clock.elapsed()).remaining is None and kind is not Activity.MOUSE_MOVE:
            self.guard.begin_visit()
        self.guard.note(kind, key)

    def tick(self) -> None:
        """Once a second: the time, the countdown, the question after ten minutes, the end."""
        if not self.is_running:  # a last second may pass while the screens are being taken apart
            return
        state = self.guard.state(self.clock.elapsed())
        screen = self.screen
        if state.over:
            self.reset_session()
            return
        for step in self.screen_stack:
            if isinstance(step, Step) and step.is_mounted:
                step.on_second()
        if isinstance(screen, Step) and screen.is_mounted:  # a screen that was pushed just now has no title yet
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
        """Back to the resting screen; nothing typed survives, and nothing that was under way goes on."""
        self.guard.end_visit()
        for worker in list(self.workers):
            if worker.group != _OPENING:
                worker.cancel()
        self.call_later(self._rest)

    async def _rest(self) -> None:
        """Take every step away, and what waits to be typed into it."""
        self.drop_held_input()
        with self.batch_update():
            while self.is_running and len(self.screen_stack) > 1:
                await self.screen.dismiss()
            if not self.is_running:  # the app ends and takes its screens apart
                return
            resting = self.screen
            if isinstance(resting, LoginScreen):
                resting.rest()
        clear_render_caches()

    def action_leave_demo(self) -> None:
        """Ctrl+Q ends the demo, and only the demo."""
        if self.settings.demo:
            self.exit(0)

    def _write_log(self, text: str) -> None:
        """Note a crash: types and places in the code only."""
        moment = datetime.now(UTC).isoformat(timespec="seconds")
        with self.settings.log_file.open("a", encoding="utf-8") as log:
            log.write(f"{moment} {text}\n")


def _own_address() -> str:
    """This terminal's address in the school's network, found without sending anything."""
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            probe.connect(("192.0.2.1", 9))  # RFC 5737: an address that is nobody's
            return str(probe.getsockname()[0])
    except OSError:
        return "127.0.0.1"


def build_app(
    settings: Settings,
    clock: Clock,
    school: School | None = None,
    demo_lines: str = "",
    *,
    staff_demo_lines: str = "",
    account_demo_lines: str = "",
    staff_only: bool = False,
) -> KioskApp:
    """The one way to make the app, for the command line, the demo and the harness."""
    return KioskApp(
        settings,
        clock,
        school,
        demo_lines,
        staff_demo_lines=staff_demo_lines,
        account_demo_lines=account_demo_lines,
        staff_only=staff_only,
    )


def run_kiosk(
    home: str | None,
    *,
    demo: bool = False,
    demo_lines: str = "",
    staff_demo_lines: str = "",
    account_demo_lines: str = "",
    staff_only: bool = False,
) -> int:
    """Run until the service is stopped, or an administrator ends it; returns the exit code."""
    import sys

    try:
        settings = load_settings(Path(home) if home else None, demo=demo)
        ensure_home(settings)
        check_own_texts(settings.text_folder)
    except (SettingsError, TextUnusable) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    # A thread that waits for the interpreter gets it sooner: the first sign-in meets the imports of what comes after
    # it, and each of its statements to the database would wait five milliseconds for them.
    sys.setswitchinterval(_SWITCH_SECONDS)
    app = build_app(
        settings,
        SystemClock(),
        demo_lines=demo_lines,
        staff_demo_lines=staff_demo_lines,
        account_demo_lines=account_demo_lines,
        staff_only=staff_only,
    )
    app.run()
    if app.refusal:
        sys.stderr.write(f"{app.refusal}\n")
    return app.return_code or 0
