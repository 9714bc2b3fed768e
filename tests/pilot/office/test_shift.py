"""A shift: signing in, the forced change, what each role is offered, and how it ends."""

from __future__ import annotations

import pytest
from textual.widgets import Input

from kiosk.demo.people import invented_id
from kiosk.services.auth.staff_session import CommandLine, Role
from kiosk.services.school import School
from kiosk.testing.person import until
from tests.pilot.demo_office import office_of
from tests.pilot.people import (
    STAFF_PASSWORD,
    QuickReviewer,
    at_work,
    parent_at,
    reviewer_at,
)

DOORS = {
    "TEACHER": ["queue", "calls", "scan", "print", "desk", "password"],
    "REGISTRAR": ["queue", "error-reports", "calls", "scan", "print", "card", "desk", "deletions", "password"],
    "ADMIN": ["staff", "audit", "end", "password"],
}


@pytest.mark.parametrize("account", DOORS)
async def test_each_role_is_offered_what_it_may_do(demo: School, account: str) -> None:
    async with at_work(demo, account) as reviewer:
        assert [item.id for item in reviewer.app.screen.query(".menu-item")] == DOORS[account]


async def test_the_menu_items_say_how_much_waits(demo: School) -> None:
    async with at_work(demo, "REGISTRAR") as reviewer:
        words = str([str(item.label) for item in reviewer.app.screen.query(".menu-item")])  # type: ignore[attr-defined]
        assert "待處理 18 件" in words
        assert "待處理 2 件" in words
        assert "待打電話 9 通" in words


async def test_a_wrong_password_says_no_more_than_that(demo: School) -> None:
    async with reviewer_at(demo) as reviewer:
        for account, password in (
            ("TEACHER", "wrong-wrong-wrong"),
            ("NOBODY", "wrong-wrong-wrong"),
            ("P110002", "Harbour7lights"),  # a parent's
        ):
            await reviewer.logs_in(account, password)
            await reviewer.is_told("不正確")
            assert reviewer.text("#message") == "帳號或密碼不正確，請檢查後再試一次。"
            await reviewer.presses("escape")
        assert reviewer.screen == "StaffLoginScreen"


async def test_the_first_login_changes_the_password(demo: School) -> None:
    office_of(demo).staff_accounts.add(
        CommandLine(),
        account="new.one",
        name="新老師",
        role=Role.HOMEROOM_TEACHER,
        classes=("科一仁",),
        national_id=invented_id("A", 2, 9480000),
        first_password="first-of-seven-lanterns",
    )
    async with reviewer_at(demo) as reviewer:
        await reviewer.logs_in("new.one", "first-of-seven-lanterns")
        await reviewer.sees("StaffNewPasswordScreen")
        await reviewer.enters("short", "short")
        field = reviewer.app.screen.query_one("#new")
        await until(reviewer.pilot, lambda: "15" in str(field.border_subtitle))
        for name in ("#new", "#again"):
            reviewer.app.screen.query_one(name, Input).clear()
        reviewer.app.screen.query_one("#new").focus()
        await reviewer.changes_password("seven-green-lanterns")
        await reviewer.logs_out()
        await reviewer.logs_in("new.one", "seven-green-lanterns")
        await reviewer.sees("StaffMenuScreen")


async def test_leaving_the_forced_change_shows_nothing(demo: School) -> None:
    demo_member = office_of(demo).staff_accounts.find(CommandLine(), "TEACHER")
    code = office_of(demo).staff_accounts.reset(CommandLine(), demo_member.id, demo_member.version)
    async with reviewer_at(demo) as reviewer:
        await reviewer.logs_in("TEACHER", code)
        await reviewer.sees("StaffNewPasswordScreen")
        await reviewer.goes_back("StaffLoginScreen")


async def test_in_the_lobby_it_opens_only_where_it_may(demo: School, school: School) -> None:
    async with parent_at(school) as parent:  # its settings do not allow it
        assert not parent.app.screen.query("#staff")
        await parent.presses("f8")
        await parent.pilot.pause()
        assert parent.screen == "LoginScreen"
    async with parent_at(demo) as parent:
        reviewer = QuickReviewer(parent.pilot)
        await reviewer.enters_from_lobby()
        await reviewer.sees("StaffLoginScreen")
        await reviewer.goes_back("LoginScreen")
        await reviewer.clicks("#staff")
        await reviewer.logs_in("TEACHER", STAFF_PASSWORD)
        await reviewer.sees("StaffMenuScreen")
        await reviewer.logs_out()
        await reviewer.sees("LoginScreen")
        assert len(reviewer.app.screen_stack) == 1


async def test_a_member_who_is_disabled_is_out_with_the_next_step(demo: School) -> None:
    async with at_work(demo) as reviewer:
        await reviewer.opens_queue()
        row = office_of(demo).staff_accounts.find(CommandLine(), "TEACHER")
        office_of(demo).staff_accounts.disable(CommandLine(), row.id, row.version)
        await reviewer.goes_back("StaffNoticeScreen")
        assert "重新登入" in reviewer.text("#heading")
        await reviewer.presses("enter", then="StaffLoginScreen")


async def test_only_an_administrators_password_ends_the_program(demo: School) -> None:
    async with at_work(demo, "ADMIN") as reviewer:
        await reviewer.presses("ctrl+c", "ctrl+z")
        await reviewer.opens("end", "ConfirmPasswordScreen")
        await reviewer.enters("not-this-password")
        await reviewer.is_told("不正確")
        assert reviewer.app.return_code is None
        await reviewer.enters(STAFF_PASSWORD)
        await until(reviewer.pilot, lambda: reviewer.app.return_code is not None)
        assert reviewer.app.return_code == 0


async def test_another_password_needs_the_present_one(demo: School) -> None:
    async with at_work(demo) as reviewer:
        await reviewer.opens("password", "ConfirmPasswordScreen")
        await reviewer.enters(STAFF_PASSWORD)
        await reviewer.changes_password("seven-green-lanterns")
        await reviewer.opens_queue()  # the session goes on with the new one
