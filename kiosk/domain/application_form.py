"""The application form: its modes, relations and fields (the guide's step 二, 5).

One description serves the screen, the service that accepts the application, and the paper form.
:mod:`kiosk.domain.applicant_validation` checks entries.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from kiosk.i18n import _
from kiosk.rules.identity import NationalId


class Mode(StrEnum):
    """The three ways to apply; the database keeps the value."""

    ONE_PARENT = "one_parent"
    TWO_PARENTS = "two_parents"
    OTHER_GUARDIAN = "other_guardian"

    @property
    def label(self) -> str:
        """The guide's wording."""
        return {
            Mode.ONE_PARENT: _("雙親為監護人，一位申辦。"),
            Mode.TWO_PARENTS: _("雙親為監護人，二位申辦。"),
            Mode.OTHER_GUARDIAN: _("其他關係者擔任監護人"),
        }[self]

    @property
    def applicants(self) -> int:
        """The number of applicants."""
        return 2 if self is Mode.TWO_PARENTS else 1

    @property
    def bases(self) -> tuple[Basis, ...]:
        """The grounds to choose from, the usual one first; a single one is not asked."""
        return {
            Mode.ONE_PARENT: (Basis.PARENTS, Basis.SOLE_CUSTODY),
            Mode.TWO_PARENTS: (Basis.PARENTS,),
            Mode.OTHER_GUARDIAN: (Basis.GUARDIAN, Basis.CARER),
        }[self]


class Basis(StrEnum):
    """The legal ground on which an applicant acts for the student (Civil Code art. 1055, 1089, 1091, 1094)."""

    PARENTS = "parents"
    SOLE_CUSTODY = "sole_custody"
    GUARDIAN = "guardian"
    CARER = "carer"

    @property
    def label(self) -> str:
        """The applicant's wording of the choice."""
        return {
            Basis.PARENTS: _("父母（共同行使親權）"),
            Basis.SOLE_CUSTODY: _("由我一人行使親權（例如離婚後約定或法院裁定）"),
            Basis.GUARDIAN: _("我是監護人（父母都不能行使親權）"),
            Basis.CARER: _("我受父母委託照顧學生（例如祖父母）"),
        }[self]

    @property
    def documents(self) -> tuple[str, ...]:
        """The originals that the school must see before an approval; empty for parents together."""
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
"""The relations to choose from; other guardians may also write one."""

_MEN = frozenset(("爸爸", "養父", "祖父", "外祖父", "伯叔", "舅舅", "哥哥"))
_WOMEN = frozenset(("媽媽", "養母", "祖母", "外祖母", "姑姑", "阿姨", "姊姊"))


def sex_differs(relation: str, national_id: NationalId) -> bool:
    """Return whether a listed relation implies another sex than the ID; a free text implies none."""
    return relation in (_MEN if national_id.is_female else _WOMEN)


@dataclass(frozen=True, slots=True)
class FormField:
    """One field of the form; ``key`` is its name in :class:`ApplicantEntry`."""

    key: str

    @property
    def label(self) -> str:
        """The label above the field, in the guide's wording where it has one."""
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
        """The help below the label; may be empty."""
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
    """One applicant's entry, as typed; never printed.

    Attributes:
        relation: one of :data:`RELATIONS`, or free text for other guardians.
        national_id: 身分證字號 or 統一證號.
        email: ignored with ``no_email``.
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
    """One applicant in normal form; ``email`` is None without an address."""

    name: str = field(repr=False)
    relation: str = field(repr=False)
    national_id: NationalId = field(repr=False)
    mobile: str = field(repr=False)
    email: str | None = field(repr=False)
