"""The reasons that staff give for what they decide; people read them, so they are plain text that can be kept."""

from __future__ import annotations

from kiosk.domain.errors import ServiceError
from kiosk.rules.text_safety import is_clean

LONGEST_REASON = 200


class UnusableReason(ServiceError):
    """There is no reason, or one that cannot be kept: too long, or with characters that nobody sees."""


def checked_reason(text: str) -> str:
    """A reason as it is kept: on one line, without blanks at its ends.

    Raises:
        UnusableReason: see there.
    """
    reason = " ".join(text[: 2 * LONGEST_REASON].split())
    if not reason or len(reason) > LONGEST_REASON or not is_clean(reason):
        raise UnusableReason
    return reason
