"""The validation of an applicant's entry, with a message for each wrong field (the guide's step 二, 5).

No message repeats a typed value.
"""

from __future__ import annotations

from datetime import date

from kiosk.domain.application_form import RELATIONS, ApplicantEntry, ApplicantValues, Mode
from kiosk.i18n import _
from kiosk.rules.contact import (
    EmailFault,
    InvalidEmail,
    InvalidMobile,
    MobileFault,
    email_key,
    holds_id,
    parse_email,
    parse_mobile,
)
from kiosk.rules.identity import (
    EntryComparison,
    EntryDifference,
    IdFault,
    InvalidIdentity,
    NationalId,
    compare_entries,
    normalise_id,
    parse_id,
)
from kiosk.rules.names import InvalidName, NameFault, parse_name

MAX_RELATION_LENGTH = 20


def read_applicant(
    entry: ApplicantEntry, mode: Mode, on: date, other: ApplicantEntry | None = None
) -> tuple[dict[str, str], ApplicantValues | None]:
    """Return a message for each wrong field, by its key, and the values in normal form; None with a message.

    ``mode`` decides which relations are allowed. ``on`` is the present day, because old resident numbers expire.
    ``other`` is the other applicant's entry, whose ID and e-mail must differ.
    """
    name, name_message = _read_name(entry.name)
    relation, relation_message = _read_relation(entry.relation, mode)
    national_id, id_messages = _read_id(entry, on, other)
    mobile, mobile_message = _read_mobile(entry.mobile)
    email, email_messages = (None, {}) if entry.no_email else _read_email(entry, other)
    found = {
        "name": name_message,
        "relation": relation_message,
        **id_messages,
        "mobile": mobile_message,
        **email_messages,
    }
    messages = {key: message for key, message in found.items() if message}
    if messages or national_id is None:
        return messages, None
    return {}, ApplicantValues(name, relation, national_id, mobile, email)


def id_message(fault: IdFault) -> str:
    """Return why an identity number is refused and how to correct it."""
    return {
        IdFault.EMPTY: _("請填身分證字號或統一證號。"),
        IdFault.LENGTH: _("應為10個字，請再數一次。"),
        IdFault.PERMIT_NUMBER: _("這是12個數字的許可證號；請填居留證上的統一證號，10個字。"),
        IdFault.PATTERN: _("格式不對；應為1個英文字母加9個數字，或居留證的統一證號。"),
        IdFault.CHECK_DIGIT: _("檢查碼不符，可能打錯字；請對照證件再填一次。"),
        IdFault.OLD_FORM_EXPIRED: _("舊式統一證號已停用；請填新式統一證號。"),
    }[fault]


def _read_name(typed: str) -> tuple[str, str]:
    """Return the name and a message, one of them empty."""
    try:
        return parse_name(typed), ""
    except InvalidName as error:
        return "", {
            NameFault.EMPTY: _("請填申請人姓名。"),
            NameFault.TOO_LONG: _("姓名太長，最多60個字。"),
            NameFault.CHARACTER: _("姓名裡有不能使用的字，請只填姓名。"),
            NameFault.INVISIBLE: _("姓名裡有看不見的字，請清除後重新輸入。"),
        }[error.fault]


def _read_relation(typed: str, mode: Mode) -> tuple[str, str]:
    """Return the relation and a message; only other guardians may write one that is not listed."""
    if not typed.strip():
        return "", _("請選親屬關係。")
    if mode is not Mode.OTHER_GUARDIAN:
        return typed, "" if typed in RELATIONS[mode] else _("請從清單選親屬關係。")
    try:
        relation = parse_name(typed)
    except InvalidName:
        relation = ""
    fits = 0 < len(relation) <= MAX_RELATION_LENGTH
    return relation, "" if fits else _("親屬關係請用20個字以內的文字說明。")


def _read_id(entry: ApplicantEntry, on: date, other: ApplicantEntry | None) -> tuple[NationalId | None, dict[str, str]]:
    """Return the number and the messages; entries that differ are not read further."""
    if not normalise_id(entry.national_id):
        return None, {"national_id": id_message(IdFault.EMPTY)}
    if not normalise_id(entry.national_id_again):
        return None, {"national_id_again": _("請再填一次身分證字號。")}
    comparison = compare_entries(entry.national_id, entry.national_id_again)
    if comparison.slip is not EntryDifference.SAME:
        return None, {"national_id_again": difference_message(comparison)}
    try:
        number = parse_id(entry.national_id, on)
    except InvalidIdentity as error:
        return None, {"national_id": id_message(error.fault)}
    if other is not None and normalise_id(other.national_id) == number.text:
        return None, {"national_id": _("兩位申請人的身分證字號不可相同。")}
    return number, {}


def difference_message(comparison: EntryComparison) -> str:
    """Return how the two entries of a number differ and which one looks right; empty if they agree."""
    place = comparison.position or 0
    what = {
        EntryDifference.SAME: "",
        EntryDifference.ONE_CHARACTER: _("兩次填的第{place}個字不同。").format(place=place),
        EntryDifference.SWAPPED: _("兩次填的第{place}和第{following}個字前後對調。").format(
            place=place, following=place + 1
        ),
        EntryDifference.MISSING: _("第二次填的少了第{place}個字。").format(place=place),
        EntryDifference.EXTRA: _("第二次填的多了第{place}個字。").format(place=place),
        EntryDifference.DIFFERENT: _("兩次填的不一樣。"),
    }[comparison.slip]
    if not what:
        return ""
    advice = {
        1: _("第二次填的可能打錯，請對照證件。"),
        2: _("第一次填的可能打錯，請對照證件。"),
        None: _("請對照證件再填一次。"),
    }[comparison.likely]
    return what + advice


def _read_mobile(typed: str) -> tuple[str, str]:
    """Return the mobile number and a message, one of them empty."""
    try:
        return parse_mobile(typed), ""
    except InvalidMobile as error:
        return "", {
            MobileFault.EMPTY: _("請填手機號碼。"),
            MobileFault.NOT_MOBILE: _("請填09開頭的手機號碼，不是市內電話。"),
            MobileFault.LENGTH: _("手機號碼應為10個數字。"),
            MobileFault.PATTERN: _("手機號碼只能有數字。"),
        }[error.fault]


def _read_email(entry: ApplicantEntry, other: ApplicantEntry | None) -> tuple[str, dict[str, str]]:
    """Return the address and the messages on it or its second entry."""
    try:
        email = parse_email(entry.email)
    except InvalidEmail as error:
        message = {
            EmailFault.EMPTY: _("請填電子郵件；沒有的話請選「沒有電子郵件」。"),
            EmailFault.NO_AT: _("電子郵件要有一個 @。"),
            EmailFault.LENGTH: _("電子郵件太長。"),
            EmailFault.LOCAL_PART: _("@ 前面的部分有不能使用的字。"),
            EmailFault.DOMAIN: _("@ 後面的部分不對，例如應為 gmail.com。"),
        }[error.fault]
        return "", {"email": message}
    if any(holds_id(email, one.national_id) for one in (entry, other) if one is not None):
        message = _("電子郵件不可含身分證字號或其末六碼：那會洩漏單一身分驗證的預設密碼。請改用別的信箱。")
        return "", {"email": message}
    if other is not None and not other.no_email and email_key(other.email) == email_key(email):
        return "", {"email": _("兩位申請人的電子郵件不可相同，因為它就是各自的帳號。")}
    if not entry.email_again.strip():
        return "", {"email_again": _("請再填一次電子郵件。")}
    if email_key(entry.email_again) != email_key(email):
        return "", {"email_again": _("兩次填的電子郵件不一樣，請仔細核對。")}
    return email, {}
