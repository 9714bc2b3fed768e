"""Login accounts: ``P`` and the student number (the guide's step 一), in whatever case and width they are typed."""

from __future__ import annotations

from kiosk.rules.text_safety import compact

_LONGEST = 64


def normalise_account(text: str) -> str:
    """One spelling for look-up and for counting failures: half-width, upper case, without blanks and dashes.

    Never fails: whatever was typed is counted, whether there is such an account or not. The first 64 characters count.
    """
    return compact(compact(text[:_LONGEST]).upper())[:_LONGEST]


def student_account(student_number: str) -> str:
    """The account of a student's login."""
    return f"P{normalise_account(student_number)}"


def student_number_of(account: str) -> str | None:
    """The student number within an account as typed, or None where the account is not a student's login."""
    value = normalise_account(account)
    return value[1:] if value.startswith("P") and len(value) > 1 else None
