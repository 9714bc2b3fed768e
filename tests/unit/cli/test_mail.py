"""``mail`` and what the ``doctor`` says of its texts, at the command line."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from kiosk.config.sections import SmtpSettings
from kiosk.services.auth.staff_session import Role
from kiosk.services.review.decisions import Review
from tests.builders.mail_server import Mailbox, mail_server
from tests.builders.reviews import mother_of, open_review_school
from tests.unit.cli.conftest import Command

MOTHER = mother_of(0)


def _refused(home: Path, smtp: SmtpSettings | None = None) -> str:
    """A mother's application is refused, an hour ago, and she is to be told; gives its number."""
    opened = open_review_school(home, None)
    opened.clock.set_wall(datetime.now(UTC) - timedelta(hours=1))  # the command line goes by the machine's clock
    registrar = opened.add_staff("REGISTRAR", Role.REGISTRAR)
    application_id = opened.apply(0)
    review = Review(opened.school.store, replace(opened.school.settings, smtp=smtp), opened.clock)
    review.reject(registrar, application_id, opened.version(application_id), "家長來電表示不申請。")
    number = opened.row(application_id).number
    opened.school.close()
    if smtp is not None:
        _set_mail(home, smtp.port)
    return number


def _set_mail(home: Path, port: int) -> None:
    lines = ("[smtp]", 'host = "localhost"', f"port = {port}", 'security = "none"', 'sender = "school@example.com"')
    (home / "kiosk.toml").write_text("\n".join(lines), "utf-8")


def test_without_a_mail_server_there_is_a_list_to_print(home: Path, command: Command) -> None:
    number = _refused(home)
    assert "mail calls" in command.refuses("mail", "send")
    sheet = command.prints("mail", "calls")
    assert f"{MOTHER.name}　{MOTHER.mobile}" in sheet
    assert f"{number}　不通過（沒有設定寄信）" in sheet
    assert "家長來電表示不申請。" in sheet
    assert "[ ] " in sheet
    assert MOTHER.national_id not in sheet
    assert command.prints("mail", "list").splitlines() == ["待寄 0　已寄出 0　無法寄出 0", "待打電話 1　已打電話 0"]


def test_what_is_due_is_sent_once(home: Path, command: Command) -> None:
    mailbox = Mailbox()
    with mail_server(mailbox) as smtp:
        number = _refused(home, smtp)
        for sent in (1, 0):
            assert command.prints("mail", "send") == f"寄出 {sent} 封，稍後再試 0 封，無法寄出 0 封。\n"
    assert mailbox.recipients == [[MOTHER.email]]
    assert number in mailbox.bodies()[0]
    assert command.prints("mail", "list").splitlines() == ["待寄 0　已寄出 1　無法寄出 0", "待打電話 0　已打電話 0"]
    assert command.prints("mail", "calls") == "沒有要打電話通知的家長。\n"


def test_a_mail_that_was_refused_is_listed_with_the_reason(home: Path, command: Command) -> None:
    mailbox = Mailbox()
    mailbox.refuse_recipient = lambda _address: "550 no such user"
    with mail_server(mailbox) as smtp:
        number = _refused(home, smtp)
        assert "無法寄出 1 封" in command.prints("mail", "send")
    counts, _calls, letter = command.prints("mail", "list").splitlines()
    assert counts == "待寄 0　已寄出 0　無法寄出 1"
    assert number in letter
    assert "試過 1 次" in letter
    assert MOTHER.email not in letter
    assert MOTHER.name not in letter


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("{家長} 您好：{密碼}", "文字檔 mail_rejected.zh_TW.txt 的 {密碼} 不能用在這裡"),
        ("{家長} 您好。", "文字檔 mail_rejected.zh_TW.txt 缺少 "),
        ("{家長 您好。", "文字檔 mail_rejected.zh_TW.txt"),
    ],
)
def test_the_doctor_names_a_mail_text_that_cannot_be_used(home: Path, command: Command, body: str, said: str) -> None:
    open_review_school(home, None).school.close()
    assert "mail_rejected" not in command.prints("doctor")
    (home / "text").mkdir()
    text = f"版本: 1\n標題: {{學校}} 申請編號 {{申請編號}}\n\n{body}\n"
    (home / "text" / "mail_rejected.zh_TW.txt").write_text(text, "utf-8")
    (line,) = [line for line in command.prints("doctor").splitlines() if "mail_rejected" in line]
    assert line.startswith("注意　")
    assert said in line


def test_the_doctor_says_whether_mail_is_set(home: Path, command: Command) -> None:
    open_review_school(home, None).school.close()
    assert "注意　沒有設定寄信" in command.prints("doctor")
    _set_mail(home, 25)
    assert "好　　已設定寄信" in command.prints("doctor")
