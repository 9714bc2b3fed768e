"""What stands in a message and what never does; whom staff call, and what they see of mails that failed."""

from __future__ import annotations

import base64
import re
from dataclasses import replace

import pytest

from kiosk.config.sections import SmtpSettings
from kiosk.config.settings import Settings
from kiosk.domain.errors import ChangedMeanwhile
from kiosk.domain.receipt import Receipt
from kiosk.domain.school_calendar import today
from kiosk.services.applications.cases import get_case
from kiosk.services.auth.staff_session import CommandLine, Role
from kiosk.services.messaging import outbox
from kiosk.services.messaging.call_sheet import WhyCall, call_sheet
from kiosk.services.messaging.mail_sender import CLAIM_SECONDS, MailSender, Sent
from kiosk.services.messaging.outbox import MessageKind
from kiosk.services.messaging.outbox_desk import Counts, Outbox
from kiosk.services.messaging.smtp import MailFault
from kiosk.services.school import School
from tests.builders.applications import FATHER, FATHER_ID, MOTHER, MOTHER_ID, made_up_id
from tests.builders.decisions import add_message, approve, clock_of, message, sender, without_email
from tests.builders.mail_server import Mailbox
from tests.builders.school import add_member


@pytest.fixture
def settings(settings: Settings, smtp: SmtpSettings) -> Settings:
    return replace(settings, smtp=smtp)


def outbox_of(school: School, *, with_mail: bool = True) -> Outbox:
    settings = school.settings if with_mail else replace(school.settings, smtp=None)
    return Outbox(school.store, settings)


def send(school: School) -> Sent:
    return MailSender(school.store, school.settings).send_all_due()


def tell_all(school: School, receipt: Receipt, reason: str) -> None:
    """One message of each kind but the end of a binding."""
    approve(school, receipt)
    with school.store.write() as unit:
        settings, case = school.settings, get_case(unit.connection, receipt.application_id)
        outbox.notify_returned(unit, settings, case, {(1, "mobile"): reason, (2, "email"): reason})
        outbox.notify_rejected(unit, settings, case, reason)
        unit.audit("test", "application.decided", case.id)


def everything_in(mail: bytes) -> str:
    """A mail's bytes as they are, and all that is encoded in them."""
    text = mail.decode("ascii")
    words = re.findall(r"=\?utf-8\?b\?([A-Za-z0-9+/=]+)\?=", text, re.IGNORECASE)
    lines = re.findall(r"^[A-Za-z0-9+/=]{4,}$", text.replace("\r", ""), re.MULTILINE)
    decoded = [base64.b64decode(word).decode("utf-8", "replace") for word in words]
    decoded.append(base64.b64decode("".join(lines)).decode("utf-8", "replace"))
    return "\n".join([text, *decoded])


def test_no_mail_holds_an_id_a_number_or_a_whole_name(school: School, mailbox: Mailbox) -> None:
    receipt = sender(school, "110001", 1).both()
    said = f"證號{MOTHER_ID}與{FATHER_ID[:4]} {FATHER_ID[4:]}有誤，末六碼 {MOTHER_ID[-6:]}"
    tell_all(school, receipt, said)
    assert send(school) == Sent(sent=6)
    assert len(mailbox.mails) == 6
    for mail, body in zip(mailbox.mails, mailbox.bodies(), strict=True):
        everything = everything_in(mail)
        assert body.strip() in everything
        for secret in (MOTHER_ID, FATHER_ID, MOTHER_ID[-6:], FATHER_ID[-6:]):
            assert secret not in everything
            assert base64.b64encode(secret.encode()).decode().rstrip("=") not in everything
        for secret in ("0910100200", "0911200300", "劉小花", "王大明", "王小明", "110001"):
            assert secret not in everything
        assert receipt.number in everything


def test_the_worker_is_woken_after_the_commit_and_only_by_a_mail(school: School) -> None:
    receipt, settings, due = sender(school, "110001", 1).one(MOTHER), school.settings, school.mail_due

    def leave_in_the_middle() -> None:
        with school.store.write() as unit:
            outbox.notify_rejected(unit, settings, get_case(unit.connection, receipt.application_id), "x")
            raise ChangedMeanwhile

    with pytest.raises(ChangedMeanwhile):
        leave_in_the_middle()
    with school.store.write() as unit:
        case = get_case(unit.connection, receipt.application_id)
        outbox.notify_rejected(unit, replace(settings, smtp=None), replace(case, version=2), "x")
        unit.audit("test", "application.rejected", receipt.application_id)
    assert not due.is_set()
    with school.store.write() as unit:
        outbox.notify_rejected(unit, settings, case, "x")
        unit.audit("test", "application.rejected", receipt.application_id)
        assert not due.is_set()
    assert due.is_set()


def test_each_parent_gets_their_own_messages(school: School, mailbox: Mailbox) -> None:
    receipt = sender(school, "110001", 1).both()
    tell_all(school, receipt, "請再確認")
    send(school)
    by_address: dict[str, list[str]] = {}
    for recipients, body in zip(mailbox.recipients, mailbox.bodies(), strict=True):
        by_address.setdefault(recipients[0], []).append(body)
    assert {address: len(bodies) for address, bodies in by_address.items()} == {MOTHER.email: 3, FATHER.email: 3}
    assert all("劉〇花 家長您好" in body and "王〇明 同學" in body for body in by_address[MOTHER.email])
    (returned,) = [body for body in by_address[MOTHER.email] if "補正" in body]
    assert "手機：請再確認" in returned
    assert "電子郵件：請再確認" not in returned
    (approved,) = [body for body in by_address[FATHER.email] if "單一身分驗證" in body]
    assert "帳號：您至親子綁定填寫之電子郵件（m***@example.com）" in approved
    assert "身分證統一編號末六碼" in approved
    assert "在 115年10月1日 以前" in approved


def test_headers_and_placeholders_in_a_reason_are_text(school: School, mailbox: Mailbox) -> None:
    receipt = sender(school, "110001", 1).one(MOTHER)
    with school.store.write() as unit:
        case = get_case(unit.connection, receipt.application_id)
        outbox.notify_rejected(unit, school.settings, case, "x\r\nBcc: other@example.com\r\n\r\n{申請編號}\x1b[2J")
        unit.audit("test", "application.rejected", receipt.application_id)
    assert send(school) == Sent(sent=1)
    (mail,) = mailbox.parsed()
    assert mail["Bcc"] is None
    assert mailbox.recipients == [[MOTHER.email]]
    assert "{申請編號}[2J" in mailbox.bodies()[0]


@pytest.mark.both_databases
def test_who_has_no_address_is_called_and_the_other_gets_mail(school: School, mailbox: Mailbox) -> None:
    receipt = sender(school, "110001", 1).both(MOTHER, without_email(FATHER))
    approve(school, receipt)
    assert send(school) == Sent(sent=1)
    registrar, service = add_member(school), outbox_of(school)
    (call,) = service.calls(registrar)
    assert (call.name, call.mobile, call.why, call.number) == (
        "王大明",
        "0911200300",
        WhyCall.NO_EMAIL,
        receipt.number,
    )
    assert (call.kind, call.details, call.class_name) == (
        MessageKind.APPROVED,
        "第一次登入期限 115年10月1日",
        "科二智",
    )
    assert "0911200300" not in repr(call)
    service.called(registrar, call.message_id, call.version)
    assert service.calls(registrar) == ()
    assert service.counts(registrar) == Counts(to_send=0, sent=1, dead_letters=0, to_call=0, called=1)
    with pytest.raises(ChangedMeanwhile) as slower:
        service.called(registrar, call.message_id, call.version)
    assert (slower.value.by, slower.value.what) == ("林老師", "called")


def test_without_a_mail_server_everybody_is_called(school: School) -> None:
    receipt = sender(school, "110001", 1).one(MOTHER)
    with school.store.write() as unit:
        settings = replace(school.settings, smtp=None)
        outbox.notify_rejected(unit, settings, get_case(unit.connection, receipt.application_id), "申請書未簽章")
        unit.audit("test", "application.rejected", receipt.application_id)
    service = outbox_of(school, with_mail=False)
    (call,) = service.calls(CommandLine())
    assert (call.why, call.details) == (WhyCall.NO_MAIL_SERVER, "申請書未簽章")
    assert send(school) == Sent()


def test_mails_that_wait_are_calls_once_the_mail_server_is_taken_away(school: School) -> None:
    receipt = sender(school, "110001", 1).one(MOTHER)
    waiting = add_message(school, receipt.application_id)
    registrar = add_member(school)
    assert outbox_of(school).calls(registrar) == ()
    service = outbox_of(school, with_mail=False)
    (call,) = service.calls(registrar)
    service.called(registrar, call.message_id, call.version)
    assert message(school, waiting).state == "called"
    assert send(school) == Sent()


def test_a_dead_letter_is_seen_and_sent_again_on_request(school: School, mailbox: Mailbox) -> None:
    mailbox.refuse_recipient = lambda _address: "550 no such mailbox"
    receipt = sender(school, "110001", 1).one(MOTHER)
    dead = add_message(school, receipt.application_id)
    assert send(school) == Sent(failed=1)
    registrar, service = add_member(school), outbox_of(school)
    (letter,) = service.dead_letters(registrar)
    assert (letter.email, letter.fault, letter.attempts) == ("f***@example.com", MailFault.REFUSED, 1)
    assert (letter.call.name, letter.call.why, letter.call.details) == (
        "劉小花",
        WhyCall.NOT_DELIVERED,
        "申請書未簽章",
    )
    mailbox.refuse_recipient = lambda _address: None
    service.retry(registrar, dead, letter.call.version)
    assert service.dead_letters(registrar) == ()
    with pytest.raises(ChangedMeanwhile):
        service.retry(registrar, dead, letter.call.version)
    assert send(school) == Sent(sent=1)
    assert (message(school, dead).attempts, len(mailbox.mails)) == (2, 1)


def test_a_dead_letter_may_be_told_by_telephone_instead(school: School, mailbox: Mailbox) -> None:
    mailbox.refuse_recipient = lambda _address: "550 no such mailbox"
    receipt = sender(school, "110001", 1).one(MOTHER)
    dead = add_message(school, receipt.application_id)
    send(school)
    registrar, service = add_member(school), outbox_of(school)
    (letter,) = service.dead_letters(registrar)
    service.called(registrar, dead, letter.call.version)
    assert service.counts(registrar) == Counts(to_send=0, sent=0, dead_letters=0, to_call=0, called=1)


def test_an_expired_claim_is_shown_as_a_dead_letter(school: School) -> None:
    receipt = sender(school, "110001", 1).one(MOTHER)
    lost = add_message(school, receipt.application_id)
    MailSender(school.store, school.settings)._claim(lost)
    registrar, service = add_member(school), outbox_of(school)
    assert service.counts(registrar) == Counts(to_send=1, sent=0, dead_letters=0, to_call=0, called=0)
    clock_of(school).advance(CLAIM_SECONDS)
    (letter,) = service.dead_letters(registrar)
    assert letter.fault is MailFault.UNCERTAIN
    assert service.counts(registrar) == Counts(to_send=0, sent=0, dead_letters=1, to_call=0, called=0)
    service.retry(registrar, lost, letter.call.version)
    assert send(school) == Sent(sent=1)


@pytest.mark.both_databases
def test_lists_come_in_pages_in_order(school: School) -> None:
    receipt = sender(school, "110001", 1).one(MOTHER)
    written = []
    for _place in range(5):
        written.append(add_message(school, receipt.application_id, email=None))
        clock_of(school).advance(1)
    registrar, service = add_member(school), outbox_of(school)
    first = service.calls(registrar, limit=2)
    second = service.calls(registrar, after=first[-1].place, limit=2)
    third = service.calls(registrar, after=second[-1].place, limit=2)
    assert [call.message_id for call in first + second + third] == written
    assert service.calls(registrar, after=third[-1].place) == ()


def test_a_teacher_calls_the_parents_of_their_classes_only(school: School) -> None:
    receipt = sender(school, "110001", 1).one(MOTHER)
    call_id = add_message(school, receipt.application_id, email=None)
    service = outbox_of(school)
    own = add_member(school, Role.HOMEROOM_TEACHER, ["科二智"])
    other = add_member(school, Role.HOMEROOM_TEACHER, ["資二智"], made_up_id(9000002))
    assert [call.message_id for call in service.calls(own)] == [call_id]
    assert (service.calls(other), service.dead_letters(other)) == ((), ())
    assert service.counts(other) == Counts(0, 0, 0, 0, 0)


def test_the_sheet_to_print_says_whom_to_call_and_what_to_say(school: School) -> None:
    receipt = sender(school, "110001", 1).both(without_email(MOTHER), without_email(FATHER))
    tell_all(school, receipt, "與證件不符")
    service = outbox_of(school)
    sheet = call_sheet(service.calls(CommandLine()), "松山工農", today(school.clock))
    assert sheet.startswith("松山工農　親子綁定　待電話通知家長　115年9月1日\n")
    assert sheet.count("[ ] ") == 6
    assert "[ ] 科二智 王小明　家長 劉小花　0910100200" in sheet
    assert f"{receipt.number}　退件補正（沒有電子郵件）\n    手機：與證件不符" in sheet
    assert MOTHER_ID not in sheet
