"""Saved drafts (暫存離開): sealed, one a form and student, opened by the owner's full ID."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from sqlmodel import Session, select

from db.keyring import IndexColumn
from db.models.applications import Draft
from db.store import Store, UnitOfWork
from kiosk.clock import Clock
from kiosk.config.settings import Settings
from kiosk.domain.errors import ServiceError
from kiosk.domain.school_calendar import today
from kiosk.rules.identity import parse_id
from kiosk.services.auth.denial_audit import audits_refusals
from kiosk.services.auth.identity_check import IdAttempt, IdentityCheck
from kiosk.services.auth.student_session import FamilyService, StudentSession

APPLICATION = "application"
CONFIRMATION = "confirmation"


class DraftOfAnother(ServiceError):
    """Another person's draft of this form exists; it is replaced only on request."""


@audits_refusals
class Drafts(FamilyService):
    """The service."""

    def __init__(self, store: Store, settings: Settings, clock: Clock) -> None:
        super().__init__(store, settings, clock)
        self._own_id = IdentityCheck(clock)

    def save(
        self,
        visitor: StudentSession,
        form: str,
        values: Mapping[str, Any],
        national_id: str = "",
        *,
        replace: bool = False,
    ) -> None:
        """Save a form's JSON values; ``form`` is `APPLICATION` or `CONFIRMATION`.

        The owner's full ID opens the draft again, and an application's draft must have one.

        Raises:
            InvalidIdentity: the ID is invalid, or missing for an application.
            DraftOfAnother: a draft of this form has another owner, and ``replace`` is not set.
        """
        owner = None
        if national_id or form == APPLICATION:
            number = parse_id(national_id, today(self._clock)).text
            owner = self._store.keys.index(IndexColumn.NATIONAL_ID, number)
        with self._write(visitor) as (unit, student):
            draft = _find(unit.session, student.id, form)
            if draft is None:
                draft = Draft(id=uuid4().hex, student_id=student.id, form=form, sealed=b"", saved_at=unit.timestamp_ms)
            elif draft.national_id_index not in (None, owner) and not replace:
                raise DraftOfAnother
            draft.sealed = unit.keys.seal("draft", draft.id, values)
            draft.national_id_index = owner
            draft.saved_at = unit.timestamp_ms
            unit.session.add(draft)
            unit.audit(visitor.credential_id, "draft.saved", student.id, {"form": form})

    def exists(self, visitor: StudentSession, form: str) -> bool:
        """Return whether anybody's draft of this form exists."""
        with self._read(visitor) as (session, student):
            return _find(session, student.id, form) is not None

    def load(self, visitor: StudentSession, form: str, national_id: str = "") -> dict[str, Any] | None:
        """Return a draft's values; None if there is no draft or the ID is not its owner's.

        Raises:
            TooManyTries: too many wrong IDs.
        """
        with self._write(visitor) as (unit, student):
            draft, claim = self._claim(unit, visitor, student.id, form, national_id)
            values = None
            if draft is not None and claim.holds:
                values = unit.keys.open("draft", draft.id, draft.sealed)
            unit.audit(visitor.credential_id, "draft.asked_for", student.id, {"form": form})
        claim.refuse_if_locked()
        return values

    def discard(self, visitor: StudentSession, form: str, national_id: str = "") -> bool:
        """Delete a draft; return False if the ID is not its owner's.

        Raises:
            TooManyTries: too many wrong IDs.
        """
        with self._write(visitor) as (unit, student):
            draft, claim = self._claim(unit, visitor, student.id, form, national_id)
            if draft is not None and claim.holds:
                unit.session.delete(draft)
            detail = {"form": form, "done": claim.holds}
            unit.audit(visitor.credential_id, "draft.discarded", student.id, detail)
        claim.refuse_if_locked()
        return claim.holds

    def _claim(
        self, unit: UnitOfWork, visitor: StudentSession, student_id: str, form: str, national_id: str
    ) -> tuple[Draft | None, IdAttempt]:
        """Compare the ID with the draft's owner; any ID opens a draft without owner, and an empty ID is no try."""
        draft = _find(unit.session, student_id, form)
        if draft is None or draft.national_id_index is None:
            return draft, IdAttempt(holds=True)
        if not national_id.strip():
            return draft, IdAttempt(holds=False)
        return draft, self._own_id.claim(unit, visitor, draft.id, national_id, [draft.national_id_index])


def _find(session: Session, student_id: str, form: str) -> Draft | None:
    return session.exec(select(Draft).where(Draft.student_id == student_id, Draft.form == form)).one_or_none()
