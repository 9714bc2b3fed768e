"""The texts that a school may replace: the consent, the warning, the notices.

A text is a file ``<name>.<language>.txt``: two header lines (``版本:`` and ``標題:``), an empty line and the body
(``kiosk/text/README.md``). A file in the school's folder replaces the kiosk's. Version and the hash of the exact bytes
are evidence of a consent (個資法 §7).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from kiosk.i18n import SOURCE_LANGUAGE, _
from kiosk.rules.text_safety import is_safe

SHIPPED_FOLDER = Path(__file__).parents[2] / "text"
MAX_BYTES = 256 * 1024

_VERSION_HEADER = "版本"
_TITLE_HEADER = "標題"
_BODY_SECTION = "[本文]"
_AGREE_SECTION = "[同意]"
_REFUSE_SECTION = "[不同意]"
_NOTE_SECTION = "[備註]"
_SECTIONS = (_BODY_SECTION, _AGREE_SECTION, _REFUSE_SECTION, _NOTE_SECTION)
_INCOMPLETE_MARK = re.compile(r"〔待學校補正[^〕\n]*〕?")


class TextName(StrEnum):
    """The texts; the value is the first part of the file's name."""

    CONSENT = "consent"
    CONSENT_INTRO = "consent_intro"
    WARNING = "warning"
    DOCUMENTS = "documents"
    EMAIL_NOTICE = "email_notice"
    HELP_LINES = "help_lines"
    RETURN_REASONS = "return_reasons"
    REJECT_REASONS = "reject_reasons"
    MAIL_APPROVED = "mail_approved"
    MAIL_SECOND_CHILD = "mail_second_child"
    MAIL_RETURNED = "mail_returned"
    MAIL_REJECTED = "mail_rejected"
    MAIL_BINDING_ENDED = "mail_binding_ended"
    MAIL_EMAIL_CHANGED = "mail_email_changed"
    MAIL_CARER_ADDED = "mail_carer_added"
    CARER_MANDATE = "carer_mandate"
    CARD_SERVICES = "card_services"
    SYSTEMS = "systems"
    FEES_NOTICE = "fees_notice"


class TextUnusable(Exception):
    """A text has no file, or an unusable one; the message is one line for people that names the file."""


@dataclass(frozen=True, slots=True)
class Text:
    """One text: the school's name for this wording, the file's language, and ``content``, its exact bytes."""

    name: TextName
    version: str
    title: str
    body: str
    language: str
    content: bytes = field(repr=False)

    @property
    def file_name(self) -> str:
        """The name of the text's file."""
        return f"{self.name.value}.{self.language}.txt"

    @property
    def sha256(self) -> str:
        """The hash of the file's exact bytes, in hexadecimal."""
        import hashlib  # the first screen needs no hash

        return hashlib.sha256(self.content).hexdigest()


@dataclass(frozen=True, slots=True)
class ConsentText:
    """The consent (``body``), the labels of both choices, and a note on who may consent; ``source`` is evidence."""

    source: Text
    body: str
    agree: str
    refuse: str
    note: str


def load_text(name: TextName, own_folder: Path | None, language: str = SOURCE_LANGUAGE) -> Text:
    """Read a text from the school's folder, or else the kiosk's; in each folder in ``language``, or else in Chinese.

    So no translation of the kiosk's wording contradicts a school's Chinese wording.

    Raises:
        TextUnusable: neither folder has a file, or the file is malformed.
    """
    folders = (SHIPPED_FOLDER,) if own_folder is None else (own_folder, SHIPPED_FOLDER)
    for folder in folders:
        for wanted in dict.fromkeys((language, SOURCE_LANGUAGE)):
            file = folder / f"{name.value}.{wanted}.txt"
            content = _read(file)
            if content is not None:
                return _parse(content, file, name, wanted)
    raise TextUnusable(_("找不到文字檔 {file}。").format(file=f"{name.value}.{SOURCE_LANGUAGE}.txt"))


def load_consent(own_folder: Path | None, language: str = SOURCE_LANGUAGE) -> ConsentText:
    """Read the consent and split it into its parts.

    Raises:
        TextUnusable: see :func:`load_text`; also without one of the four parts.
    """
    text = load_text(TextName.CONSENT, own_folder, language)
    parts: dict[str, list[str]] = {}
    order: list[str] = []
    for line in text.body.split("\n"):
        if line in _SECTIONS:
            order.append(line)
            parts[line] = []
        elif order:
            parts[order[-1]].append(line)
        elif line:
            raise _bad_sections(text)
    sections = {section: "\n".join(lines).strip("\n") for section, lines in parts.items()}
    if tuple(order) != _SECTIONS or not all(sections.values()):
        raise _bad_sections(text)
    return ConsentText(
        source=text,
        body=sections[_BODY_SECTION],
        agree=sections[_AGREE_SECTION],
        refuse=sections[_REFUSE_SECTION],
        note=sections[_NOTE_SECTION],
    )


def incomplete_marks(text: Text) -> list[str]:
    """Return the marks 〔待學校補正：…〕 that remain in a text, in reading order."""
    return _INCOMPLETE_MARK.findall(f"{text.title}\n{text.body}")


def _read(file: Path) -> bytes | None:
    """Read a file, up to one byte above the limit; return None without a file."""
    try:
        with file.open("rb") as stream:
            return stream.read(MAX_BYTES + 1)
    except FileNotFoundError:
        return None
    except OSError as error:
        line = _("無法讀取文字檔 {file}：{reason}").format(file=file.name, reason=error.strerror)
        raise TextUnusable(line) from error


def _parse(content: bytes, file: Path, name: TextName, language: str) -> Text:
    """Split a file into headers and body, and refuse unsafe characters."""
    lines = _clean_lines(content, file)
    if len(lines) < 3 or lines[2]:
        raise _no_header(file)
    version = _header(lines[0], _VERSION_HEADER, file)
    title = _header(lines[1], _TITLE_HEADER, file)
    body = "\n".join(lines[3:]).strip("\n")
    if not body:
        raise TextUnusable(_("文字檔 {file} 沒有內容。").format(file=file.name))
    return Text(name, version, title, body, language, content)


def _clean_lines(content: bytes, file: Path) -> list[str]:
    """Decode a file into lines without trailing blanks; accept a byte order mark and CRLF."""
    if len(content) > MAX_BYTES:
        raise TextUnusable(_("文字檔 {file} 超過 {most} KB。").format(file=file.name, most=MAX_BYTES // 1024))
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = _("文字檔 {file} 不是 UTF-8 編碼，請另存成 UTF-8。").format(file=file.name)
        raise TextUnusable(line) from error
    lines = text.replace("\r\n", "\n").split("\n")
    for number, content_line in enumerate(lines, start=1):
        if not is_safe(content_line):
            text = _("文字檔 {file} 第 {number} 行有控制字元或看不見的字元，請刪除。")
            raise TextUnusable(text.format(file=file.name, number=number))
    return [content_line.rstrip() for content_line in lines]


def _header(line: str, header: str, file: Path) -> str:
    """Return the value of a header line, whose colon may have either width."""
    found = re.fullmatch(rf"{header}\s*[:：]\s*(\S.*)", line)
    if found is None:
        raise _no_header(file)
    return found.group(1)


def _no_header(file: Path) -> TextUnusable:
    return TextUnusable(_("文字檔 {file} 必須以「版本: …」、「標題: …」兩行開頭，再空一行。").format(file=file.name))


def _bad_sections(text: Text) -> TextUnusable:
    line = _("文字檔 {file} 必須依序有 {sections} 四段，每段都要有內容。")
    return TextUnusable(line.format(file=text.file_name, sections=" ".join(_SECTIONS)))
