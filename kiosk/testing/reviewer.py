"""Staff at the headless kiosk."""

from __future__ import annotations

from kiosk.testing.person import Person, until


class Reviewer(Person):
    """A member of staff at the headless kiosk; each method is one thing they do.

    ``KioskApp(settings, clock, school, AppOptions(staff_only=True))`` begins at the staff's login. In the lobby,
    :meth:`enters_from_lobby` comes first.
    """

    LOGIN, NEW_PASSWORD, MENU = "StaffLoginScreen", "StaffNewPasswordScreen", "StaffMenuScreen"

    async def enters_from_lobby(self) -> None:
        """From the parents' login to the staff's."""
        await self.sees("LoginScreen")
        await self.presses("f8")

    async def opens_queue(self) -> None:
        """審核申請, until its first rows are loaded."""
        await self.opens("queue", "QueueScreen")
        await self.sees_rows()

    async def sees_rows(self) -> list[tuple[str, ...]]:
        """Wait for the rows of the current list; return the words of those in memory."""
        from kiosk.widgets.table.column_layout import words_of
        from kiosk.widgets.table.paged_table import PagedTable

        table = self.app.screen.query_one(PagedTable)
        await until(self.pilot, lambda: table.is_loaded)
        await self.pilot.pause()
        return [words_of(row) for row in table.rows_held]

    async def searches(self, text: str) -> list[tuple[str, ...]]:
        """Type into the queue's search field; return the words of the rows found."""
        from textual.widgets import Input

        await self.sees("QueueScreen")
        await self.presses("f2")
        self.app.screen.query_one("#search", Input).clear()
        await self.types(text)
        return await self.sees_rows()

    async def chooses_class(self, name: str) -> list[tuple[str, ...]]:
        """Filter the queue by a class's name, or by another of the choices."""
        await self.presses("f3", then="ChoiceScreen")
        rows = await self.sees_rows()
        place = next(place for place, words in enumerate(rows) if name in words)
        await self.presses("home", *["down"] * place, "enter", then="QueueScreen")
        return await self.sees_rows()

    async def chooses_state(self, state: str) -> list[tuple[str, ...]]:
        """Filter the queue by a state's key, or all."""
        await self.clicks(f"#state-{state}")
        self.app.screen.query_one("#table").focus()
        return await self.sees_rows()

    async def opens_application(self, number: str) -> None:
        """Search an application's or a student's number in the queue and open the result."""
        await self.searches(number)
        await self.presses("enter", then="ApplicationScreen")

    async def does(self, key: str, said: str) -> None:
        """Press a key of the application's screen and wait for its message."""
        await self.presses(key)
        await until(self.pilot, lambda: said in self.text("#message"))

    async def receives_form(self) -> None:
        """已收到簽章申請書."""
        await self.does("f2", "已登錄收到簽章申請書")

    async def sees_documents(self) -> None:
        """已查驗證明文件."""
        await self.does("f3", "已登錄查驗證明文件")

    async def gives_reason(self, reason: str) -> None:
        """Type a reason and send it."""
        await self.sees("ReasonScreen")
        await self.enters(reason)

    async def reveals(self, reason: str) -> None:
        """Show the only applicant's full numbers."""
        await self.presses("f4")
        await self.gives_reason(reason)
        await self.sees("ApplicationScreen")

    async def returns(self, fields: dict[str, str]) -> None:
        """退件補正: the only applicant's fields, by key, each with a reason; as far as the queue."""
        await self.presses("f6", then="ReturnFieldsScreen")
        await self.sees_rows()
        order = ("name", "relation", "national_id", "mobile", "email")
        for key, reason in fields.items():
            await self.presses("home", *["down"] * order.index(key), "enter")
            await self.gives_reason(reason)
            await self.sees("ReturnFieldsScreen")
        await self.clicks("#send", then="QueueScreen")

    async def notes(self, text: str) -> None:
        """Write a note to colleagues."""
        await self.presses("f8")
        await self.gives_reason(text)
        await self.sees("ApplicationScreen")

    async def approves(self) -> None:
        """通過, also past the question about review flags; as far as the queue."""
        await self.presses("f9")
        await until(self.pilot, lambda: self.screen in ("StaffNoticeScreen", "QueueScreen"))
        if self.screen == "StaffNoticeScreen":
            await self.answers_notice()
        await self.sees("QueueScreen")

    async def settles_conflict(self) -> None:
        """處理衝突: keep this application and refuse the others."""
        await self.clicks("#conflict")
        await self.answers_notice("keep")
        await until(self.pilot, lambda: "已處理申請衝突" in self.text("#message"))

    async def opens_report(self, student_number: str) -> None:
        """Open a student's error report from the list."""
        await self.sees("ErrorReportsScreen")
        rows = await self.sees_rows()
        place = next(place for place, words in enumerate(rows) if student_number in words)
        await self.presses("home", *["down"] * place, "enter", then="ErrorReportScreen")

    async def decides_report(self, corrected: dict[str, str], declined: dict[str, str]) -> None:
        """Correct fields to a value, by key, and decline others with a reason; as far as the list."""
        from textual.widgets import Input

        for verdict, said in (("correct", corrected), ("decline", declined)):
            for key, text in said.items():
                await self.clicks(f"#{verdict}-{key}")
                self.app.screen.query_one(f"#{key}", Input).clear()
                await self.types(text)
        await self.clicks("#send", then="ErrorReportsScreen")

    async def opens_bulk(self) -> list[tuple[str, ...]]:
        """整批通過 of the marked rows, or else of the filter; return the words of the rows it would approve."""
        await self.presses("f6", then="BulkApprovalScreen")
        return await self.sees_rows()

    async def confirms_bulk(self, password: str) -> list[tuple[str, ...]]:
        """Type the password again; return the words of each row with its result."""
        await self.sees("BulkApprovalScreen")
        await self.enters(password)
        await until(self.pilot, lambda: not self.app.screen.query_one("#send").display)
        return await self.sees_rows()

    async def approves_many(self, password: str) -> list[tuple[str, ...]]:
        """整批通過 from the queue to the results; return the words of each row with its result."""
        await self.opens_bulk()
        return await self.confirms_bulk(password)

    async def logs_out(self) -> None:
        """Go back as often as it takes to reach the login."""
        while self.screen not in ("LoginScreen", "StaffLoginScreen"):
            await self.leaves("escape")
