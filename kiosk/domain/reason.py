"""Reasons that staff give for decisions: one line of safe text."""

from __future__ import annotations

from kiosk.domain.errors import ServiceError
from kiosk.rules.text_safety import is_safe

MAX_REASON_LENGTH = 200


class UnusableReason(ServiceError):
    """The reason is empty, too long, or has unsafe characters."""


def checked_reason(text: str) -> str:
    """Return a reason on one line, without blanks at its ends.

    Raises:
        UnusableReason: it is empty, too long or unsafe.
    """
    reason = " ".join(text[: 2 * MAX_REASON_LENGTH].split())
    if not reason or len(reason) > MAX_REASON_LENGTH or not is_safe(reason):
        raise UnusableReason
    return reason
