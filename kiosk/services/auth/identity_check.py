"""The check of a person's own full ID, because both parents and the student share one login.

:mod:`kiosk.services.auth.lockout` counts every attempt in the unit of work that compares it.
"""

from __future__ import annotations

import hmac
from collections.abc import Collection
from dataclasses import dataclass

from db.keyring import IndexColumn
from db.store import UnitOfWork
from kiosk.clock import Clock
from kiosk.domain.errors import ServiceError
from kiosk.rules.identity import normalise_id
from kiosk.services.auth.lockout import Lockout
from kiosk.services.auth.student_session import StudentSession


class NotTheirId(ServiceError):
    """The ID is another person's."""


class TooManyTries(ServiceError):
    """Too many wrong IDs; ``minutes_left`` is the time until the next attempt."""

    def __init__(self, minutes_left: int) -> None:
        super().__init__("too many tries")
        self.minutes_left = minutes_left


@dataclass(frozen=True, slots=True)
class IdAttempt:
    """The result of one attempt; read it after the unit of work, so that a wrong attempt stays counted.

    ``minutes_left`` is the time until the next attempt; None where this one was compared.
    """

    holds: bool
    minutes_left: int | None = None

    def require(self) -> None:
        """Raise NotTheirId for another person's ID, and TooManyTries where it was not compared."""
        self.refuse_if_locked()
        if not self.holds:
            raise NotTheirId

    def refuse_if_locked(self) -> None:
        """Raise TooManyTries where the ID was not compared."""
        if self.minutes_left is not None:
            raise TooManyTries(self.minutes_left)


class IdentityCheck:
    """Compares IDs and counts the attempts."""

    def __init__(self, clock: Clock) -> None:
        self._lockout = Lockout(clock)

    def claim(
        self, unit: UnitOfWork, visitor: StudentSession, subject: str, typed: str, owners: Collection[bytes]
    ) -> IdAttempt:
        """Compare an ID as typed with the blind indexes of the owners of a draft, an application or the like.

        Attempts are counted for each ``subject``, the id of the owned thing, and for the session's terminal, and
        audited.
        """
        counter = unit.keys.index(IndexColumn.ACCOUNT, f"own id|{subject}")
        refused = self._lockout.reserve(unit, counter, visitor.terminal)
        if refused is not None:
            unit.audit(visitor.credential_id, "own_id.locked", subject)
            return IdAttempt(holds=False, minutes_left=refused.minutes_to_wait)
        index = unit.keys.index(IndexColumn.NATIONAL_ID, normalise_id(typed))
        holds = any(hmac.compare_digest(index, owner) for owner in owners)
        if holds:
            self._lockout.clear(unit, counter, visitor.terminal)
        unit.audit(visitor.credential_id, "own_id.right" if holds else "own_id.wrong", subject)
        return IdAttempt(holds)
