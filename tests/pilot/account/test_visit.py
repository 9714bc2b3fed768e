"""家長帳號登入: from the approval to the menu, each refusal and each way back."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlmodel import select
from textual.widgets import Button, Input

from db.models.accounts import Binding
from db.models.audit import AuditEntry
from kiosk.screens.account.contact import MobileScreen
from kiosk.screens.base.kiosk_screen import Nav
from kiosk.screens.base.step import Step
from kiosk.services.school import School
from kiosk.testing.person import until
from tests.builders.accounts import Families, invented_parent
from tests.builders.school import TERMINAL
from tests.pilot.accounts import FIRST, PARENT, PASSWORD, approved, bring_fees, ready, signed_on
from tests.pilot.people import QuickAccountParent, account_parent_at
from tests.pilot.slow_service import Slow

_NEW = "Second-Rain-2"
_REFUSED = "帳號或密碼不正確，請檢查後再試一次。"


def _count(school: School, action: str) -> int:
    with school.store.read() as session:
        return len(session.exec(select(AuditEntry.seq).where(AuditEntry.action == action)).all())


async def test_from_the_first_password_to_the_menu(school: School) -> None:
    """T16: back, Esc, a held Enter and another login all end at the forced change."""
    approved(school)
    async with account_parent_at(school) as parent:
        for _time in range(2):
            await parent.logs_in(PARENT.email, FIRST)
            await parent.sees("AccountPasswordScreen")
            assert "王〇明" not in parent.page()
            await parent.goes_back("LoginScreen")
        await parent.logs_in(PARENT.email, FIRST)
        await parent.sees("AccountPasswordScreen")
        await parent.presses("enter")
        for new, again, words in (
            ("Harbour8lights", PASSWORD, "兩次輸入的密碼不同"),
            (FIRST, FIRST, "密碼至少要 9 個字"),
        ):
            await parent.fills_in(new=new, again=again)
            await parent.clicks("#send")
            await parent.reads(words)
            assert parent.screen == "AccountPasswordScreen"
        await parent.fills_in(new=PASSWORD, again=PASSWORD)
        await parent.clicks("#send", then="AccountHomeScreen")
        assert "王〇明（科二智）媽媽　申請 115-000-0001-5 已開通　簽署 0/2　學生證 未填答" in parent.text("#children")
        items = [button.id for button in parent.app.screen.query("Button.menu-item")]
        assert items == ["systems", "fees", "contact", "bindings", "carers", "consents", "data"]
        await parent.signs_off()
        await parent.logs_in(PARENT.mobile, PASSWORD)
        await parent.sees("AccountHomeScreen")


async def test_every_refusal_has_the_same_words_and_keeps_the_typed_account(school: School) -> None:
    """Also that of a carer whose last day is over; and without mail, a forgotten password leads to the desk."""
    families = Families(school)
    families.expired_carer("0922333444", families.approved(PARENT).account_id)
    async with account_parent_at(school) as parent:
        await parent.clicks("#holder", then="AccountLoginScreen")
        said = parent.page()
        for words in (
            "家長帳號登入（本校服務站）",
            "臺北市校園單一身分驗證另外開通，使用它自己的密碼",
            "自訂帳號、電子郵件或手機號碼（兩人共用的不能用）",
            "沒有「記住我」：這台機器大家共用",
            "忘記帳號、密碼",
        ):
            assert words in said
        await parent.forgets()
        await parent.sees("AccountNoticeScreen")
        assert "請帶身分證件到服務台" in "".join(parent.words())
        await parent.presses("enter", then="AccountLoginScreen")
        await parent.goes_back("LoginScreen")
        for account, password in (
            ("nobody@example.com", "Wrong7password"),
            (PARENT.email, "Wrong7password"),
            (PARENT.mobile, "Wrong7password"),
            ("0922333444", "000000"),
        ):
            await parent.logs_in(account, password)
            await until(parent.pilot, lambda: parent.text("#message") == _REFUSED)
            assert [field.value for field in parent.app.screen.query(Input)] == [account, ""]
            await parent.presses("escape")
            await parent.answers_notice("drop")
            await parent.sees("LoginScreen")


async def test_a_shared_mobile_is_no_login_and_the_account_says_so(school: School) -> None:
    families = ready(school)
    families.approved(replace(invented_parent(31), mobile=PARENT.mobile))
    async with signed_on(school) as parent:
        await parent.opens("contact", "ContactScreen")
        assert "（也登記在別的家長帳號，不能用來登入）" in parent.page()
        await parent.goes_back("AccountHomeScreen")
        await parent.signs_off()
        await parent.logs_in(PARENT.mobile, PASSWORD)
        await until(parent.pilot, lambda: parent.text("#message") == _REFUSED)


async def test_two_enters_log_in_once_and_send_a_form_once(school: School, monkeypatch: pytest.MonkeyPatch) -> None:
    ready(school)
    log_in, change = Slow(school.sign_in.parent), Slow(school.accounts.change_mobile)
    monkeypatch.setattr(school.sign_in, "parent", log_in)
    monkeypatch.setattr(school.accounts, "change_mobile", change)
    async with account_parent_at(school) as parent:
        await parent.enters_from_lobby()
        await parent.fills_in(account=PARENT.email, password=PASSWORD)
        await parent.presses("enter", "enter", "enter")
        await log_in.answer(parent.pilot)
        await parent.opens("contact", "ContactScreen")
        await parent.chooses("mobile", "MobileScreen")
        await parent.fills_in(mobile="0933444555")
        await parent.presses("enter", "enter")
        await change.answer(parent.pilot)
        await parent.answers_notice()
        await parent.sees("ContactScreen")
        assert "*******555" in parent.page()
    assert _count(school, "account.mobile_changed") == 1


async def test_an_enter_between_the_answer_and_its_end_sends_nothing_again(
    school: School, monkeypatch: pytest.MonkeyPatch
) -> None:
    ready(school)

    def finish(screen: MobileScreen, result: str | Nav) -> None:
        Step.finish(screen, result)
        screen.call_later(screen.send)

    monkeypatch.setattr(MobileScreen, "finish", finish)
    async with signed_on(school) as parent:
        await parent.opens("contact", "ContactScreen")
        await parent.chooses("mobile", "MobileScreen")
        await parent.fills_in(mobile="0933444555")
        await parent.presses("enter")
        assert await parent.answers_notice() == "已更改"
        await parent.sees("ContactScreen")
    assert _count(school, "account.mobile_changed") == 1


async def test_a_self_chosen_account_is_chosen_used_and_removed(school: School) -> None:
    ready(school)
    async with signed_on(school) as parent:
        await parent.opens("contact", "ContactScreen")
        await parent.chooses("account", "ChosenAccountScreen")
        for wrong, words in (
            ("short", "6 到 32 個字"),
            ("a@example.com", "不能有 @"),
            ("0910100200", "不能是手機號碼"),
            ("2flowers", "英文字母開頭"),
            (PARENT.national_id, "身分證字號"),
        ):
            await parent.fills_in(account=wrong)
            await parent.presses("enter")
            await until(parent.pilot, lambda words=words: words in str(_subtitle(parent)))  # type: ignore[misc]
            assert parent.app.screen.query_one("#account", Input).value == wrong
        await parent.fills_in(account="flower.lin")
        await parent.presses("enter")
        assert await parent.answers_notice() == "已更改"
        await parent.sees("ContactScreen")
        await parent.goes_back("AccountHomeScreen")
        await parent.signs_off()
        await parent.logs_in("FLOWER.LIN", PASSWORD)
        await parent.opens("contact", "ContactScreen")
        await parent.chooses("account", "ChosenAccountScreen")
        await parent.clicks("#without")
        await parent.answers_notice()
        await parent.sees("ContactScreen")
        assert "還沒有設定" in parent.page()


def _subtitle(parent: QuickAccountParent) -> str | None:
    return parent.app.screen.query_one("#account", Input).border_subtitle


@pytest.mark.parametrize("size", [(80, 24), (60, 20)])
async def test_fees_are_shown_below_the_guides_notice_and_cannot_be_paid_here(
    school: School, size: tuple[int, int]
) -> None:
    ready(school)
    bring_fees(school, ("學雜費", "12,300", "115/9/30", "未繳"), ("平安保險費", "200", "2026-09-30", "已繳"))
    async with signed_on(school, size) as parent:
        await parent.opens("fees", "FeesScreen")
        await parent.reads("學雜費")
        said = parent.page()
        assert "但因本學期繳費四聯單以全面印製完畢，故本學期繳費單仍以紙本四聯單為主。" in parent.text("#notice")
        assert [line.split()[-4:] for line in said.split("\n") if "元" in line] == [
            ["12,300", "元", "115年9月30日", "未繳"],
            ["200", "元", "115年9月30日", "已繳"],
        ]
        assert not set("█▀▄") & set(said)
        await parent.goes_back("AccountHomeScreen")


async def test_what_the_school_does_not_offer_is_said_and_an_ended_binding_ends_the_session(school: School) -> None:
    """No list of fees and no mail; and what was typed is not lost unasked."""
    ready(school)
    async with signed_on(school) as parent:
        await parent.opens("fees", "FeesScreen")
        assert "學校沒有提供繳費清單" in parent.text("#none")
        await parent.goes_back("AccountHomeScreen")
        await parent.opens("contact", "ContactScreen")
        await parent.chooses("email", "AccountNoticeScreen")
        assert await parent.answers_notice() == "不能在這裡更改"
        await parent.sees("ContactScreen")
        await parent.chooses("mobile", "MobileScreen")
        await parent.fills_in(mobile="12")
        await parent.presses("enter")
        await until(parent.pilot, lambda: parent.app.screen.query(".wrong"))
        await parent.presses("escape")
        await parent.answers_notice("stay")
        await parent.sees("MobileScreen")
        assert parent.app.screen.query_one("#mobile", Input).value == "12"
        await parent.presses("escape")
        await parent.answers_notice("drop")
        await parent.sees("ContactScreen")
        await parent.goes_back("AccountHomeScreen")
        with school.store.write() as unit:
            for binding in unit.session.exec(select(Binding)):
                binding.state = "ended"
            unit.audit("test", "test.ended", "school")
        await parent.opens("systems", "SystemsScreen")
        await parent.presses("escape")
        assert await parent.answers_notice() == "請重新登入"
        await parent.sees("LoginScreen")


async def test_a_new_password_needs_the_present_one_and_the_session_goes_on(school: School) -> None:
    ready(school)
    async with signed_on(school) as parent:
        await parent.opens("contact", "ContactScreen")
        await parent.chooses("password", "PresentPasswordScreen")
        await parent.confirms_password(PASSWORD.lower())
        await parent.is_told("帳號或密碼不正確")
        assert parent.app.screen.query_one("#password", Input).value == ""
        await parent.confirms_password(PASSWORD)
        await parent.sees("AccountPasswordScreen")
        assert "第一次登入" not in parent.text("#heading")
        assert str(parent.app.screen.query_one("#back", Button).label) == "返回"
        await parent.goes_back("ContactScreen")
        await parent.chooses("password", "PresentPasswordScreen")
        await parent.confirms_password(PASSWORD)
        await parent.changes_password(_NEW)
        assert await parent.answers_notice() == "已更改"
        await parent.sees("ContactScreen")
        await parent.goes_back("AccountHomeScreen")
        await parent.signs_off()
    assert not school.sign_in.parent(PARENT.email, _NEW, TERMINAL).must_change


async def test_a_binding_is_ended_by_its_own_parent_and_the_last_one_closes_the_account(school: School) -> None:
    ready(school)
    async with signed_on(school) as parent:
        await parent.opens("bindings", "ChildScreen")
        await parent.chooses("end", "EndBindingScreen")
        assert "最後一位子女，帳號也會關閉" in parent.text("#what-follows")
        await parent.presses("enter")
        assert parent.screen == "EndBindingScreen"
        await parent.fills_in(reason="搬家")
        await parent.presses("enter")
        assert await parent.answers_notice() == "已終止綁定"
        await parent.sees("LoginScreen")
        await parent.logs_in(PARENT.email, PASSWORD)
        await until(parent.pilot, lambda: parent.text("#message") == _REFUSED)
    assert _count(school, "binding.ended_by_parent") == 1
