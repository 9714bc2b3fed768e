"""Short words for flags and modes."""

from __future__ import annotations

from kiosk.domain.application_form import Mode
from kiosk.domain.application_status import ApprovalBlock, ReviewFlag
from kiosk.i18n import _


def short_mode(mode: Mode) -> str:
    """Return a mode in a word."""
    return {Mode.ONE_PARENT: _("一位"), Mode.TWO_PARENTS: _("二位"), Mode.OTHER_GUARDIAN: _("其他")}[mode]


def block_in_short(block: ApprovalBlock) -> str:
    """Return an approval block in a word."""
    return {
        ApprovalBlock.DOCUMENTS: _("文件"),
        ApprovalBlock.CORRECTION: _("更正"),
        ApprovalBlock.CONFLICT: _("衝突"),
        ApprovalBlock.STUDENT_CONSENT: _("本人"),
        ApprovalBlock.REGISTRAR: _("註冊組"),
        ApprovalBlock.SIGNATURE: _("簽章"),
    }[block]


def flag_in_short(flag: ReviewFlag) -> str:
    """Return a review flag in a word."""
    return {
        ReviewFlag.GUARDIAN_NAME_DIFFERS: _("姓名"),
        ReviewFlag.GUARDIAN_ID_DIFFERS: _("證號"),
        ReviewFlag.GUARDIAN_MOBILE_DIFFERS: _("手機"),
        ReviewFlag.GUARDIAN_EMAIL_DIFFERS: _("信箱"),
        ReviewFlag.NOT_ON_FILE: _("不在學籍"),
        ReviewFlag.SEX_DIFFERS: _("性別"),
        ReviewFlag.EMAIL_SHARED: _("信箱相同"),
        ReviewFlag.MOBILE_SHARED: _("手機相同"),
        ReviewFlag.UNUSUAL_CHARACTERS: _("罕用字"),
        ReviewFlag.CONSENT_REFUSED: _("不同意"),
    }[flag]
