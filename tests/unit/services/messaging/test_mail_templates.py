from __future__ import annotations

import re
from pathlib import Path

import pytest

from kiosk.services.messaging.mail_templates import check_mail_texts, mail_text
from kiosk.services.messaging.outbox import MessageKind
from kiosk.services.texts.loader import SHIPPED_FOLDER, TextName, TextUnusable, load_text

WORDS = {
    "person": "劉〇花",
    "student": "王〇明",
    "number": "115-000-0001-1",
    "account": "f***@example.com",
    "until": "115年10月1日",
    "fields": "手機：空號\n電子郵件：打錯",
    "reason": "申請書未簽章",
    "day": "115年9月1日",
}


OF_DECISIONS = [kind for kind in MessageKind if kind not in (MessageKind.EMAIL_CHANGED, MessageKind.CARER_ADDED)]


def _write(folder: Path, kind: MessageKind, title: str, body: str) -> None:
    folder.mkdir(exist_ok=True)
    (folder / f"mail_{kind.value}.zh_TW.txt").write_text(f"版本: 1\n標題: {title}\n\n{body}\n", "utf-8")


@pytest.mark.parametrize("kind", OF_DECISIONS)
def test_a_decision_is_told_with_its_child_and_number(kind: MessageKind) -> None:
    text = mail_text(kind, None, "松山工農", WORDS)
    assert "115-000-0001-1" in text.subject
    assert "劉〇花 家長您好：" in text.body
    assert "王〇明 同學" in text.body
    assert "身分證統一編號末六碼" in text.body


@pytest.mark.parametrize("kind", MessageKind)
def test_the_shipped_words_are_filled_in(kind: MessageKind) -> None:
    text = mail_text(kind, None, "松山工農", WORDS)
    assert text.subject.startswith("【松山工農】親子綁定")
    assert "劉〇花 " in text.body
    assert "註冊組" in text.body
    assert "電子郵件" in text.body
    assert load_text(TextName.HELP_LINES, None).body in text.body
    assert "{" not in text.subject + text.body
    assert "劉〇花" not in repr(text)


@pytest.mark.parametrize("kind", [MessageKind.APPROVED, MessageKind.SECOND_CHILD])
def test_how_the_account_is_used_is_the_guides_step_three(kind: MessageKind) -> None:
    body = mail_text(kind, None, "松山工農", WORDS).body
    assert "選擇欲使用之系統（如：臺北市校園繳費系統 http://epay.tp.edu.tw ），使用單一身分驗證服務登入。" in body
    assert "至親子綁定填寫之電子郵件（f***@example.com）" in body
    assert "已開通" not in body, "the city opens its accounts, not the kiosk"


def test_a_change_of_address_is_told_without_child_or_number(tmp_path: Path) -> None:
    text = mail_text(MessageKind.EMAIL_CHANGED, None, "松山工農", {"person": "劉〇花", "account": "n***@example.com"})
    assert "換成 n***@example.com" in text.body
    _write(tmp_path, MessageKind.EMAIL_CHANGED, "更換", "{帳號}{日期}{學生}")
    with pytest.raises(TextUnusable):
        check_mail_texts(tmp_path)


def test_a_carer_is_told_what_until_when_and_how_to_sign_on_here() -> None:
    body = mail_text(MessageKind.CARER_ADDED, None, "松山工農", WORDS | {"fields": "繳費資料"}).body
    assert "繳費資料" in body
    assert "至 115年10月1日 為止" in body
    assert "「家長帳號登入（本校服務站）」" in body
    assert "身分證統一編號末六碼" in body


def test_a_mail_that_asks_for_a_correction_names_the_button_that_leads_to_it() -> None:
    body = mail_text(MessageKind.RETURNED, None, "松山工農", WORDS).body
    assert "「補正退回的欄位」" in body, "the menu's; 申辦親子帳號 would begin another application"


def test_every_mail_has_a_template_and_every_template_a_mail() -> None:
    files = {file.name for file in SHIPPED_FOLDER.glob("mail_*")}
    assert files == {f"mail_{kind.value}.zh_TW.txt" for kind in MessageKind}
    check_mail_texts(None)


def test_the_readme_lists_every_file_and_placeholder() -> None:
    readme = (SHIPPED_FOLDER / "README.md").read_text("utf-8")
    for file in SHIPPED_FOLDER.glob("*.txt"):
        assert f"`{file.name}`" in readme
    used = {
        name for file in SHIPPED_FOLDER.glob("mail_*") for name in re.findall(r"\{[^{}]*\}", file.read_text("utf-8"))
    }
    assert {name for name in used if f"`{name}`" not in readme} == set()


@pytest.mark.parametrize(
    ("title", "body", "named"),
    [
        ("結果", "{原因}{身分證字號}", "{身分證字號}"),
        ("結果", "{原因}{期限}", "{期限}"),
        ("結果", "{原因}{原因.__class__}", "{原因.__class__}"),
        ("結果", "{原因}{0}{}", "{}"),
        ("{學生}", "{原因}", "{學生}"),
        ("結果", "沒有說原因", "{原因}"),
        ("結果", "{原因}{學生", "不成對"),
        ("結果", "{{原因}}", "不成對"),
    ],
)
def test_a_placeholder_that_a_mail_does_not_know_or_lacks_is_named(
    tmp_path: Path, title: str, body: str, named: str
) -> None:
    _write(tmp_path, MessageKind.REJECTED, title, body)
    with pytest.raises(TextUnusable) as refused:
        check_mail_texts(tmp_path)
    assert "mail_rejected.zh_TW.txt" in str(refused.value)
    assert named in str(refused.value)


def test_a_schools_own_words_and_help_lines_are_used(tmp_path: Path) -> None:
    _write(tmp_path, MessageKind.REJECTED, "結果 {申請編號}", "{原因}\n{服務電話}")
    (tmp_path / "help_lines.zh_TW.txt").write_text("版本: 1\n標題: 電話\n\n註冊組 02-2722-6616\n", "utf-8")
    text = mail_text(MessageKind.REJECTED, tmp_path, "松山工農", WORDS)
    assert (text.subject, text.body) == ("結果 115-000-0001-1", "申請書未簽章\n註冊組 02-2722-6616\n")


def test_placeholders_in_user_text_are_not_filled_in(tmp_path: Path) -> None:
    _write(tmp_path, MessageKind.RETURNED, "補正", "{欄位}")
    words = WORDS | {"fields": "手機：{學校}\x1b[2J\u202e\n電子郵件：{申請編號}"}
    assert (
        mail_text(MessageKind.RETURNED, tmp_path, "松山工農", words).body == "手機：{學校}[2J\n電子郵件：{申請編號}\n"
    )
