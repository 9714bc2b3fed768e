"""Words that several of the staff's screens use: flags in short, modes, what a service refused."""

from __future__ import annotations

from kiosk.domain.application_form import Mode
from kiosk.domain.application_status import Hold, Remark
from kiosk.i18n import _


def short_mode(mode: Mode) -> str:
    """A way to apply in a word."""
    return {Mode.ONE_PARENT: _("一位"), Mode.TWO_PARENTS: _("二位"), Mode.OTHER_GUARDIAN: _("其他")}[mode]


def hold_in_short(hold: Hold) -> str:
    """What an application waits for, in a word."""
    return {
        Hold.DOCUMENTS: _("文件"),
        Hold.CORRECTION: _("更正"),
        Hold.CONFLICT: _("衝突"),
        Hold.STUDENT_CONSENT: _("本人"),
        Hold.REGISTRAR: _("註冊組"),
        Hold.SIGNATURE: _("簽章"),
    }[hold]


def remark_in_short(remark: Remark) -> str:
    """What a reviewer should look at, in a word."""
    return {
        Remark.GUARDIAN_NAME_DIFFERS: _("姓名"),
        Remark.GUARDIAN_ID_DIFFERS: _("證號"),
        Remark.GUARDIAN_MOBILE_DIFFERS: _("手機"),
        Remark.GUARDIAN_EMAIL_DIFFERS: _("信箱"),
        Remark.NOT_ON_FILE: _("不在學籍"),
        Remark.SEX_DIFFERS: _("性別"),
        Remark.EMAIL_SHARED: _("信箱相同"),
        Remark.MOBILE_SHARED: _("手機相同"),
        Remark.UNUSUAL_CHARACTERS: _("罕用字"),
        Remark.CONSENT_REFUSED: _("不同意"),
    }[remark]


def reported_field(key: str) -> str:
    """A field of an error report, in the guide's words."""
    return {"class_name": _("班級"), "name": _("姓名"), "student_number": _("學號")}[key]
