"""Messages for refused passwords."""

from __future__ import annotations

from kiosk.i18n import _
from kiosk.rules.passwords import FAMILY_RULE, MAX_LENGTH, STAFF_RULE, PasswordFault, PasswordRule


def password_message(fault: PasswordFault | None, rule: PasswordRule = FAMILY_RULE) -> str:
    """Return what is wrong and what to do; None means an earlier password."""
    if fault is None:
        return _("這個密碼以前用過，請換一個。")
    personal = {
        FAMILY_RULE: _("密碼裡有帳號、學號、手機或生日，容易被猜到，請換一個。"),
        STAFF_RULE: _("密碼裡有帳號或姓名，容易被猜到，請換一個。"),
    }
    return {
        PasswordFault.TOO_SHORT: _("密碼至少要 {n} 個字。").format(n=rule.min_length),
        PasswordFault.TOO_LONG: _("密碼最多 {n} 個字。").format(n=MAX_LENGTH),
        PasswordFault.NO_LETTER: _("密碼還缺英文字母。"),
        PasswordFault.NO_DIGIT: _("密碼還缺數字。"),
        PasswordFault.NOT_ASCII: _("密碼只能用英文字母、數字和符號，請切換為英文輸入。"),
        PasswordFault.COMMON: _("這個密碼太常見，容易被猜到，請換一個。"),
        PasswordFault.IDENTITY: _("不能用身分證字號當密碼，請換一個。"),
        PasswordFault.PERSONAL: personal[rule],
    }[fault]
