"""Answers to the consent text, kept as evidence (Personal Data Protection Act, art. 7)."""

from __future__ import annotations

from typing import Literal
from uuid import uuid4

from sqlmodel import Session, func, select

from db.models.applications import Consent
from db.models.documents import CardAnswer
from db.store import Store, UnitOfWork
from kiosk.clock import Clock
from kiosk.config.settings import Settings
from kiosk.domain.errors import Denied, ServiceError
from kiosk.domain.school_calendar import today
from kiosk.i18n import _
from kiosk.services.applications.flags import refresh
from kiosk.services.auth.denial_audit import audits_refusals
from kiosk.services.auth.identity_check import IdAttempt, IdentityCheck, NotTheirId
from kiosk.services.auth.student_session import FamilyService, StudentSession, is_of_age
from kiosk.services.texts.loader import ConsentText

ConsentAnswer = Literal["agree", "refuse"]
AnsweredBy = Literal["parent", "student"]
BY_ACCOUNT = "account"
"""The author of a consent that was withdrawn with a parent's account."""
WITHDRAWN = "withdraw"
"""The choice of such a withdrawal."""


def choice_label(choice: str) -> str:
    """Return the answer in the guide's words; an unknown one as it is."""
    return {"agree": _("同意"), "refuse": _("不同意"), WITHDRAWN: _("撤回同意")}.get(choice, choice)


class NotReadToEnd(ServiceError):
    """The text was not scrolled to its end, so the answer does not count."""


class NotTheStudent(NotTheirId):
    """The ID is not the student's, or the roster has none."""


class NotOfAge(ServiceError):
    """The student is a minor or has no birth date on the roster: a parent answers."""


@audits_refusals
class Consents(FamilyService):
    """The service."""

    def __init__(self, store: Store, settings: Settings, clock: Clock) -> None:
        super().__init__(store, settings, clock)
        self._own_id = IdentityCheck(clock)

    def record(
        self,
        visitor: StudentSession,
        text: ConsentText,
        choice: ConsentAnswer,
        *,
        language: str,
        read_to_end: bool,
        answered_by: AnsweredBy = "parent",
        student_national_id: str = "",
    ) -> str:
        """Add an answer to the shown text, also a refusal, beside the earlier ones; return its id.

        The answer of a student of full age sets or lifts the block of the student's applications, and needs the
        student's full ID. A parent's refusal flags the applications for the reviewer.

        Raises:
            NotReadToEnd: the text was not scrolled to its end.
            NotOfAge: a minor cannot answer.
            NotTheStudent: the ID is not the student's.
            TooManyTries: too many wrong IDs.
        """
        if not read_to_end:
            raise NotReadToEnd
        if choice not in ("agree", "refuse") or answered_by not in ("parent", "student"):
            raise Denied
        consent_id = ""
        claim = IdAttempt(holds=True)
        with self._write(visitor) as (unit, student):
            if answered_by == "student":
                if not is_of_age(unit.keys, student.id, student.sealed, today(self._clock)):
                    raise NotOfAge
                owners = [student.national_id_index] if student.national_id_index else []
                claim = self._own_id.claim(unit, visitor, student.id, student_national_id, owners)
            if claim.holds:
                consent_id = add_consent(
                    unit, student.id, text, choice, language, answered_by, visitor.account, visitor.terminal
                )
                refresh(unit, [student.id])
                detail = {"consent": consent_id, "choice": choice, "by": answered_by, "sha256": text.source.sha256}
                unit.audit(visitor.credential_id, "consent.answered", student.id, detail)
        claim.refuse_if_locked()
        if not claim.holds:
            raise NotTheStudent
        return consent_id


def add_consent(
    unit: UnitOfWork,
    student_id: str,
    text: ConsentText,
    choice: ConsentAnswer,
    language: str,
    answered_by: AnsweredBy,
    account: str,
    terminal: str,
    recorded_by: str | None = None,
) -> str:
    """Add an answer to a text that was read to its end; return its id. ``recorded_by`` is for signed paper."""
    consent_id = uuid4().hex
    unit.session.add(
        Consent(
            id=consent_id,
            student_id=student_id,
            text_name=str(text.source.name),
            text_version=text.source.version,
            text_sha256=text.source.sha256,
            language=language,
            read_to_end=True,
            choice=choice,
            answered_by=answered_by,
            account=account,
            terminal=terminal,
            recorded_by=recorded_by,
            answered_at=moment_after_last(unit.session, student_id, unit.timestamp_ms),
        )
    )
    return consent_id


def moment_after_last(session: Session, student_id: str, now: int, answer: type[Consent | CardAnswer] = Consent) -> int:
    """Return the present, or a later moment if the wall clock was set back: the last answer counts."""
    last = session.exec(select(func.max(answer.answered_at)).where(answer.student_id == student_id)).one()
    return now if last is None else max(now, last + 1)
