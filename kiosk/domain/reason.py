"""The reasons that staff give for what they decide; people read them, so they are plain text that can be kept."""

from __future__ import annotations

from kiosk.domain.errors import ServiceError
from kiosk.rules.text_safety import is_safe

MAX_REASON_LENGTH = 200


class UnusableReason(ServiceError):
    """There is no reason, or one that cannot be kept: too long, or with characters that nobody sees."""


def checked_reason(text: str) -> str:
    """A reason as it is kept: on one line, without blanks at its ends.

    Raises:
        UnusableReason: see there.
    """
    reason = " ".join(text[: 2 * MAX_REASON_LENGTH].split())
    if not reason or len(reason) > MAX_REASON_LENGTH or not is_safe(reason):
        raise UnusableReason
    return reason
