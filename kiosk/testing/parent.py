"""A parent in front of the headless kiosk."""

from __future__ import annotations

from kiosk.testing.person import Person, until


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
        await self.sees("MenuScreen")

    async def opens(self, door: str, screen: str) -> None:
        """One of the hub's doors: confirm, apply, card, sign."""
        await self.sees("MenuScreen")
        self.app.screen.query_one(f"#{door}").focus()
        await self.presses("enter")
        await self.sees(screen)

    async def confirms(self) -> None:
        """確認學生相關資訊: 資訊正確, 填答送出."""
        await self.opens("confirm", "ConfirmStudentScreen")
        await self.presses("enter", "enter")
        await self.sees("MenuScreen")

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
        await self.sees("SummaryScreen")
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
        await self.sees("MenuScreen")

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
