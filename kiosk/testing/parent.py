"""A parent with a student's login at the headless kiosk."""

from __future__ import annotations

from kiosk.testing.person import Person, until


class Parent(Person):
    """A parent: each method is one thing they do.

    ``async with app.run_test() as pilot: parent = Parent(pilot); await parent.logs_in("P110001", "A123456789")``
    """

    LOGIN, NEW_PASSWORD, MENU = "LoginScreen", "ChangePasswordScreen", "MenuScreen"

    async def confirms(self) -> None:
        """確認學生相關資訊: 資訊正確, 填答送出."""
        await self.opens("confirm", "ConfirmStudentScreen")
        await self.presses("enter", "enter", then="MenuScreen")

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
        """Fill in one applicant's form and send it with Enter in its last field."""
        await self.sees("ApplicantFormScreen")
        await self.enters(name, relation, national_id, national_id, mobile, email, email)

    async def sends(self) -> None:
        """Confirm the summary: 確認送出."""
        await self.sees("SummaryScreen")
        await self.presses("enter")

    async def enters_code(self, code: str) -> None:
        """Type the code that was mailed to the address."""
        await self.sees("EmailCodeScreen")
        await self.enters(code)

    async def gives_id(self, national_id: str) -> None:
        """Type a full national ID where it is asked for."""
        await self.sees("AskIdScreen")
        await self.enters(national_id)

    async def applies_for_another(self) -> None:
        """From the receipt, 為另一位子女申請, to the next child's login."""
        await self.sees("ReceiptScreen")
        await self.clicks("#another", then="LoginScreen")

    async def reports_errors(self, right_values: dict[str, str]) -> None:
        """確認學生相關資訊: 錯誤回報, as far as the menu.

        Args:
            right_values: by key: class_name, name, student_number.
        """
        await self.opens("confirm", "ConfirmStudentScreen")
        await self.clicks("#wrong")
        for key, value in right_values.items():
            self.app.screen.query_one(f"#{key}").focus()
            await self.types(value)
        await self.clicks("#send")
        await self.answers_notice()
        await self.sees("MenuScreen")

    async def opens_returned(self, national_id: str) -> None:
        """補正退回的欄位, as far as the form; the ID is an applicant's."""
        await self.opens("correct", "AskIdScreen")
        await self.gives_id(national_id)
        await self.sees("CorrectionScreen")

    async def corrects(self, values: dict[str, str]) -> tuple[str, ...]:
        """Fill in the returned fields by key and send; return the fields that were asked for.

        What is asked for twice is typed twice.
        """
        from textual.widgets import Input

        asked = tuple(str(field.id) for field in self.app.screen.query(Input) if field.display)
        await self.enters(*(values[key.removesuffix("_again")] for key in asked))
        return asked

    async def logs_out(self) -> None:
        """From the menu or the receipt to the resting login."""
        await self.goes_back("LoginScreen")
