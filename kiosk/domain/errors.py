"""What services refuse, for screens and the command line to put into words; none of it holds personal data."""

from __future__ import annotations

from enum import Enum, auto

from kiosk.rules.passwords import PasswordFault


class ServiceError(Exception):
    """A refusal a person must be told of."""


class Denied(ServiceError):
    """This actor may not do this."""


class PasswordChangeRequired(ServiceError):
    """Nothing is shown or done before the first password has been changed (the guide's step 一)."""


class SignInRefused(ServiceError):
    """The sign-in failed; why is not said.

    Attributes:
        minutes_left: how long the account stays locked, where it is.
        wait_seconds: how long this terminal must wait between tries, where it must.
    """

    def __init__(self, minutes_left: int | None = None, wait_seconds: int | None = None) -> None:
        super().__init__("sign-in refused")
        self.minutes_left = minutes_left
        self.wait_seconds = wait_seconds


class PasswordRefused(ServiceError):
    """The new password cannot be taken; ``fault`` is None where it was used before."""

    def __init__(self, fault: PasswordFault | None) -> None:
        super().__init__(fault.name if fault else "REUSED")
        self.fault = fault


class UnknownStudent(ServiceError):
    """No active student has this number."""


class AlreadyApplied(ServiceError):
    """This person has an application for this child already."""


class ConsentMissing(ServiceError):
    """No consent is on record, so no application can be taken."""


class ChangedMeanwhile(ServiceError):
    """Somebody else changed the same thing first.

    Attributes:
        by: the colleague's name; empty where it was no colleague, or nobody knows.
        at: when, in milliseconds since 1970-01-01 UTC; 0 where nobody knows.
        what: the state it is in now; empty where that says nothing.
    """

    def __init__(self, by: str = "", at: int = 0, what: str = "") -> None:
        super().__init__("changed meanwhile")
        self.by = by
        self.at = at
        self.what = what


class SchoolFault(Enum):
    """Why the school's data cannot be opened."""

    KEY = auto()
    DATABASE = auto()
    FOLDER = auto()


class SchoolRefused(ServiceError):
    """The school's data cannot be opened; ``line`` says why in one line, safe to print."""

    def __init__(self, fault: SchoolFault, line: str) -> None:
        super().__init__(line)
        self.fault = fault
        self.line = line
