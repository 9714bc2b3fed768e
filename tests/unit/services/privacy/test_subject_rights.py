"""個資法 §3: what is held on a person, its copy, withdrawing a consent, and asking for deletion, to the end of it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlmodel import SQLModel, col, select

from db.models.applications import Applicant, Application, Consent
from kiosk.config.sections import SmtpSettings
from kiosk.config.settings import Settings
from kiosk.domain.errors import ChangedMeanwhile, Denied, SignInRefused
from kiosk.services.accounts.visible_children import Scope
from kiosk.services.applications.flag_check import compare
from kiosk.services.auth.account_session import AccountSession
from kiosk.services.auth.staff_session import OwnChildRefused
from kiosk.services.messaging.mail_sender import MailSender
from kiosk.services.messaging.redaction import DELETED_NAME
from kiosk.services.office import open_office
from kiosk.services.privacy.subject_access import DataSection, render_copy
from kiosk.services.school import School
from tests.builders.accounts import Families, account_row, messages
from tests.builders.applications import FATHER, MOTHER, MOTHER_ID, TEXT, TODAY, answer
from tests.builders.decisions import approve, clock_of, sender
from tests.builders.documents import pages
from tests.builders.mail_server import Mailbox
from tests.builders.school import CHOSEN, TERMINAL, add_member


@pytest.fixture
def settings(settings: Settings, smtp: SmtpSettings) -> Settings:
    return replace(settings, smtp=smtp)


@pytest.fixture
def holder(school: School) -> AccountSession:
    return Families(school).signed_on()


def test_consents_are_those_behind_the_bindings_with_their_versions(school: School) -> None:
    family = sender(school, "110001", 1)
    mother, _father = approve(school, family.both())
    answer(school, family.visitor, "refuse")
    holder = Families(school).first_sign_on(mother.account_id, "flower@example.com", MOTHER_ID)
    (one,) = school.own_data.consents(holder)
    assert (one.text_name, one.text_version, one.text_sha256) == ("consent", TEXT.source.version, TEXT.source.sha256)
    assert (one.choice, one.can_withdraw, one.student_name) == ("agree", True, "王小明")
    assert "王小明" not in repr(one)


def test_a_withdrawal_is_evidence_and_ends_ones_own_binding_only(school: School) -> None:
    mother, father = approve(school, sender(school, "110001", 1).both())
    families = Families(school)
    holder = families.first_sign_on(mother.account_id, "flower@example.com", MOTHER_ID)
    other = families.first_sign_on(father.account_id, "ming@example.com", FATHER.national_id)
    families.approved(MOTHER)
    given = school.own_data.consents(holder)
    school.own_data.withdraw_consent(holder, given[0].consent_id)
    with school.store.read() as session:
        rows = session.exec(select(Consent).where(Consent.answered_by == "account")).all()
        (row,) = rows
        assert (row.choice, row.account, row.text_sha256) == ("withdraw", holder.account_id, TEXT.source.sha256)
        assert session.get_one(Consent, given[0].consent_id).choice == "agree"
    assert [one.choice for one in school.own_data.consents(holder)] == ["agree", "agree", "withdraw"]
    assert [one.can_withdraw for one in school.own_data.consents(holder)].count(True) == 1
    assert len(school.accounts.children(holder)) == 1
    assert len(school.accounts.children(other)) == 1
    (told,) = messages(school, "binding_ended")
    assert told["reason"] == "家長撤回同意"
    with pytest.raises(Denied):
        school.own_data.withdraw_consent(holder, given[0].consent_id)
    assert compare(school.store).is_right


def test_the_last_withdrawal_closes_the_account(school: School, holder: AccountSession) -> None:
    (one,) = school.own_data.consents(holder)
    school.own_data.withdraw_consent(holder, one.consent_id)
    with pytest.raises(Denied):
        school.own_data.consents(holder)


def test_the_copy_lists_all_personal_data(school: School, holder: AccountSession) -> None:
    families = Families(school, 50)
    student_id = school.accounts.children(holder)[0].student_id
    families.let_in(holder, student_id, serial=60)
    school.accounts.choose_account(holder, "small.flower")
    school.own_data.request_deletion(holder, "不再使用")
    copy = school.own_data.copy(holder)
    found = {section.title: dict(section.lines) for section in copy.sections}
    assert copy.made_on == TODAY
    assert found["帳號"]["姓名"] == "劉小花"
    assert found["帳號"]["身分證字號（末三碼）"] == f"*******{MOTHER_ID[-3:]}"
    assert (found["帳號"]["手機"], found["帳號"]["電子郵件"]) == ("0910100200", "flower@example.com")
    assert found["帳號"]["自訂帳號"] == "small.flower"
    assert "媽媽" in found["親子關係綁定"]["王小明"]
    (application,) = found["申請資料"].values()
    assert "已開通：劉小花，媽媽" in application
    consented = found["同意紀錄"]["115年9月1日"]
    assert consented.startswith(f"同意；{TEXT.source.title} 版本 {TEXT.source.version}")
    assert TEXT.source.sha256[:16] in consented
    assert found["照顧者"]["王小明"].startswith("您讓 劉〇花 看：申請與學生證狀態")
    assert found["刪除申請"]["115年9月1日"] == "待學校處理，不再使用"
    assert found["通知"] == {"115年9月1日": "通過：flower@example.com"}, "not what another of the same name was told"
    assert MOTHER_ID not in str([section.lines for section in copy.sections])
    assert "flower" not in repr(copy)


def test_the_copy_is_printed_with_the_forms_font(school: School, holder: AccountSession) -> None:
    pdf = school.own_data.copy_pdf(holder)
    text = "".join(pages(pdf))
    for expected in (
        "個人資料複製本",
        "劉小花",
        "flower@example.com",
        "親子關係綁定",
        "依個人資料保護法第3條",
        "第1頁",
    ):
        assert expected in text
    assert MOTHER_ID[:7] not in text
    assert pdf == school.own_data.copy_pdf(holder)


def test_nothing_in_a_copy_is_markup_and_it_runs_over_pages() -> None:
    hostile = '#import "x" $ * _ \\ ] 吳𠮷 ' + "w" * 300
    pdf = render_copy([DataSection("帳號", tuple((f"欄{place}", hostile) for place in range(40)))], TODAY, "學校")
    text = "".join(pages(pdf))
    assert '#import"x"' in text
    assert "吳〔U+20BB7〕" in text
    assert len(pages(pdf)) > 1


def test_one_request_at_a_time_and_it_may_be_taken_back(school: School, holder: AccountSession) -> None:
    assert school.own_data.deletion(holder) is None
    with pytest.raises(ChangedMeanwhile):
        school.own_data.take_back_deletion(holder)
    school.own_data.request_deletion(holder, "不再使用")
    with pytest.raises(ChangedMeanwhile):
        school.own_data.request_deletion(holder, "不再使用")
    school.own_data.take_back_deletion(holder)
    school.own_data.request_deletion(holder, "真的不再使用")
    state = school.own_data.deletion(holder)
    assert state is not None
    assert (state.state, state.answer) == ("open", "")


def test_the_registrar_declines_with_a_reason(school: School, holder: AccountSession) -> None:
    school.own_data.request_deletion(holder, "不再使用")
    registrar, service = add_member(school), open_office(school).deletion_requests
    (row,) = service.list(registrar)
    view = service.open(registrar, row.request_id)
    assert (view.reason, view.national_id, view.carers) == ("不再使用", f"*******{MOTHER_ID[-3:]}", 0)
    assert (row.name, row.children) == ("劉小花", ("王小明",))
    with pytest.raises(OwnChildRefused):
        service.decide(
            add_member(school, national_id=MOTHER_ID), row.request_id, row.version, deletes=True, answer="好的"
        )
    service.decide(registrar, row.request_id, row.version, deletes=False, answer="子女仍在學")
    state = school.own_data.deletion(holder)
    assert state is not None
    assert (state.state, state.answer) == ("declined", "子女仍在學")
    assert service.list(registrar) == ()
    with pytest.raises(ChangedMeanwhile) as slower:
        service.decide(registrar, row.request_id, row.version, deletes=True, answer="好的")
    assert (slower.value.by, slower.value.what) == ("林老師", "declined")


def everything(school: School) -> str:
    """Every sealed text of every table, opened, and every other value."""
    found = []
    with school.store.read() as session:
        for name, table in SQLModel.metadata.tables.items():
            for row in session.connection().execute(table.select()).mappings():
                values = dict(row)
                if "sealed" in values:
                    values["sealed"] = school.store.keys.open(name, values["id"], values["sealed"])
                found.append(f"{name}: {values}")
    return "\n".join(found)


@pytest.mark.both_databases
def test_deleted_data_is_gone_from_every_table(school: School, mailbox: Mailbox, holder: AccountSession) -> None:
    families = Families(school, 50)
    families.approved(replace(MOTHER, name="劉小花"))
    school.accounts.choose_account(holder, "small.flower")
    families.let_in(holder, school.accounts.children(holder)[0].student_id, serial=60)
    families.signed_on(FATHER)
    school.own_data.request_deletion(holder, "搬到別的城市")
    school.own_data.take_back_deletion(holder)
    clock_of(school).advance(1)
    school.own_data.request_deletion(holder, "不再使用")
    MailSender(school.store, school.settings).send_all_due()
    registrar, service = add_member(school), open_office(school).deletion_requests
    (row,) = service.list(registrar)
    clock_of(school).advance(60)
    index = account_row(school, holder.account_id).national_id_index
    service.decide(registrar, row.request_id, row.version, deletes=True, answer="依請求刪除")
    MailSender(school.store, school.settings).send_all_due()
    assert sum("依請求刪除" in body for body in mailbox.bodies()) == 2, "one for each binding"
    with pytest.raises(SignInRefused):
        school.sign_in.parent("flower@example.com", CHOSEN, TERMINAL)
    with pytest.raises(Denied):
        school.accounts.children(holder)
    account = account_row(school, holder.account_id)
    assert (account.active, account.name, account.email_index) == (False, DELETED_NAME, None)
    with school.store.read() as session:
        applications = session.exec(select(Application).where(Application.state == "ended")).all()
    assert len(applications) == 2
    for application in applications:
        view = open_office(school).review.open(registrar, application.id)
        assert [(one.name, one.national_id, one.email) for one in view.people] == [(DELETED_NAME, "", None)]
        (bound,) = open_office(school).bindings.list(registrar, application.student_id)
        assert (bound.name, bound.email) == (DELETED_NAME, None)
    left = everything(school)
    assert str(index) not in left
    for personal in (MOTHER_ID, "small.flower", "flower@example.com", "0910100200", "不再使用", "搬到別的城市"):
        assert personal not in left, personal
    assert "ming@example.com" in left
    assert compare(school.store).is_right
    again = families.approved(MOTHER)
    assert (again.account_id == holder.account_id, again.is_new_account) == (False, True)


@pytest.mark.both_databases
def test_data_of_another_parents_binding_is_kept(school: School) -> None:
    receipt = sender(school, "110001", 1).both()
    mother, _father = approve(school, receipt)
    holder = Families(school).first_sign_on(mother.account_id, "flower@example.com", MOTHER_ID)
    school.own_data.request_deletion(holder, "不再使用")
    registrar, service = add_member(school), open_office(school).deletion_requests
    (row,) = service.list(registrar)
    service.decide(registrar, row.request_id, row.version, deletes=True, answer="依請求刪除")
    with school.store.read() as session:
        assert session.get_one(Application, receipt.application_id).state == "approved"
        names = session.exec(select(Applicant.name).order_by(col(Applicant.position))).all()
    assert list(names) == ["劉小花", "王大明"]
    assert account_row(school, mother.account_id).name == DELETED_NAME


def told(school: School, holder: AccountSession) -> str:
    return str([(section.title, section.lines) for section in school.own_data.copy(holder).sections])


def names_her_carer(school: School, parent: AccountSession) -> None:
    """The father lets the mother in as a carer, with an address of his own."""
    school.carers.grant(
        parent,
        school.accounts.children(parent)[0].student_id,
        name=MOTHER.name,
        national_id=MOTHER_ID,
        mobile="0922000009",
        email="stolen@example.com",
        scope=[Scope.SYSTEMS],
        last_day=TODAY,
    )


def test_naming_a_carer_discloses_nothing_about_them(school: School) -> None:
    """A parent knows the ID of the child's other parent, and may sign on first with what they typed of them."""
    families = Families(school)
    parent = families.signed_on(FATHER)
    sender(school, "110001", 1).both()
    names_her_carer(school, parent)
    first = school.sign_in.parent("stolen@example.com", MOTHER_ID[-6:], TERMINAL).holder
    carer = school.sign_in.change_account_password(first, CHOSEN)
    found = told(school, carer)
    assert "stolen@example.com" in found
    assert "系統網址" in found
    assert "請帶身分證件到註冊組查閱" in found
    for hers in ("flower@example.com", "0910100200", "申請資料", "學籍資料上的家長"):
        assert hers not in found, hers


def test_a_reopened_account_shows_nothing_of_its_past(school: School) -> None:
    families = Families(school)
    hers = families.signed_on(MOTHER)
    school.own_data.request_deletion(hers, "搬到別的城市")
    school.accounts.change_mobile(hers, "0922000007")
    school.accounts.end_binding(hers, str(school.accounts.children(hers)[0].binding_id), "轉學")
    clock_of(school).advance(60)
    parent = families.signed_on(FATHER)
    names_her_carer(school, parent)
    carer = families.first_sign_on(hers.account_id, "stolen@example.com", MOTHER_ID)
    assert school.own_data.consents(carer) == ()
    assert school.own_data.deletion(carer) is None
    with pytest.raises(ChangedMeanwhile):
        school.own_data.take_back_deletion(carer)
    for before in ("搬到別的城市", "0922000007", "flower@example.com", "轉學"):
        assert before not in told(school, carer), before
