"""同意紀錄 and 我的個人資料: agreed to and taken back; held, printed, and deleted where the school decides so."""

from __future__ import annotations

import pytest
from sqlmodel import select

from db.models.accounts import ParentAccount
from db.models.applications import Consent
from kiosk.demo.family_visits import DEMO_PASSWORD
from kiosk.demo.parent_accounts import demo_account_logins
from kiosk.services.school import School
from kiosk.testing.person import until
from tests.pilot.accounts import PARENT, ready, signed_on
from tests.pilot.people import STAFF_PASSWORD, account_parent_at, at_work

_ASKING = demo_account_logins()[0].account
"""Whose request to delete waits in the invented school."""


async def test_a_consent_is_shown_with_its_version_and_taken_back(school: School) -> None:
    ready(school)
    async with signed_on(school) as parent:
        await parent.opens("consents", "ConsentsScreen")
        await until(parent.pilot, lambda: "可以撤回" in parent.text("#details"))
        with school.store.read() as session:
            given = session.exec(select(Consent)).one()
        assert given.text_sha256[:16] in parent.text("#details")
        assert given.text_version in parent.page()
        await parent.clicks("#withdraw")
        await parent.answers_notice("keep")
        await parent.sees("ConsentsScreen")
        await parent.clicks("#withdraw", then="AccountNoticeScreen")
        assert "帳號也會關閉" in parent.page()
        await parent.clicks("#withdraw")
        assert await parent.answers_notice() == "已撤回同意"
        await parent.sees("LoginScreen")
    with school.store.read() as session:
        assert sorted(session.exec(select(Consent.choice)).all()) == ["agree", "withdraw"]


async def test_what_is_held_is_shown_and_printed_without_a_name_in_the_jobs_title(
    school: School, monkeypatch: pytest.MonkeyPatch
) -> None:
    ready(school)
    printed: list[tuple[str, bytes, str]] = []
    monkeypatch.setattr("kiosk.flows.account_menu.send_to_printer", lambda *job: printed.append(job))
    async with signed_on(school) as parent:
        await parent.opens("data", "OwnDataScreen")
        shown = "".join(parent.text(f"#{part.id}") for part in parent.app.screen.query("#aware"))
        assert "請留意旁人" in shown
        assert PARENT.name in parent.page()
        assert PARENT.national_id not in parent.page()
        await parent.presses("enter")
        assert await parent.answers_notice() == "沒有印出來"
        await parent.sees("OwnDataScreen")
        object.__setattr__(school.settings, "printer", "lobby")
        await parent.presses("enter")
        assert await parent.answers_notice() == "正在列印"
        await parent.sees("OwnDataScreen")
    ((printer, pdf, title),) = printed
    assert (printer, pdf[:5]) == ("lobby", b"%PDF-")
    assert title == "kiosk own data"


async def test_a_deletion_is_asked_for_and_taken_back(school: School) -> None:
    ready(school)
    async with signed_on(school) as parent:
        await parent.opens("data", "OwnDataScreen")
        await parent.chooses("delete", "RequestDeletionScreen")
        await parent.presses("enter")
        await until(parent.pilot, lambda: parent.app.screen.query(".wrong"))
        await parent.fills_in(reason="孩子轉學了")
        await parent.presses("enter")
        assert await parent.answers_notice() == "已送出申請"
        await parent.sees("OwnDataScreen")
        assert "等學校註冊組決定" in parent.text("#deletion")
        await parent.clicks("#take_back")
        assert await parent.answers_notice() == "已取回"
        await parent.sees("OwnDataScreen")
        assert "您已經取回" in parent.text("#deletion")


async def test_the_registrar_declines_with_words_the_parent_reads(demo: School) -> None:
    async with at_work(demo, "REGISTRAR", (80, 24)) as reviewer:
        await reviewer.opens("deletions", "DeletionRequestsScreen")
        await reviewer.sees_rows()
        await reviewer.presses("enter", then="DeletionRequestScreen")
        assert "孩子要轉學了" in reviewer.text("#reason-given")
        await reviewer.clicks("#decline", then="ReasonScreen")
        await reviewer.goes_back("DeletionRequestsScreen")
        await reviewer.presses("enter", then="DeletionRequestScreen")
        await reviewer.clicks("#decline", then="ReasonScreen")
        await reviewer.types("學期中仍須保存")
        await reviewer.presses("enter", "enter", then="StaffMenuScreen")
        assert not reviewer.app.screen.query("#deletions")
    async with account_parent_at(demo) as parent:
        await parent.logs_in(_ASKING, DEMO_PASSWORD)
        await parent.opens("data", "OwnDataScreen")
        assert "學校沒有刪除：學期中仍須保存" in parent.text("#deletion")


async def test_what_the_registrar_deletes_is_gone_after_the_password_once_more(demo: School) -> None:
    async with at_work(demo, "REGISTRAR") as reviewer:
        await reviewer.opens("deletions", "DeletionRequestsScreen")
        await reviewer.sees_rows()
        await reviewer.presses("enter", then="DeletionRequestScreen")
        await reviewer.clicks("#delete", then="ConfirmPasswordScreen")
        await reviewer.enters(STAFF_PASSWORD, then="ReasonScreen")
        await reviewer.enters("依申請刪除", then="StaffMenuScreen")
    with demo.store.read() as session:
        assert "（已刪除）" in session.exec(select(ParentAccount.name)).all()
    async with account_parent_at(demo) as parent:
        await parent.logs_in(_ASKING, DEMO_PASSWORD)
        await parent.is_told("帳號或密碼不正確")


async def test_a_request_of_an_account_without_a_child_is_not_decided_unseen(demo: School) -> None:
    carer = demo.sign_in.parent(demo_account_logins()[2].account, DEMO_PASSWORD, "kiosk-1").holder
    demo.own_data.request_deletion(carer, "不用了")
    async with at_work(demo, "REGISTRAR", (60, 20)) as reviewer:
        await reviewer.opens("deletions", "DeletionRequestsScreen")
        await reviewer.sees_rows()
        await reviewer.presses("enter", then="DeletionRequestScreen")
        assert not reviewer.app.screen.query("#who")
        await reviewer.goes_back("DeletionRequestsScreen")
        await reviewer.presses("down", "enter", then="DeletionRequestScreen")
        assert "不用了" in reviewer.text("#reason-given")
        assert "請先確認是本人申請" in reviewer.text("#who")
