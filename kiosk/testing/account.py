"""A parent with a parent account at the headless kiosk."""

from __future__ import annotations

from kiosk.testing.person import Person


class AccountParent(Person):
    """A parent with an account, in the lobby: each method is one thing they do."""

    LOGIN, NEW_PASSWORD, MENU = "AccountLoginScreen", "AccountPasswordScreen", "AccountHomeScreen"

    async def enters_from_lobby(self) -> None:
        """From the students' login to 家長帳號登入."""
        await self.sees("LoginScreen")
        await self.presses("f7", then="AccountLoginScreen")

    async def logs_in(self, account: str, password: str) -> None:
        """登入, from either login, by e-mail, self-chosen account or mobile; wait for the result with :meth:`sees`."""
        if self.screen == "LoginScreen":
            await self.enters_from_lobby()
        await super().logs_in(account, password)

    async def changes_password(self, password: str) -> None:
        """Choose a new password; forced or not, wait for the result with :meth:`sees`."""
        await self.sees(self.NEW_PASSWORD)
        await self.enters(password, password)

    async def confirms_password(self, password: str) -> None:
        """Type the present password, before something that needs it."""
        await self.sees("PresentPasswordScreen")
        await self.enters(password)

    async def fills_in(self, **values: str) -> None:
        """Fill in fields by their ids; send nothing."""
        from textual.widgets import Input

        for key, value in values.items():
            field = self.app.screen.query_one(f"#{key}", Input)
            field.clear()
            field.focus()
            await self.types(value)

    async def sends(self) -> None:
        """Send the form by its button."""
        await self.clicks("#send")

    async def forgets(self) -> None:
        """忘記帳號、密碼, from the login."""
        await self.sees("AccountLoginScreen")
        await self.clicks("#forgotten")

    async def identifies(self, name: str, national_id: str) -> None:
        """Give name and ID, for a code by mail."""
        await self.sees("RecoveryScreen")
        await self.fills_in(name=name, national_id=national_id)
        await self.presses("enter")

    async def grants(self, *scopes: str, **values: str) -> None:
        """新增照顧者: fill in the fields by their ids, choose scopes (states, fees, systems), send."""
        await self.chooses("grant", "AddCarerScreen")
        await self.fills_in(**values)
        for scope in scopes:
            await self.clicks(f"#see-{scope}")
        await self.sends()

    async def signs_off(self) -> None:
        """From the home to the resting login."""
        await self.sees("AccountHomeScreen")
        await self.goes_back("LoginScreen")
