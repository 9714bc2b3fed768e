"""The mails' templates, which a school may replace (``kiosk/text/mail_*.zh_TW.txt``), with checked placeholders.

A placeholder is a word in braces: {學生}. A template with an unknown placeholder, or without a needed one, is refused.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from kiosk.i18n import _
from kiosk.rules.text_safety import remove_unsafe_chars
from kiosk.services.messaging.outbox import MessageKind
from kiosk.services.texts.loader import Text, TextName, TextUnusable, load_text

_PLACEHOLDER = re.compile(r"\{([^{}\n]*)\}")
_IN_TITLE = frozenset({"學校", "申請編號"})
_IN_EVERY_MAIL = frozenset({"學校", "家長", "學生", "申請編號", "服務電話"})
_ABOUT_APPLICATION = frozenset({"學生", "申請編號"})
_ABOUT_ACCOUNT = frozenset({MessageKind.EMAIL_CHANGED})
"""Mails about an account, without an application."""
_NEEDED: Mapping[MessageKind, frozenset[str]] = {
    MessageKind.APPROVED: frozenset({"帳號", "期限"}),
    MessageKind.SECOND_CHILD: frozenset({"帳號"}),
    MessageKind.RETURNED: frozenset({"欄位"}),
    MessageKind.REJECTED: frozenset({"原因"}),
    MessageKind.BINDING_ENDED: frozenset({"原因", "日期"}),
    MessageKind.EMAIL_CHANGED: frozenset({"帳號", "日期"}),
    MessageKind.CARER_ADDED: frozenset({"帳號", "期限", "項目"}),
}
_KEYS: Mapping[str, str] = {
    "家長": "person",
    "學生": "student",
    "申請編號": "number",
    "帳號": "account",
    "期限": "until",
    "欄位": "fields",
    "項目": "fields",
    "原因": "reason",
    "日期": "day",
}


@dataclass(frozen=True)
class MailText:
    """A mail's subject and body."""

    subject: str = field(repr=False)
    body: str = field(repr=False)


def mail_text(kind: MessageKind, own_folder: Path | None, school_name: str, words: Mapping[str, str]) -> MailText:
    """Fill in a template; unsafe characters are removed from ``words``.

    Raises:
        TextUnusable: the template, or the file of the help lines, is unusable.
    """
    template = _template(kind, own_folder)
    values = {name: words.get(key, "") for name, key in _KEYS.items()}
    values |= {"學校": school_name, "服務電話": load_text(TextName.HELP_LINES, own_folder).body}
    clean = {name: "\n".join(map(remove_unsafe_chars, value.split("\n"))) for name, value in values.items()}

    def fill(text: str) -> str:
        return _PLACEHOLDER.sub(lambda found: clean[found.group(1)], text)

    return MailText(" ".join(fill(template.title).split()), fill(template.body) + "\n")


def check_mail_texts(own_folder: Path | None) -> None:
    """Check every mail's template.

    Raises:
        TextUnusable: for the first unusable template.
    """
    for kind in MessageKind:
        _template(kind, own_folder)


def _template(kind: MessageKind, own_folder: Path | None) -> Text:
    text = load_text(TextName(f"mail_{kind.value}"), own_folder)
    file = text.file_name
    in_title, in_body = (set(_PLACEHOLDER.findall(part)) for part in (text.title, text.body))
    absent = _ABOUT_APPLICATION if kind in _ABOUT_ACCOUNT else frozenset()
    unknown = (in_title - (_IN_TITLE - absent)) | (in_body - (_IN_EVERY_MAIL - absent) - _NEEDED[kind])
    for name in sorted(unknown):
        line = _("文字檔 {file} 的 {name} 不能用在這裡，請看 README.md 的說明。")
        raise TextUnusable(line.format(file=file, name=f"{{{name}}}"))
    for name in sorted(_NEEDED[kind] - in_body):
        raise TextUnusable(_("文字檔 {file} 缺少 {name}。").format(file=file, name=f"{{{name}}}"))
    if re.search(r"[{}]", _PLACEHOLDER.sub("", f"{text.title}\n{text.body}")):
        raise TextUnusable(_("文字檔 {file} 有不成對的 {{ 或 }}。").format(file=file))
    return text
