"""The application form of the guide's step 二.5, described once: its modes, relations, fields and checks.

Screens draw it, the service checks it again, reviewers and papers read it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from kiosk.i18n import _
from kiosk.rules.contact import (
    EmailFault,
    InvalidEmail,
    InvalidMobile,
    MobileFault,
    holds_id,
    parse_email,
    parse_mobile,
)
from kiosk.rules.identity import IdFault, InvalidIdentity, Slip, compare_entries, normalise_id, parse_id
from kiosk.rules.names import InvalidName, NameFault, parse_name


class Mode(StrEnum):
    """The guide's three ways to apply."""

    ONE_PARENT = "one_parent"
    TWO_PARENTS = "two_parents"
    OTHER_GUARDIAN = "other_guardian"

    @property
    def applicants(self) -> int:
        """How many people apply."""
        return 2 if self is Mode.TWO_PARENTS else 1


class Basis(StrEnum):
    """By what right (Civil Code 1055, 1089, 1091, 1094)."""

    PARENTS = "parents"
    SOLE_CUSTODY = "sole_custody"
    GUARDIAN = "guardian"
    CARER = "carer"


def mode_label(mode: Mode) -> str:
    """The guide's words."""
    return {
        Mode.ONE_PARENT: _("雙親為監護人，一位申辦。"),
        Mode.TWO_PARENTS: _("雙親為監護人，二位申辦。"),
        Mode.OTHER_GUARDIAN: _("其他關係者擔任監護人"),
    }[mode]


def basis_label(basis: Basis) -> str:
    """The branch in words."""
    return {
        Basis.PARENTS: _("父母共同行使親權"),
        Basis.SOLE_CUSTODY: _("離婚或其他原因，由我單獨行使親權"),
        Basis.GUARDIAN: _("法院選定或依法擔任的監護人"),
        Basis.CARER: _("受父母書面委託照顧的親友"),
    }[basis]


def bases_of(mode: Mode) -> tuple[Basis, ...]:
    """The branches that fit a mode."""
    return {
        Mode.ONE_PARENT: (Basis.PARENTS, Basis.SOLE_CUSTODY),
        Mode.TWO_PARENTS: (Basis.PARENTS,),
        Mode.OTHER_GUARDIAN: (Basis.GUARDIAN, Basis.CARER),
    }[mode]


def documents_of(basis: Basis) -> tuple[str, ...]:
    """The originals to bring before the school can approve."""
    return {
        Basis.PARENTS: (),
        Basis.SOLE_CUSTODY: (_("戶口名簿或戶籍謄本（載有親權記事）正本"),),
        Basis.GUARDIAN: (_("戶籍謄本（載有監護記事）或法院裁定書正本"),),
        Basis.CARER: (_("父母簽名的委託證明書正本"), _("申請人身分證正本")),
    }[basis]


def relations_of(mode: Mode) -> tuple[str, ...]:
    """The relations to pick from; guardians may also write their own."""
    if mode is Mode.OTHER_GUARDIAN:
        return (_("祖父"), _("祖母"), _("外祖父"), _("外祖母"), _("伯叔"), _("姑姨"), _("兄姊"))
    return (_("爸爸"), _("媽媽"))


@dataclass(frozen=True)
class ApplicantEntry:
    """What was typed for one applicant, as typed."""

    name: str = field(default="", repr=False)
    relation: str = field(default="", repr=False)
    national_id: str = field(default="", repr=False)
    national_id_again: str = field(default="", repr=False)
    mobile: str = field(default="", repr=False)
    email: str = field(default="", repr=False)
    email_again: str = field(default="", repr=False)
    no_email: bool = False

    @property
    def is_empty(self) -> bool:
        """Whether nothing was typed yet."""
        return self == ApplicantEntry(relation=self.relation)


def check_applicant(entry: ApplicantEntry, on: date, other: ApplicantEntry | None = None) -> dict[str, str]:
    """What is wrong, by field, in words that say what to do; empty where all is right."""
    found = {
        "name": _name_message(entry.name),
        "relation": "" if _is_relation(entry.relation) else _("請選擇或填寫親屬關係。"),
        "national_id": _id_message(entry.national_id, on),
        "mobile": _mobile_message(entry.mobile),
    }
    if not found["national_id"]:
        found["national_id_again"] = id_slip_message(entry.national_id, entry.national_id_again)
    if not entry.no_email:
        found["email"] = _email_message(entry.email, entry.national_id)
        if not found["email"] and entry.email_again.strip().lower() != entry.email.strip().lower():
            found["email_again"] = _("兩次輸入的電子郵件不同，請對照後改正。")
    if other is not None:
        if not found["national_id"] and normalise_id(entry.national_id) == normalise_id(other.national_id):
            found["national_id"] = _("兩位申請人的身分證字號相同，請填第二位申請人自己的號碼。")
        same = entry.email.strip().lower() == other.email.strip().lower()
        if not entry.no_email and not other.no_email and not found["email"] and same:
            found["email"] = _("兩位申請人的電子郵件相同；每個帳號需要自己的信箱，請改填或選「沒有電子郵件」。")
    return {key: message for key, message in found.items() if message}


def _is_relation(text: str) -> bool:
    try:
        return len(parse_name(text)) <= 20
    except InvalidName:
        return False


def _name_message(text: str) -> str:
    try:
        parse_name(text)
    except InvalidName as error:
        return {
            NameFault.EMPTY: _("請填寫申請人姓名。"),
            NameFault.TOO_LONG: _("姓名太長，請填 60 個字以內。"),
            NameFault.CHARACTER: _("姓名只能有文字，請刪去數字或符號。"),
        }[error.fault]
    return ""


def _id_message(text: str, on: date) -> str:
    try:
        parse_id(text, on)
    except InvalidIdentity as error:
        return {
            IdFault.EMPTY: _("請填寫身分證字號或統一證號。"),
            IdFault.LENGTH: _("身分證字號應為 10 個字：1 個英文字母加 9 個數字。"),
            IdFault.PERMIT_NUMBER: _("這是 12 碼的居留證號；請填居留證上的「統一證號」10 碼。"),
            IdFault.PATTERN: _("格式不對：應為 1 個英文字母加 9 個數字，請對照證件。"),
            IdFault.CHECK_DIGIT: _("檢查碼不對，可能有一個字打錯，請對照證件再填一次。"),
            IdFault.OLD_FORM_EXPIRED: _("舊式統一證號已停用，請填新式統一證號。"),
        }[error.fault]
    return ""


def id_slip_message(first: str, second: str) -> str:
    """Which slip is likely, from the two entries alone; nothing on file is consulted."""
    if not second:
        return _("請再輸入一次身分證字號。")
    found = compare_entries(first, second)
    if found.slip is Slip.SAME:
        return ""
    place = found.position or 0
    return {
        Slip.ONE_CHARACTER: _("兩次輸入的第 {place} 個字不同，請對照證件。"),
        Slip.SWAPPED: _("第 {place} 和下一個字可能前後顛倒，請對照證件。"),
        Slip.MISSING: _("第二次少打了第 {place} 個字。"),
        Slip.EXTRA: _("第二次多打了第 {place} 個字。"),
        Slip.DIFFERENT: _("兩次輸入不同，請對照證件再填。"),
    }[found.slip].format(place=place)


def _mobile_message(text: str) -> str:
    try:
        parse_mobile(text)
    except InvalidMobile as error:
        return {
            MobileFault.EMPTY: _("請填寫手機號碼。"),
            MobileFault.NOT_MOBILE: _("手機號碼應以 09 開頭。"),
            MobileFault.LENGTH: _("手機號碼應為 10 個數字，請檢查有沒有少打或多打。"),
            MobileFault.PATTERN: _("手機號碼只能有數字，例如 0910100200。"),
        }[error.fault]
    return ""


def _email_message(text: str, national_id: str) -> str:
    try:
        email = parse_email(text)
    except InvalidEmail as error:
        return {
            EmailFault.EMPTY: _("請填寫電子郵件；沒有信箱請選「沒有電子郵件」。"),
            EmailFault.NO_AT: _("電子郵件要有一個 @，例如 name@example.com。"),
            EmailFault.LENGTH: _("電子郵件太長，請檢查。"),
            EmailFault.LOCAL_PART: _("@ 前面有不能用的字，請改用英文、數字。"),
            EmailFault.DOMAIN: _("@ 後面不完整，例如 gmail.com。"),
        }[error.fault]
    if holds_id(email, normalise_id(national_id)):
        return _("信箱裡有您的身分證字號，會洩漏首次登入密碼，請改用別的信箱。")
    return ""
