"""變更密碼 by somebody signed on: the present one first, then a new one; the visit goes on with it."""

from __future__ import annotations

from textual.widgets import Button, Input

from kiosk.services.school import School
from tests.builders.school import TERMINAL
from tests.pilot.accounts import FIRST, PARENT, PASSWORD, approved, ready, signed_on
from tests.pilot.people import account_parent_at

_NEW = "Second-Rain-2"


async def test_the_password_is_changed_after_the_present_one_and_the_visit_goes_on(school: School) -> None:
    ready(school)
    async with signed_on(school) as parent:
        await parent.opens("contact", "ContactScreen")
        await parent.chooses("password", "PresentPasswordScreen")
        await parent.proves_themself(PASSWORD.lower())
        await parent.is_told("帳號或密碼不正確")
        assert parent.app.screen.query_one("#password", Input).value == ""
        await parent.proves_themself(PASSWORD)
        await parent.sees("AccountPasswordScreen")
        assert "第一次登入" not in parent.text("#heading")
        assert str(parent.app.screen.query_one("#back", Button).label) == "返回"
        await parent.goes_back("ContactScreen")
        await parent.chooses("password", "PresentPasswordScreen")
        await parent.proves_themself(PASSWORD)
        await parent.changes_password(_NEW)
        assert await parent.answers_notice() == "已更改"
        await parent.sees("ContactScreen")
        await parent.goes_back("AccountHomeScreen")
        await parent.signs_off()
    assert PARENT.email is not None
    assert not school.sign_in.parent(PARENT.email, _NEW, TERMINAL).must_change


async def test_a_second_enter_at_the_sign_on_does_not_skip_the_new_password(school: School) -> None:
    approved(school)
    async with account_parent_at(school) as parent:
        await parent.enters_from_lobby()
        await parent.signs_on(str(PARENT.email), FIRST)
        await parent.sees("AccountPasswordScreen")
        await parent.presses("enter")
        await parent.changes_password(_NEW)
        await parent.sees("AccountHomeScreen")
