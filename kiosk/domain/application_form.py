"""The application form: its modes, fields and what each entry must satisfy (the guide's step 二, 5).

One description for the screen, for the service that takes the application and for the paper form. Messages are
worded here, through gettext; none repeats what was typed.
"""

from __future__ import annotations

from collections.abc import Mapping
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
    normalise_email,
    parse_email,
    parse_mobile,
    suggest_email,
)
from kiosk.rules.identity import (
    EntryComparison,
    EntryDifference,
    IdFault,
    InvalidIdentity,
    compare_entries,
    is_female,
    normalise_id,
    parse_id,
)
from kiosk.rules.names import InvalidName, NameFault, parse_name

MAX_RELATION_LENGTH = 20


class Mode(StrEnum):
    """The three ways to apply; the value is what the database keeps."""

    ONE_PARENT = "one_parent"
    TWO_PARENTS = "two_parents"
    OTHER_GUARDIAN = "other_guardian"

    @property
    def label(self) -> str:
        """The guide's words for this way."""
        return {
            Mode.ONE_PARENT: _("雙親為監護人，一位申辦。"),
            Mode.TWO_PARENTS: _("雙親為監護人，二位申辦。"),
            Mode.OTHER_GUARDIAN: _("其他關係者擔任監護人"),
        }[self]

    @property
    def applicants(self) -> int:
        """How many persons apply."""
        return 2 if self is Mode.TWO_PARENTS else 1

    @property
    def bases(self) -> tuple[Basis, ...]:
        """On what these persons may act; the first is the usual one. One alone needs no question."""
        return {
            Mode.ONE_PARENT: (Basis.PARENTS, Basis.SOLE_CUSTODY),
            Mode.TWO_PARENTS: (Basis.PARENTS,),
            Mode.OTHER_GUARDIAN: (Basis.GUARDIAN, Basis.CARER),
        }[self]


class Basis(StrEnum):
    """On what an applicant acts for the student (Civil Code art. 1055, 1089, 1091, 1094)."""

    PARENTS = "parents"
    SOLE_CUSTODY = "sole_custody"
    GUARDIAN = "guardian"
    CARER = "carer"

    @property
    def label(self) -> str:
        """The choice as the applicant reads it."""
        return {
            Basis.PARENTS: _("父母（共同行使親權）"),
            Basis.SOLE_CUSTODY: _("由我一人行使親權（例如離婚後約定或法院裁定）"),
            Basis.GUARDIAN: _("我是監護人（父母都不能行使親權）"),
            Basis.CARER: _("我受父母委託照顧學生（例如祖父母）"),
        }[self]

    @property
    def documents(self) -> tuple[str, ...]:
        """The papers whose originals the school must see before it approves; empty for parents together."""
        if self is Basis.SOLE_CUSTODY:
            return (_("載明親權由申請人行使的戶籍謄本（記事勿省略），或法院裁判書正本"), _("申請人身分證明文件正本"))
        if self is Basis.GUARDIAN:
            return (_("載明監護人的戶籍謄本（記事勿省略），或法院選定監護人的裁定正本"), _("申請人身分證明文件正本"))
        if self is Basis.CARER:
            return (_("父母簽名的委託證明書正本"), _("申請人身分證明文件正本"))
        return ()


_PARENT_RELATIONS = ("爸爸", "媽媽", "養父", "養母")
RELATIONS: Mapping[Mode, tuple[str, ...]] = {
    Mode.ONE_PARENT: _PARENT_RELATIONS,
    Mode.TWO_PARENTS: _PARENT_RELATIONS,
    Mode.OTHER_GUARDIAN: ("祖父", "祖母", "外祖父", "外祖母", "伯叔", "姑姑", "舅舅", "阿姨", "哥哥", "姊姊", "社工"),
}
"""The relations to choose from; other guardians may also write their own."""

_MEN = frozenset(("爸爸", "養父", "祖父", "外祖父", "伯叔", "舅舅", "哥哥"))
_WOMEN = frozenset(("媽媽", "養母", "祖母", "外祖母", "姑姑", "阿姨", "姊姊"))


def sex_differs(relation: str, national_id: str) -> bool:
    """Whether a relation of the list says another sex than the (valid) number; one's own words say none."""
    return relation in (_MEN if is_female(national_id) else _WOMEN)


@dataclass(frozen=True, slots=True)
class FormField:
    """One field of the form; ``key`` is its name in :class:`ApplicantEntry`."""

    key: str

    @property
    def label(self) -> str:
        """The words above the field, the guide's where it has them."""
        return {
            "name": _("申請人姓名"),
            "relation": _("親屬關係"),
            "national_id": _("身分證字號"),
            "national_id_again": _("再填一次身分證字號"),
            "mobile": _("手機"),
            "email": _("電子郵件"),
            "email_again": _("再填一次電子郵件"),
        }[self.key]

    @property
    def hint(self) -> str:
        """What helps to fill the field in; empty where nothing needs saying."""
        return {
            "name": _("與身分證件上的姓名相同"),
            "national_id": _("身分證字號或統一證號，10個字"),
            "mobile": _("10個數字，例如 0912345678"),
            "email": _("核准後的通知會寄到這裡，請勿含身分證字號"),
        }.get(self.key, "")


FIELDS: tuple[FormField, ...] = tuple(
    FormField(key) for key in ("name", "relation", "national_id", "national_id_again", "mobile", "email", "email_again")
)


@dataclass(frozen=True, slots=True)
class ApplicantEntry:
    """What one applicant typed, as typed; never printed.

    Attributes:
        name: 申請人姓名.
        relation: 親屬關係, one of :data:`RELATIONS` or free text for other guardians.
        national_id: 身分證字號, or the resident number.
        national_id_again: the same, typed a second time.
        mobile: 手機.
        email: 電子郵件; ignored where there is none.
        email_again: the same, typed a second time.
        no_email: the applicant has no address; the school calls.
    """

    name: str = field(default="", repr=False)
    relation: str = field(default="", repr=False)
    national_id: str = field(default="", repr=False)
    national_id_again: str = field(default="", repr=False)
    mobile: str = field(default="", repr=False)
    email: str = field(default="", repr=False)
    email_again: str = field(default="", repr=False)
    no_email: bool = False


@dataclass(frozen=True, slots=True)
class ApplicantValues:
    """One applicant in normal form; ``email`` is None where there is none."""

    name: str = field(repr=False)
    relation: str = field(repr=False)
    national_id: str = field(repr=False)
    mobile: str = field(repr=False)
    email: str | None = field(repr=False)


def check_applicant(entry: ApplicantEntry, mode: Mode, on: date, other: ApplicantEntry | None = None) -> dict[str, str]:
    """Find what is wrong with an entry.

    Args:
        entry: what was typed.
        mode: the way to apply; decides the relations.
        on: the present day; the old resident numbers end on one.
        other: the second applicant's entry, whose ID and e-mail must differ.

    Returns:
        A message for each field that is wrong, by its key; empty where all is right.
    """
    return read_applicant(entry, mode, on, other)[0]


def read_applicant(
    entry: ApplicantEntry, mode: Mode, on: date, other: ApplicantEntry | None = None
) -> tuple[dict[str, str], ApplicantValues]:
    """Find what is wrong with an entry, as :func:`check_applicant` does, and bring it into its normal form.

    Returns:
        The messages, and the values; these count only where there is no message.
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
    values = ApplicantValues(name, relation, national_id, mobile, email)
    return {key: message for key, message in found.items() if message}, values


def email_suggestion(email: str) -> str | None:
    """Give the address that was likely meant (gmial.com, name@gmail …); None where nothing looks wrong."""
    return suggest_email(email)


def id_message(fault: IdFault) -> str:
    """Word why an identity number is refused, saying what to do."""
    return {
        IdFault.EMPTY: _("請填身分證字號或統一證號。"),
        IdFault.LENGTH: _("應為10個字，請再數一次。"),
        IdFault.PERMIT_NUMBER: _("這是12個數字的許可證號；請填居留證上的統一證號，10個字。"),
        IdFault.PATTERN: _("格式不對；應為1個英文字母加9個數字，或居留證的統一證號。"),
        IdFault.CHECK_DIGIT: _("檢查碼不符，可能打錯字；請對照證件再填一次。"),
        IdFault.OLD_FORM_EXPIRED: _("舊式統一證號已停用；請填新式統一證號。"),
    }[fault]


def _read_name(typed: str) -> tuple[str, str]:
    """The name, and what is wrong with it in words; empty where nothing is."""
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
    """The relation and what is wrong with it: parents choose from the list, guardians may write their own."""
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


def _read_id(entry: ApplicantEntry, on: date, other: ApplicantEntry | None) -> tuple[str, dict[str, str]]:
    """The number and what is wrong with it, where the two entries agree, or else how they differ."""
    if not normalise_id(entry.national_id):
        return "", {"national_id": id_message(IdFault.EMPTY)}
    if not normalise_id(entry.national_id_again):
        return "", {"national_id_again": _("請再填一次身分證字號。")}
    comparison = compare_entries(entry.national_id, entry.national_id_again)
    if comparison.slip is not EntryDifference.SAME:
        return "", {"national_id_again": slip_message(comparison)}
    try:
        number = parse_id(entry.national_id, on).value
    except InvalidIdentity as error:
        return "", {"national_id": id_message(error.fault)}
    if other is not None and normalise_id(other.national_id) == number:
        return "", {"national_id": _("兩位申請人的身分證字號不可相同。")}
    return number, {}


def slip_message(comparison: EntryComparison) -> str:
    """Word how the two entries of a number differ, and which of them looks right."""
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
    """The mobile number, and what is wrong with it in words; empty where nothing is."""
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
    """The address and what is wrong with it or its second entry; empty where there is nothing."""
    try:
        email = parse_email(entry.email)
    except InvalidEmail as error:
        return "", {"email": _email_fault_message(error.fault)}
    ids = [normalise_id(entry.national_id)] + ([normalise_id(other.national_id)] if other else [])
    if any(holds_id(email, national_id) for national_id in ids):
        message = _("電子郵件不可含身分證字號或其末六碼：那會洩漏單一身分驗證的預設密碼。請改用別的信箱。")
        return "", {"email": message}
    if other is not None and not other.no_email and email_key(other.email) == email_key(email):
        return "", {"email": _("兩位申請人的電子郵件不可相同，因為它就是各自的帳號。")}
    if not entry.email_again.strip():
        return "", {"email_again": _("請再填一次電子郵件。")}
    if email_key(entry.email_again) != email_key(email):
        return "", {"email_again": _("兩次填的電子郵件不一樣，請仔細核對。")}
    return email, {}


def email_key(email: str) -> str:
    """One spelling of an address to compare by; mailers in use ignore case in the local part as well."""
    return normalise_email(email).lower()


def _email_fault_message(fault: EmailFault) -> str:
    """Word why an address is refused."""
    return {
        EmailFault.EMPTY: _("請填電子郵件；沒有的話請選「沒有電子郵件」。"),
        EmailFault.NO_AT: _("電子郵件要有一個 @。"),
        EmailFault.LENGTH: _("電子郵件太長。"),
        EmailFault.LOCAL_PART: _("@ 前面的部分有不能使用的字。"),
        EmailFault.DOMAIN: _("@ 後面的部分不對，例如應為 gmail.com。"),
    }[fault]
