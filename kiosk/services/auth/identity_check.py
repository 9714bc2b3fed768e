"""Asking for a person's own full ID: both parents and the student know the login, so the login alone proves no one.

Every try is counted by :mod:`kiosk.services.auth.lockout` in the unit of work that compares it, right or wrong.
"""

from __future__ import annotations

import hmac
import math
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
    """The ID is not that person's."""


class TooManyTries(ServiceError):
    """Too many wrong IDs; ``minutes_left`` says for how long none is looked at."""

    def __init__(self, minutes_left: int) -> None:
        super().__init__("too many tries")
        self.minutes_left = minutes_left


@dataclass(frozen=True, slots=True)
class IdAttempt:
    """What came of one try; read it after the unit of work, so that a wrong try stays counted.

    Attributes:
        holds: the ID is the person's.
        minutes_left: how long no try is allowed; None where this one was looked at.
    """

    holds: bool
    minutes_left: int | None = None

    def require(self) -> None:
        """Go on only with the right ID.

        Raises:
            NotTheirId: it was another's.
            TooManyTries: it was not looked at.
        """
        self.refuse_if_locked()
        if not self.holds:
            raise NotTheirId

    def refuse_if_locked(self) -> None:
        """Go on only if the ID was looked at.

        Raises:
            TooManyTries: it was not.
        """
        if self.minutes_left is not None:
            raise TooManyTries(self.minutes_left)


class IdentityCheck:
    """The comparison, counted."""

    def __init__(self, clock: Clock) -> None:
        self._lockout = Lockout(clock)

    def claim(
        self, unit: UnitOfWork, visitor: StudentSession, subject: str, typed: str, owners: Collection[bytes]
    ) -> IdAttempt:
        """Compare a typed ID with the blind indexes of those who own something.

        Args:
            unit: the try is counted in it, and audited.
            visitor: who stands at the kiosk.
            subject: what is owned, such as ``draft|<id>``; tries are counted for each.
            typed: the ID as typed.
            owners: the owners' blind indexes; any of them will do.
        """
        counter = unit.keys.index(IndexColumn.ACCOUNT, f"own id|{subject}")
        refused = self._lockout.reserve(unit, counter, visitor.terminal)
        if refused is not None:
            unit.audit(visitor.credential_id, "own_id.locked", subject)
            seconds = refused.wait_seconds or 0
            return IdAttempt(holds=False, minutes_left=refused.minutes_left or math.ceil(seconds / 60))
        index = unit.keys.index(IndexColumn.NATIONAL_ID, normalise_id(typed))
        holds = any(hmac.compare_digest(index, owner) for owner in owners)
        if holds:
            self._lockout.clear(unit, counter, visitor.terminal)
        unit.audit(visitor.credential_id, "own_id.right" if holds else "own_id.wrong", subject)
        return IdAttempt(holds)
