"""A whole day of the school: forty parents apply, the teacher and the registrar decide, the parents hear of it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from sqlmodel import col, select
from textual.widgets import Button

from db.audit import verify
from db.keyring import IndexColumn
from db.models.accounts import Binding, ParentAccount
from db.models.applications import Applicant
from db.models.school import Student
from kiosk.demo.family_visits import DEMO_PASSWORD
from kiosk.domain.application_form import Basis, Mode
from kiosk.runtime import mail_worker
from kiosk.services.applications.flag_check import compare
from kiosk.services.messaging.outbox import MessageState
from kiosk.testing.clock import FakeClock
from tests.pilot.day import FIRST_STAFF_PASSWORD, Day, opened_day
from tests.pilot.people import STAFF_PASSWORD, QuickParent, parent_at, reviewer_at

MORNING, SECOND_CHILD = "110001", "110031"
"""Two children of one mother, in two classes."""
MISTYPED, MISREPORTED, CONTRADICTED, UNREACHED = "110002", "110003", "110004", "110005"
"""A mobile with a slip in it; a wrong class on file; father and mother apart; a mail address that bounces."""
GIVEN_UP, TOGETHER = "110006", "110007"
"""Taken back while the teacher decides; father and mother together."""
QUIET = [f"{number}" for number in (*range(110009, 110031), *range(110032, 110041))]
"""Families that nothing happens to; 110008 is of full age and consents for themself, another day."""
_HOUR = 3600


@pytest.fixture(autouse=True)
def _short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mail_worker, "PAUSE_SECONDS", 0.05)


async def test_a_whole_day(tmp_path: Path, clock: FakeClock) -> None:
    with opened_day(tmp_path / "home", clock) as day:
        await _parents_at_the_kiosk(day)
        _parents_elsewhere(day)
        _assert_forty_parents_applied(day)
        clock.advance(_HOUR)
        await _the_teacher_decides(day)
        clock.advance(_HOUR)
        await _a_parent_corrects(day)
        await _the_registrar_decides(day)
        clock.advance(_HOUR)
        await _the_teacher_comes_back(day)
        await _parents_see_what_became_of_it(day)
        _assert_one_account_a_person(day)
        _assert_one_mail_a_decision_and_no_number_in_any(day)
        assert compare(day.school.store).is_right
        with day.school.store.read() as session:
            assert verify(session.connection(), day.school.store.keys).broken_at is None


async def _parents_at_the_kiosk(day: Day) -> None:
    """A mother of two, one with a slip in her mobile, and a father who finds his child in the wrong class."""
    async with parent_at(day.school) as parent:
        mother = day.mother(MORNING)
        await _begins_to_apply(parent, day, MORNING)
        await parent.chooses_mode()
        await parent.fills_in(*mother)
        await parent.sends()
        await _proves_address(parent, day, mother[4])
        await parent.applies_for_another()
        await _begins_to_apply(parent, day, SECOND_CHILD)
        await parent.gives_id(mother[2])
        await parent.sees("ApplicantFormScreen")
        await parent.clicks("#send")
        await parent.sends()
        await parent.sees("ReceiptScreen")
        await parent.logs_out()

        name, relation, national_id, _mobile, email = day.mother(MISTYPED)
        await _begins_to_apply(parent, day, MISTYPED)
        await parent.chooses_mode()
        await parent.fills_in(name, relation, national_id, "0900111222", email)
        await parent.sends()
        await _proves_address(parent, day, email)
        await parent.logs_out()

        await parent.logs_in(f"P{MISREPORTED}", day.people[MISREPORTED]["身分證字號"])
        await parent.changes_password(DEMO_PASSWORD)
        await parent.reports_errors({"class_name": "科一仁", "name": "王曉明"})
        await parent.opens("apply", "ConsentScreen")
        await parent.consents()
        await parent.chooses_mode()
        await parent.fills_in(*day.mother(MISREPORTED))
        await parent.sends()
        await _proves_address(parent, day, day.mother(MISREPORTED)[4])
        assert "註冊組" in parent.text("#receipt-text")
        await parent.logs_out()


async def _begins_to_apply(parent: QuickParent, day: Day, number: str) -> None:
    """A student's first login, as far as the answer to the consent."""
    await parent.logs_in(f"P{number}", day.people[number]["身分證字號"])
    await parent.changes_password(DEMO_PASSWORD)
    await parent.confirms()
    await parent.opens("apply", "ConsentScreen")
    await parent.consents()


async def _proves_address(parent: QuickParent, day: Day, email: str) -> None:
    """Read the code in the mail and type it in, as far as the receipt."""
    await parent.sees("EmailCodeScreen")
    await parent.is_told("信已寄出")
    await parent.enters_code(day.code_for(email))
    await parent.sees("ReceiptScreen")
    assert "信箱已驗證" in parent.text("#receipt-text")


def _parents_elsewhere(day: Day) -> None:
    """The other families, at other kiosks."""
    visits = day.visits
    for relation in ("父親", "母親"):
        visits.applies(CONTRADICTED, Mode.ONE_PARENT, Basis.PARENTS, (relation,))
    visits.applies(UNREACHED, Mode.ONE_PARENT, Basis.PARENTS, ("母親",))
    visits.applies(GIVEN_UP, Mode.ONE_PARENT, Basis.PARENTS, ("母親",))
    visits.applies(TOGETHER, Mode.TWO_PARENTS, Basis.PARENTS, ("父親", "母親"))
    for place, number in enumerate(QUIET):
        visits.applies(number, Mode.ONE_PARENT, Basis.PARENTS, ("母親" if place % 8 else "父親",))


def _assert_forty_parents_applied(day: Day) -> None:
    with day.school.store.read() as session:
        people = session.exec(select(Applicant.national_id_index)).all()
    assert len(set(people)) == 40
    assert len(people) == 41, "the mother of two stands on two"


async def _the_teacher_decides(day: Day) -> None:
    """The first login, the signed forms, two sent back, the rest in bulk."""
    async with reviewer_at(day.school) as teacher:
        await teacher.logs_in("TEACHER", FIRST_STAFF_PASSWORD)
        await teacher.changes_password(STAFF_PASSWORD)
        await teacher.opens_queue()
        everybody = await teacher.sees_rows()
        assert {words[1] for words in everybody} == {"科一智"}
        for number in (MORNING, MISTYPED):
            await teacher.opens_application(day.application(number).receipt_token)  # scanned off the form
            await teacher.receives_form()
            await teacher.goes_back("QueueScreen")
        day.other_forms_come_in("TEACHER", "科一智")

        await teacher.opens_application(MISTYPED)
        assert any("手機" in line and "不同" in line for line in teacher.words())
        await teacher.returns({"mobile": "與簽章申請書上寫的不同，請再核對一次。"})
        await teacher.opens_application(UNREACHED)
        national_id = day.mother(UNREACHED)[2]
        await teacher.returns({"email": f"信寄不到，已與{national_id}本人通話確認，請換一個。"})

        await teacher.searches("")
        ready = await teacher.opens_bulk()
        assert "不能通過 3 件，要看一下 0 件" in teacher.text("#summary")
        assert len(ready) == len(everybody) - 2 - 3, "two sent back, three wait for the registrar"
        await teacher.enters("Harbour7lights-stuff")
        await teacher.is_told("不正確")
        day.take_back(GIVEN_UP)
        results = {words[0]: words[-1] for words in await teacher.confirms_bulk(STAFF_PASSWORD)}
        assert teacher.text("#message") == "", "nothing is wrong any more"
        failed = day.application(GIVEN_UP).number
        assert results.pop(failed) == "家長或同事已先處理（撤回申請）"
        assert set(results.values()) == {"已通過"}
        assert f"已通過 {len(ready) - 1} 件" in teacher.text("#summary")
        await teacher.logs_out()
        await day.all_mails_gone(teacher)


async def _a_parent_corrects(day: Day) -> None:
    """The mail says where; only the field that was sent back is asked for."""
    async with parent_at(day.school) as parent:
        await parent.logs_in(f"P{MISTYPED}", DEMO_PASSWORD)
        await parent.sees("MenuScreen")
        assert "退件補正" in parent.text("#states")
        button = str(parent.app.screen.query_one("#correct", Button).label)
        mail = day.last_mail_to(day.mother(MISTYPED)[4])
        assert f"「{button}」" in mail, "the mail names the button that leads there"
        assert "手機：與簽章申請書上寫的不同" in mail
        _name, _relation, national_id, mobile, _email = day.mother(MISTYPED)
        await parent.opens_returned(national_id)
        assert any("退回原因：與簽章申請書上寫的不同" in line for line in parent.words())
        assert await parent.corrects({"mobile": mobile}) == ("mobile",)
        assert await parent.answers_notice() == "補正已送出"
        await parent.sees("MenuScreen")
        assert "審核中" in parent.text("#states")
        await parent.logs_out()


async def _the_registrar_decides(day: Day) -> None:
    """The report, the two that contradict, and the class that has no teacher."""
    async with reviewer_at(day.school) as registrar:
        await registrar.logs_in("REGISTRAR", FIRST_STAFF_PASSWORD)
        await registrar.changes_password(STAFF_PASSWORD)
        await registrar.opens("error-reports", "ErrorReportsScreen")
        await registrar.opens_report(MISREPORTED)
        await registrar.decides_report({"class_name": "科一仁"}, {"name": "請攜帶戶籍謄本正本到註冊組。"})
        await registrar.goes_back("StaffMenuScreen")

        await registrar.opens_queue()
        await registrar.opens_application(day.application(CONTRADICTED, "媽媽").number)
        await registrar.settles_conflict()
        assert "已處理申請衝突" in registrar.text("#message")
        await registrar.goes_back("QueueScreen")

        day.other_forms_come_in("REGISTRAR", "科一仁")
        await registrar.searches("")
        await registrar.chooses_class("沒有導師的班級")
        results = await registrar.approves_many(STAFF_PASSWORD)
        of_the_class = [number for number in QUIET if int(number) > int(SECOND_CHILD)]
        expected = [SECOND_CHILD, MISREPORTED, *of_the_class]
        assert sorted(words[0] for words in results) == sorted(day.application(number).number for number in expected)
        assert {words[-1] for words in results} == {"已通過"}
        await registrar.logs_out()
        await day.all_mails_gone(registrar)


async def _the_teacher_comes_back(day: Day) -> None:
    """What was corrected, and what the registrar let go on; then whom to call."""
    async with reviewer_at(day.school) as teacher:
        await teacher.logs_in("TEACHER", STAFF_PASSWORD)
        await teacher.opens_queue()
        await teacher.opens_application(MISTYPED)
        await teacher.approves()
        await teacher.opens_application(day.application(CONTRADICTED, "媽媽").number)
        await teacher.approves()
        assert await teacher.chooses_state("under_review") == []
        await teacher.goes_back("StaffMenuScreen")
        await teacher.opens("calls", "CallsScreen")
        to_call = await teacher.sees_rows()
        assert {words[-1] for words in to_call} == {"沒有電子郵件"}
        fathers = [day.father(number)[0] for number in (CONTRADICTED, TOGETHER, *QUIET[::8]) if number < SECOND_CHILD]
        assert sorted(words[3] for words in to_call) == sorted(fathers)
        await teacher.logs_out()
        await day.all_mails_gone(teacher)


async def _parents_see_what_became_of_it(day: Day) -> None:
    async with parent_at(day.school) as parent:
        await parent.logs_in(f"P{MISREPORTED}", DEMO_PASSWORD)
        await parent.sees("MenuScreen")
        answer = parent.text("#outcomes")
        assert "班級　已更正為 科一仁" in answer
        assert "姓名　未更正：請攜帶戶籍謄本正本到註冊組。" in answer
        await parent.confirms()
        assert not parent.app.screen.query("#outcomes")
        await parent.logs_out()
        states = {MORNING: "已開通", MISTYPED: "已開通", UNREACHED: "退件補正", GIVEN_UP: "已撤回"}
        for number, state in states.items():
            await parent.logs_in(f"P{number}", DEMO_PASSWORD)
            await parent.sees("MenuScreen")
            assert f"親子帳號 {state}" in parent.text("#states")
            await parent.logs_out()


def _assert_one_account_a_person(day: Day) -> None:
    """Everybody who was approved has one account; the mother of two has two children on it."""
    keys = day.school.store.keys
    mother = keys.index(IndexColumn.NATIONAL_ID, day.mother(MORNING)[2])
    with day.school.store.read() as session:
        accounts = session.exec(select(ParentAccount)).all()
        bound = session.exec(
            select(Binding.state, Student.student_number)
            .join(ParentAccount, col(ParentAccount.id) == col(Binding.parent_account_id))
            .join(Student, col(Student.id) == col(Binding.student_id))
            .where(ParentAccount.national_id_index == mother)
        ).all()
        bindings = session.exec(select(Binding.id)).all()
    assert sorted(tuple(row) for row in bound) == [("active", MORNING), ("active", SECOND_CHILD)]
    assert len(accounts) == 40 - 3, "one waits to be corrected, one was taken back, one was refused"
    assert len(bindings) == len(accounts) + 1


def _assert_one_mail_a_decision_and_no_number_in_any(day: Day) -> None:
    decided, arrived = day.decisions(), day.mails_of_decisions()
    assert len(decided) > 30
    assert arrived == decided
    assert set(decided.values()) == {1}
    assert day.mails_in(MessageState.FAILED) == 0
    numbers = [value for row in day.people.values() for key, value in row.items() if key.endswith("身分證字號")]
    first_passwords = re.compile("|".join(number[-6:] for number in numbers))
    for mail in day.mailbox.parsed():
        headers, body = "\n".join(map(str, mail.values())), str(mail.get_content())
        assert not re.search(r"[A-Z][1289][0-9]{8}", headers + body)
        if "驗證碼" not in str(mail["Subject"]):  # its six digits are no part of anybody's number
            assert not first_passwords.search(f"{mail['Subject']}\n{body}")
