"""A parent with an account in front of the headless kiosk."""

from __future__ import annotations

from kiosk.testing.person import Person


class AccountParent(Person):
    """Somebody who signs on with a parent account, in the lobby: each method is one thing they do."""

    async def enters_from_lobby(self) -> None:
        """From the students' login to 家長帳號登入."""
        await self.sees("LoginScreen")
        await self.presses("f7")
        await self.sees("AccountLoginScreen")

    async def signs_on(self, account: str, password: str) -> None:
        """登入, by e-mail, self-chosen account or mobile; what follows is told by :meth:`sees`."""
        await self.sees("AccountLoginScreen")
        await self.types(account)
        await self.presses("enter")
        await self.types(password)
        await self.presses("enter")

    async def changes_password(self, password: str) -> None:
        """The forced change, or the one that was asked for."""
        await self.sees("AccountPasswordScreen")
        await self.types(password)
        await self.presses("enter")
        await self.types(password)
        await self.presses("enter")

    async def proves_themself(self, password: str) -> None:
        """The present password, before something that needs it."""
        await self.sees("PresentPasswordScreen")
        await self.types(password)
        await self.presses("enter")

    async def opens(self, door: str, screen: str) -> None:
        """One of the home's doors: systems, fees, contact, bindings, carers, consents, data."""
        await self.sees("AccountHomeScreen")
        await self.chooses(door, screen)

    async def chooses(self, button: str, screen: str) -> None:
        """A button of the screen that stands, by its id, as far as the next screen."""
        self.app.screen.query_one(f"#{button}").focus()
        await self.presses("enter")
        await self.sees(screen)

    async def fills_in(self, **values: str) -> None:
        """Fields of the form that stands, by their ids; nothing is sent."""
        from textual.widgets import Input

        for key, value in values.items():
            field = self.app.screen.query_one(f"#{key}", Input)
            field.clear()
            field.focus()
            await self.types(value)

    async def sends(self) -> None:
        """The form that stands, by its button."""
        await self.clicks("#send")

    async def forgets(self) -> None:
        """忘記帳號、密碼, from the login."""
        await self.sees("AccountLoginScreen")
        await self.clicks("#forgotten")

    async def identifies(self, name: str, national_id: str) -> None:
        """Name and ID, for a code by mail."""
        await self.sees("RecoveryScreen")
        await self.fills_in(name=name, national_id=national_id)
        await self.presses("enter")

    async def enters_code(self, code: str) -> None:
        """The code of a mail."""
        await self.types(code)
        await self.presses("enter")

    async def grants(self, *scopes: str, **values: str) -> None:
        """新增照顧者: the fields by their ids, and what the carer may see (states, fees, systems); sent."""
        await self.chooses("grant", "AddCarerScreen")
        await self.fills_in(**values)
        for scope in scopes:
            await self.clicks(f"#see-{scope}")
        await self.sends()

    async def signs_off(self) -> None:
        """From the home to the resting login."""
        await self.sees("AccountHomeScreen")
        await self.presses("escape")
        await self.sees("LoginScreen")
