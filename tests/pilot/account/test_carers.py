"""照顧者: a bound parent grants a scope until a day, and revokes it."""

from __future__ import annotations

from datetime import timedelta

from textual.widgets import Input

from kiosk.services.school import School
from kiosk.testing.clock import FakeClock
from tests.builders.applications import made_up_id
from tests.pilot.accounts import PASSWORD, bring_fees, ready, signed_on
from tests.pilot.people import QuickAccountParent

_ID = made_up_id(88)
_CARER = {"name": "陳阿姨", "national_id": _ID, "mobile": "0922333444", "email": "", "last_day": "115年12月31日"}


async def _lets_in(parent: QuickAccountParent, *scopes: str) -> None:
    await parent.opens("carers", "CarersScreen")
    await parent.grants(*scopes, **_CARER)
    assert await parent.answers_notice() == "已新增照顧者"
    await parent.sees("CarersScreen")


async def _carer_signs_on(parent: QuickAccountParent) -> None:
    await parent.logs_in(_CARER["mobile"], _ID[-6:])
    await parent.changes_password("Carers7lights")
    await parent.sees("AccountHomeScreen")


def _items(parent: QuickAccountParent) -> list[str | None]:
    return [button.id for button in parent.app.screen.query("Button.menu-item")]


async def test_a_carer_is_added_sees_the_granted_scope_and_is_revoked(school: School) -> None:
    ready(school)
    bring_fees(school, ("學雜費", "12,300", "115/9/30", "未繳"))
    async with signed_on(school) as parent:
        await _lets_in(parent, "fees")
        assert "繳費資料" in parent.page()
        await parent.goes_back("AccountHomeScreen")
        await parent.signs_off()
        await _carer_signs_on(parent)
        assert parent.text("#children") == "王〇明（科二智）照顧者　到 115年12月31日 為止"
        assert _items(parent) == ["fees", "contact", "consents", "data"]
        await parent.opens("fees", "FeesScreen")
        await parent.reads("學雜費")
        await parent.goes_back("AccountHomeScreen")
        await parent.signs_off()
        await parent.logs_in("flower@example.com", PASSWORD)
        await parent.opens("carers", "CarersScreen")
        await parent.reads("陳〇姨")
        await parent.presses("enter")
        await parent.answers_notice()
        await parent.sees("CarersScreen")
        assert "有效" in parent.page()
        await parent.presses("enter")
        await parent.answers_notice("revoke")
        await parent.reads("已收回")
        await parent.clicks("#revoke")
        await parent.is_told("請先用上下鍵選一位有效的照顧者")
        await parent.goes_back("AccountHomeScreen")
        await parent.signs_off()
        await parent.logs_in(_CARER["mobile"], "Carers7lights")
        await parent.is_told("帳號或密碼不正確")


async def test_a_carers_last_day_ends_during_the_session(school: School, clock: FakeClock) -> None:
    ready(school)
    async with signed_on(school) as parent:
        await _lets_in(parent, "states", "systems")
        await parent.goes_back("AccountHomeScreen")
        await parent.signs_off()
        await _carer_signs_on(parent)
        assert "已開通" in parent.text("#children")
        assert _items(parent) == ["systems", "contact", "consents", "data"]
        clock.set_wall(clock.now() + timedelta(days=130))
        await parent.opens("systems", "SystemsScreen")
        await parent.presses("escape")
        assert await parent.answers_notice() == "請重新登入"
        await parent.sees("LoginScreen")


async def test_each_error_is_shown_at_its_field_and_nothing_typed_is_lost(school: School) -> None:
    ready(school)
    async with signed_on(school) as parent:
        await parent.opens("carers", "CarersScreen")
        await parent.chooses("grant", "AddCarerScreen")
        for changes, words in (
            ({}, "選至少一項要讓照顧者看的"),
            ({"name": ""}, "請填寫這一欄"),
            ({"name": "123"}, "請照身分證件填寫姓名"),
            ({"national_id": "A123456788"}, "身分證字號不對"),
            ({"mobile": "0212345678"}, "請填 09 開頭的 10 個數字"),
            ({"email": "nobody"}, "電子郵件不對"),
            ({"last_day": "明天"}, "請寫成 115年12月31日"),
            ({"last_day": "115年8月31日"}, "這一天已經過了"),
            ({"last_day": "117年1月1日"}, "最多到 366 天後"),
        ):
            typed = _CARER | changes
            await parent.fills_in(**typed)
            await parent.sends()
            await parent.reads(words)
            assert {str(field.id): field.value for field in parent.app.screen.query(Input)} == typed
            if not changes:
                await parent.clicks("#see-states")
        await parent.presses("escape")
        await parent.answers_notice("drop")
        await parent.sees("CarersScreen")
