"""An application's state, approval blocks and review flags, with their labels.

`kiosk.services.applications.flags` keeps the columns behind them.
"""

from __future__ import annotations

from enum import IntFlag, StrEnum

from kiosk.i18n import _


class ApplicationState(StrEnum):
    """The state of an application; the database keeps the value.

    ENDED is an approved one whose bindings have all ended.
    """

    UNDER_REVIEW = "under_review"
    RETURNED = "returned"
    APPROVED = "approved"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    ENDED = "ended"

    @property
    def label(self) -> str:
        """The state in the school's wording."""
        return {
            ApplicationState.UNDER_REVIEW: _("審核中"),
            ApplicationState.RETURNED: _("退件補正"),
            ApplicationState.APPROVED: _("已開通"),
            ApplicationState.REJECTED: _("不通過"),
            ApplicationState.WITHDRAWN: _("已撤回"),
            ApplicationState.ENDED: _("已終止"),
        }[self]


OPEN_STATES = (ApplicationState.UNDER_REVIEW, ApplicationState.RETURNED)
"""Not decided yet; only these have approval blocks and review flags."""

LIVE_STATES = (*OPEN_STATES, ApplicationState.APPROVED)
"""Neither withdrawn, rejected nor ended; a person has one such application a child."""


class ApprovalBlock(StrEnum):
    """A block of the approval; each is a ``held_for_…`` column."""

    DOCUMENTS = "documents"
    CORRECTION = "correction"
    CONFLICT = "conflict"
    STUDENT_CONSENT = "student_consent"
    REGISTRAR = "registrar"
    SIGNATURE = "signature"

    @property
    def label(self) -> str:
        """The block in a few characters."""
        return {
            ApprovalBlock.DOCUMENTS: _("待補文件"),
            ApprovalBlock.CORRECTION: _("資料更正中"),
            ApprovalBlock.CONFLICT: _("申請衝突"),
            ApprovalBlock.STUDENT_CONSENT: _("待學生本人同意"),
            ApprovalBlock.REGISTRAR: _("待註冊組確認"),
            ApprovalBlock.SIGNATURE: _("未簽回申請書"),
        }[self]

    @property
    def explanation(self) -> str:
        """The block in a sentence, with the way to lift it."""
        return {
            ApprovalBlock.DOCUMENTS: _("這種申請要查驗證明文件正本；查驗後請按「已查驗證明文件」。"),
            ApprovalBlock.CORRECTION: _("家長回報學生資料有誤，註冊組處理後才能通過。"),
            ApprovalBlock.CONFLICT: _("這名學生另有一件申請，由註冊組決定。"),
            ApprovalBlock.STUDENT_CONSENT: _("學生已成年，要本人登入同意，或登錄已簽名的紙本同意書。"),
            ApprovalBlock.REGISTRAR: _("申請人的證號與學生的證號相同，由註冊組確認。"),
            ApprovalBlock.SIGNATURE: _("還沒收到簽章的申請書；收到後請按「已收到簽章申請書」。"),
        }[self]


BLOCKS_SHOWN_TO_PARENTS = (
    ApprovalBlock.DOCUMENTS,
    ApprovalBlock.CORRECTION,
    ApprovalBlock.CONFLICT,
    ApprovalBlock.STUDENT_CONSENT,
)
"""The blocks that applicants may see. The registrar's would reveal that an ID belongs to a student; the signature is
their next step."""


class ReviewFlag(IntFlag):
    """Hints for the reviewer of an application; the database keeps the bits."""

    GUARDIAN_NAME_DIFFERS = 1
    GUARDIAN_ID_DIFFERS = 2
    GUARDIAN_MOBILE_DIFFERS = 4
    GUARDIAN_EMAIL_DIFFERS = 8
    NOT_ON_FILE = 16
    SEX_DIFFERS = 32
    EMAIL_SHARED = 64
    MOBILE_SHARED = 128
    UNUSUAL_CHARACTERS = 256
    CONSENT_REFUSED = 512
    GUARDIAN_MATCHES = 1024
    KNOWN_APPLICANT = 2048
    EMAIL_UNVERIFIED = 4096
    NO_EMAIL = 8192

    @property
    def label(self) -> str:
        """One flag in a few characters."""
        return {
            ReviewFlag.GUARDIAN_NAME_DIFFERS: _("姓名與學籍不同"),
            ReviewFlag.GUARDIAN_ID_DIFFERS: _("證號與學籍不同"),
            ReviewFlag.GUARDIAN_MOBILE_DIFFERS: _("手機與學籍不同"),
            ReviewFlag.GUARDIAN_EMAIL_DIFFERS: _("電子郵件與學籍不同"),
            ReviewFlag.NOT_ON_FILE: _("學籍無此人"),
            ReviewFlag.SEX_DIFFERS: _("稱謂與證號性別不符"),
            ReviewFlag.EMAIL_SHARED: _("電子郵件與他人相同"),
            ReviewFlag.MOBILE_SHARED: _("手機與他人相同"),
            ReviewFlag.UNUSUAL_CHARACTERS: _("姓名有罕用字"),
            ReviewFlag.CONSENT_REFUSED: _("事後不同意"),
            ReviewFlag.GUARDIAN_MATCHES: _("與學籍相符"),
            ReviewFlag.KNOWN_APPLICANT: _("另有子女申請"),
            ReviewFlag.EMAIL_UNVERIFIED: _("電子郵件未驗證"),
            ReviewFlag.NO_EMAIL: _("沒有電子郵件"),
        }[self]

    @property
    def explanation(self) -> str:
        """One flag in a sentence, with the action that it needs."""
        return {
            ReviewFlag.GUARDIAN_NAME_DIFFERS: _("證號與學籍上的家長相同，姓名不同；請對照申請書。"),
            ReviewFlag.GUARDIAN_ID_DIFFERS: _("姓名與學籍上的家長相同，證號不同；請對照申請書。"),
            ReviewFlag.GUARDIAN_MOBILE_DIFFERS: _("手機號碼與學籍上登記的不同。"),
            ReviewFlag.GUARDIAN_EMAIL_DIFFERS: _("電子郵件與學籍上登記的不同。"),
            ReviewFlag.NOT_ON_FILE: _("姓名與證號都不是學籍上登記的家長；請確認是誰。"),
            ReviewFlag.SEX_DIFFERS: _("親屬關係與證號所示性別不符；請對照申請書。"),
            ReviewFlag.EMAIL_SHARED: _("另一位申請人用了相同的電子郵件；一個信箱只能是一個人的帳號。"),
            ReviewFlag.MOBILE_SHARED: _("另一位申請人用了相同的手機號碼。"),
            ReviewFlag.UNUSUAL_CHARACTERS: _("姓名有罕用字或遺失的字；請確認其他系統能顯示。"),
            ReviewFlag.CONSENT_REFUSED: _("送出申請後，家長又對同意書答了不同意；請先向家長確認。"),
            ReviewFlag.GUARDIAN_MATCHES: _("申請人都是學籍上登記的家長，資料相符。"),
            ReviewFlag.KNOWN_APPLICANT: _("申請人也為另一位子女申請；通過後是同一個帳號。"),
            ReviewFlag.EMAIL_UNVERIFIED: _("申請時沒有用驗證碼確認電子郵件。"),
            ReviewFlag.NO_EMAIL: _("沒有電子郵件；通過後請學校打電話通知。"),
        }[self]


NEEDS_REVIEW = (
    ReviewFlag.GUARDIAN_NAME_DIFFERS
    | ReviewFlag.GUARDIAN_ID_DIFFERS
    | ReviewFlag.GUARDIAN_MOBILE_DIFFERS
    | ReviewFlag.GUARDIAN_EMAIL_DIFFERS
    | ReviewFlag.NOT_ON_FILE
    | ReviewFlag.SEX_DIFFERS
    | ReviewFlag.EMAIL_SHARED
    | ReviewFlag.MOBILE_SHARED
    | ReviewFlag.UNUSUAL_CHARACTERS
    | ReviewFlag.CONSENT_REFUSED
)
"""Flags that need a person's review before an approval; the others only inform."""


class Attention(StrEnum):
    """What an application needs from the reviewer, as a filter of the queue."""

    BLOCKED = "blocked"
    NEEDS_REVIEW = "needs_review"
    READY = "ready"

    @property
    def label(self) -> str:
        """The choice in the filter."""
        return {
            Attention.BLOCKED: _("不能通過"),
            Attention.NEEDS_REVIEW: _("要看一下"),
            Attention.READY: _("可直接通過"),
        }[self]
