"""The refusals of the services, which screens and the command line word; none holds personal data.

Services derive their own refusals from the same root. The database's errors are in :mod:`kiosk.services.errors`::

    ServiceError
    ├── Denied
    ├── PasswordChangeRequired
    ├── SignInRefused
    ├── PasswordRefused
    ├── UnknownStudent
    ├── AlreadyApplied
    ├── ConsentMissing
    ├── ChangedMeanwhile
    ├── SchoolRefused
    ├── UnusableReason         kiosk.domain.reason
    ├── NothingToSign          kiosk.domain.documents
    └── FormRefused            kiosk.domain.documents
"""

from __future__ import annotations

import math
from enum import Enum, auto

from kiosk.rules.passwords import PasswordFault


class ServiceError(Exception):
    """The root of all refusals that a person must see."""


class Denied(ServiceError):
    """The actor may not do this."""


class PasswordChangeRequired(ServiceError):
    """The first password must be changed first (the guide's step 一)."""


class SignInRefused(ServiceError):
    """The sign-in failed, for a reason that is not given.

    Attributes:
        minutes_left: until a locked account opens again.
        wait_seconds: until a slowed-down terminal takes the next try.
    """

    def __init__(self, minutes_left: int | None = None, wait_seconds: int | None = None) -> None:
        super().__init__("sign-in refused")
        self.minutes_left = minutes_left
        self.wait_seconds = wait_seconds

    @property
    def minutes_to_wait(self) -> int:
        """The minutes until the next try, rounded up."""
        return self.minutes_left or math.ceil((self.wait_seconds or 0) / 60)


class PasswordRefused(ServiceError):
    """The new password is not accepted; ``fault`` is None for an earlier password."""

    def __init__(self, fault: PasswordFault | None) -> None:
        super().__init__(fault.name if fault else "REUSED")
        self.fault = fault


class UnknownStudent(ServiceError):
    """No active student has this number."""


class AlreadyApplied(ServiceError):
    """This person already has a live application for this child."""


class ConsentMissing(ServiceError):
    """No consent is on record, so no application is accepted."""


class ChangedMeanwhile(ServiceError):
    """Another actor changed the same row first.

    Attributes:
        by: the colleague's name; empty for another actor or if unknown.
        at: milliseconds since 1970-01-01 UTC; 0 if unknown.
        what: the present state; may be empty.
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
    """The school's data cannot be opened; ``line`` gives the reason in one printable line."""

    def __init__(self, fault: SchoolFault, line: str) -> None:
        super().__init__(line)
        self.fault = fault
        self.line = line
