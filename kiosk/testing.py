"""The headless harness: drives the kiosk in tests, without a terminal and without waiting."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # the clock of this module is for tests without a screen too
    from textual.pilot import Pilot

_FIRST_DAY = datetime(2026, 9, 1, 1, 0, tzinfo=UTC)  # 115年9月1日 09:00 in Taipei


class FakeClock:
    """A clock that moves only when told to; see `kiosk.clock.Clock`."""

    def __init__(self, now: datetime = _FIRST_DAY, elapsed: float = 1000.0) -> None:
        """Stand still at a time.

        Args:
            now: the wall clock's time; must be aware.
            elapsed: seconds since the pretended machine started.
        """
        self._elapsed = elapsed
        self._runs = 1
        self._now = now
        self.set_wall(now)

    @property
    def boot_id(self) -> str:
        """Name the pretended machine's present run."""
        return f"run-{self._runs}"

    def now(self) -> datetime:
        """Give the wall clock's time, aware, in UTC."""
        return self._now

    def elapsed(self) -> float:
        """Give the seconds since the pretended machine started."""
        return self._elapsed

    def advance(self, seconds: float) -> None:
        """Let time pass, on the wall and since the start alike.

        Raises:
            ValueError: the seconds are negative; time since the start never goes back.
        """
        if seconds < 0:
            raise ValueError("time does not go back")
        self._elapsed += seconds
        self._now += timedelta(seconds=seconds)

    def set_wall(self, now: datetime) -> None:
        """Set the wall clock, as an operator or a time server would; the time since the start stays.

        Raises:
            ValueError: the time does not say its time zone.
        """
        if now.tzinfo is None:
            raise ValueError("the wall clock's time must be aware")
        self._now = now.astimezone(UTC)

    def restart_machine(self) -> None:
        """Start the pretended machine anew: a new run, counted from zero; the wall clock stays."""
        self._runs += 1
        self._elapsed = 0.0


async def until(pilot: Pilot[int], condition: Callable[[], object], within: float = 10.0) -> None:
    """Let the app run until a condition holds; a pause alone does not wait for threads.

    Raises:
        TimeoutError: it did not hold in time; names the screen that stood instead.
    """
    deadline = time.monotonic() + within
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(f"waited in vain on {type(pilot.app.screen).__name__}")
        await pilot.pause(0.01)


class Person:
    """Somebody in front of the headless kiosk: what everybody can do, by keyboard."""

    def __init__(self, pilot: Pilot[int]) -> None:
        self.pilot = pilot
        self.app = pilot.app

    @property
    def screen(self) -> str:
        """The name of the screen that stands."""
        return type(self.app.screen).__name__

    def text(self, selector: str) -> str:
        """What a static part of the screen says; of a longer text, without the line breaks of this width."""
        from textual.widgets import Static

        from kiosk.widgets.prose import Prose

        part = self.app.screen.query_one(selector)
        if isinstance(part, Prose):
            return str(part.render()).replace("\n", "")
        assert isinstance(part, Static)
        return str(part.content)

    def words(self) -> list[str]:
        """Every line in sight."""
        return [strip.text for strip in self.app.screen._compositor.render_strips()]

    async def sees(self, screen: str) -> None:
        """Wait for a screen that is ready to be used."""
        await until(self.pilot, lambda: self.screen == screen and self.app.screen.is_active and self.app.focused)

    async def types(self, text: str) -> None:
        """Type into the field that has the focus."""
        from textual.widgets import Input

        field = self.app.focused
        assert isinstance(field, Input)
        field.insert_text_at_cursor(text)
        await self.pilot.pause()

    async def presses(self, *keys: str) -> None:
        """Press keys by their Textual names."""
        await self.pilot.press(*keys)

    async def clicks(self, selector: str) -> None:
        """Click, once the thing has a place on the screen."""
        target = self.app.screen.query_one(selector)
        target.scroll_visible(animate=False)
        await until(self.pilot, lambda: target.region.area > 0 and not target.disabled)
        assert await self.pilot.click(selector)

    async def goes_back(self, screen: str) -> None:
        """Back one step, to this screen."""
        await self.presses("escape")
        await self.sees(screen)

    async def answers_notice(self, choice: str | None = None) -> str:
        """Answer a notice with its first choice, or another by its key; gives the notice's heading."""
        await until(self.pilot, lambda: self.screen.endswith("NoticeScreen") and self.app.focused)
        heading = self.text("#heading")
        if choice is None:
            await self.presses("enter")
        else:
            await self.clicks(f"#{choice}")
        return heading


class Parent(Person):
    """A parent: each method is one thing they do.

    ``async with app.run_test() as pilot: parent = Parent(pilot); await parent.logs_in("P110001", "A123456789")``
    """

    async def logs_in(self, account: str, password: str) -> None:
        """登入; what follows is told by :meth:`sees`."""
        await self.sees("LoginScreen")
        await self.types(account)
        await self.presses("enter")
        await self.types(password)
        await self.presses("enter")

    async def changes_password(self, password: str) -> None:
        """The forced change, as far as the hub."""
        await self.sees("ChangePasswordScreen")
        await self.types(password)
        await self.presses("enter")
        await self.types(password)
        await self.presses("enter")
        await self.sees("HubScreen")

    async def opens(self, door: str, screen: str) -> None:
        """One of the hub's doors: confirm, apply, card, sign."""
        await self.sees("HubScreen")
        self.app.screen.query_one(f"#{door}").focus()
        await self.presses("enter")
        await self.sees(screen)

    async def confirms(self) -> None:
        """確認學生相關資訊: 資訊正確, 填答送出."""
        await self.opens("confirm", "ConfirmStudentScreen")
        await self.presses("enter", "enter")
        await self.sees("HubScreen")

    async def reads_consent(self) -> None:
        """Read the consent to its end."""
        await self.sees("ConsentScreen")
        agree = self.app.screen.query_one("#agree")
        for _page in range(60):
            if not agree.disabled:
                return
            await self.presses("pagedown")
            await self.pilot.pause()
        await until(self.pilot, lambda: not agree.disabled)

    async def consents(self, choice: str = "agree") -> None:
        """Read, choose and send."""
        await self.reads_consent()
        await self.clicks(f"#{choice}")
        await self.presses("enter")

    async def chooses_mode(self, mode: str = "one_parent", basis: str | None = "parents") -> None:
        """選擇申辦方式, as far as the first applicant's form."""
        await self.sees("ApplicationModeScreen")
        await self.clicks(f"#{mode}")
        if basis is not None:
            await self.sees("BasisScreen")
            await self.clicks(f"#{basis}")
        await self.sees("ApplicantFormScreen")

    async def fills_in(self, name: str, relation: str, national_id: str, mobile: str, email: str) -> None:
        """One applicant's form, sent with Enter in its last field."""
        await self.sees("ApplicantFormScreen")
        for value in (name, relation, national_id, national_id, mobile, email, email):
            await self.types(value)
            await self.presses("enter")

    async def sends(self) -> None:
        """The read-back, found right: 確認送出."""
        await self.sees("ReadBackScreen")
        await self.presses("enter")

    async def enters_code(self, code: str) -> None:
        """The code that was mailed to the address."""
        await self.sees("EmailCodeScreen")
        await self.types(code)
        await self.presses("enter")

    async def gives_id(self, national_id: str) -> None:
        """Somebody's full ID, where it is asked for."""
        await self.sees("AskIdScreen")
        await self.types(national_id)
        await self.presses("enter")

    async def applies_for_another(self) -> None:
        """From the receipt, 為另一位子女申請, to the next child's login."""
        await self.sees("ReceiptScreen")
        await self.clicks("#another")
        await self.sees("LoginScreen")

    async def reports_errors(self, right_values: dict[str, str]) -> None:
        """確認學生相關資訊: 錯誤回報, with what is right by key (class_name, name, student_number); back at the hub."""
        from textual.widgets import Input

        await self.opens("confirm", "ConfirmStudentScreen")
        await self.clicks("#wrong")
        for key, value in right_values.items():
            self.app.screen.query_one(f"#{key}", Input).focus()
            await self.types(value)
        await self.clicks("#send")
        await self.answers_notice()
        await self.sees("HubScreen")

    async def opens_returned(self, national_id: str) -> None:
        """補正退回的欄位, from the hub, as far as the form; the ID is an applicant's."""
        await self.opens("correct", "AskIdScreen")
        await self.gives_id(national_id)
        await self.sees("CorrectionScreen")

    async def corrects(self, values: dict[str, str]) -> tuple[str, ...]:
        """Fill in what was sent back, by key, and send; gives the fields that were asked for.

        What is asked for twice is typed twice.
        """
        from textual.widgets import Input

        asked = tuple(str(field.id) for field in self.app.screen.query(Input) if field.display)
        for key in asked:
            await self.types(values[key.removesuffix("_again")])
            await self.presses("enter")
        return asked

    async def logs_out(self) -> None:
        """From the hub or the receipt to the resting login."""
        await self.presses("escape")
        await self.sees("LoginScreen")


class Reviewer(Person):
    """Somebody of the staff in review mode: each method is one thing they do.

    ``app = build_app(settings, clock, school, staff_only=True)`` stands at the staff's login; in the lobby, where the
    settings allow it, :meth:`enters_from_lobby` comes first.
    """

    async def enters_from_lobby(self) -> None:
        """From the parents' login to the staff's."""
        await self.sees("LoginScreen")
        await self.presses("f8")

    async def logs_in(self, account: str, password: str) -> None:
        """登入; what follows is told by :meth:`sees`."""
        await self.sees("StaffLoginScreen")
        await self.types(account)
        await self.presses("enter")
        await self.types(password)
        await self.presses("enter")

    async def changes_password(self, password: str) -> None:
        """The forced change, as far as the hub."""
        await self.sees("StaffPasswordScreen")
        await self.types(password)
        await self.presses("enter")
        await self.types(password)
        await self.presses("enter")
        await self.sees("StaffHubScreen")

    async def opens(self, door: str, screen: str) -> None:
        """One of the hub's doors: queue, tickets, calls, scan, print, card, desk, staff, audit, end, password."""
        await self.sees("StaffHubScreen")
        self.app.screen.query_one(f"#{door}").focus()
        await self.presses("enter")
        await self.sees(screen)

    async def opens_queue(self) -> None:
        """審核申請, with its first rows."""
        await self.opens("queue", "QueueScreen")
        await self.sees_rows()

    async def sees_rows(self) -> list[tuple[str, ...]]:
        """Wait for the rows of the list that stands; gives the words of those in memory."""
        from kiosk.widgets.row_table import RowTable, words_of

        table = self.app.screen.query_one(RowTable)
        await until(self.pilot, lambda: table.is_loaded)
        await self.pilot.pause()
        return [words_of(row) for row in table.rows_held]

    async def searches(self, text: str) -> list[tuple[str, ...]]:
        """Type into the queue's search field; gives the words of the rows that were found."""
        from textual.widgets import Input

        await self.sees("QueueScreen")
        await self.presses("f2")
        self.app.screen.query_one("#search", Input).clear()
        await self.types(text)
        return await self.sees_rows()

    async def chooses_class(self, name: str) -> list[tuple[str, ...]]:
        """The queue of one class (its name, or the words of another of the choices)."""
        await self.presses("f3")
        await self.sees("ChooseScreen")
        rows = await self.sees_rows()
        place = next(place for place, words in enumerate(rows) if name in words)
        await self.presses("home", *["down"] * place, "enter")
        await self.sees("QueueScreen")
        return await self.sees_rows()

    async def chooses_state(self, state: str) -> list[tuple[str, ...]]:
        """The queue of one state (its key, or all)."""
        await self.clicks(f"#state-{state}")
        self.app.screen.query_one("#table").focus()
        return await self.sees_rows()

    async def opens_application(self, number: str) -> None:
        """Search a number (of an application or a student), wherever it is in the queue, and open what is found."""
        await self.searches(number)
        await self.presses("enter")
        await self.sees("ApplicationScreen")

    async def does(self, key: str, said: str) -> None:
        """Press a key of the application's screen and wait for the words that say it was done."""
        await self.presses(key)
        await until(self.pilot, lambda: said in self.text("#message"))

    async def receives_form(self) -> None:
        """已收到簽章申請書."""
        await self.does("f2", "已登錄收到簽章申請書")

    async def sees_documents(self) -> None:
        """已查驗證明文件."""
        await self.does("f3", "已登錄查驗證明文件")

    async def gives_reason(self, reason: str) -> None:
        """Type a reason where one is asked for, and send it."""
        await self.sees("ReasonScreen")
        await self.types(reason)
        await self.presses("enter")

    async def reveals(self, reason: str) -> None:
        """Show the only applicant's full numbers."""
        await self.presses("f4")
        await self.gives_reason(reason)
        await self.sees("ApplicationScreen")

    async def returns(self, fields: dict[str, str]) -> None:
        """退件補正: the only applicant's fields, by key, each with a reason; back at the queue."""
        await self.presses("f6")
        await self.sees("ReturnFieldsScreen")
        await self.sees_rows()
        order = ("name", "relation", "national_id", "mobile", "email")
        for key, reason in fields.items():
            await self.presses("home", *["down"] * order.index(key), "enter")
            await self.gives_reason(reason)
            await self.sees("ReturnFieldsScreen")
        await self.clicks("#send")
        await self.sees("QueueScreen")

    async def rejects(self, reason: str) -> None:
        """不通過; back at the queue."""
        await self.presses("f7")
        await self.gives_reason(reason)
        await self.sees("QueueScreen")

    async def notes(self, text: str) -> None:
        """A note to colleagues."""
        await self.presses("f8")
        await self.gives_reason(text)
        await self.sees("ApplicationScreen")

    async def approves(self) -> None:
        """通過, having looked at what is to be looked at; back at the queue."""
        await self.presses("f9")
        await until(self.pilot, lambda: self.screen in ("StaffNoticeScreen", "QueueScreen"))
        if self.screen == "StaffNoticeScreen":
            await self.sees("StaffNoticeScreen")
            await self.presses("enter")
        await self.sees("QueueScreen")

    async def settles_conflict(self, *, all_stand: bool = False) -> None:
        """處理衝突: this application goes on; the others are refused, or stand beside it."""
        await self.clicks("#conflict")
        await self.answers_notice("all" if all_stand else "keep")
        await until(self.pilot, lambda: "已處理申請衝突" in self.text("#message"))

    async def opens_ticket(self, student_number: str) -> None:
        """A student's error report, from the list of those that wait."""
        await self.sees("TicketsScreen")
        rows = await self.sees_rows()
        place = next(place for place, words in enumerate(rows) if student_number in words)
        await self.presses("home", *["down"] * place, "enter")
        await self.sees("TicketScreen")

    async def decides_ticket(self, corrected: dict[str, str], declined: dict[str, str]) -> None:
        """Correct fields to a value, by key, and decline others with a reason; back at the list."""
        from textual.widgets import Input

        for verdict, said in (("correct", corrected), ("decline", declined)):
            for key, text in said.items():
                await self.clicks(f"#{verdict}-{key}")
                self.app.screen.query_one(f"#{key}", Input).clear()
                await self.types(text)
        await self.clicks("#send")
        await self.sees("TicketsScreen")

    async def opens_bulk(self) -> list[tuple[str, ...]]:
        """整批通過 of what is marked, or else of the filter; gives the words of the rows it would approve."""
        await self.presses("f6")
        await self.sees("BulkApprovalScreen")
        return await self.sees_rows()

    async def confirms_bulk(self, password: str) -> list[tuple[str, ...]]:
        """The password again, and all of them; gives the words of each row with its result."""
        await self.sees("BulkApprovalScreen")
        await self.types(password)
        await self.presses("enter")
        await until(self.pilot, lambda: not self.app.screen.query_one("#send").display)
        return await self.sees_rows()

    async def approves_many(self, password: str) -> list[tuple[str, ...]]:
        """整批通過 from the queue to the results; gives the words of each row with its result."""
        await self.opens_bulk()
        return await self.confirms_bulk(password)

    async def logs_out(self) -> None:
        """Back, as often as it takes, to the login."""
        while self.screen not in ("LoginScreen", "StaffLoginScreen"):
            before = self.app.screen
            await self.presses("escape")
            await until(self.pilot, lambda before=before: self.app.screen is not before)  # type: ignore[misc]
