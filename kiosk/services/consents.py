"""Answers to the consent text, kept as evidence (Personal Data Protection Act, art. 7)."""

from __future__ import annotations

from typing import Literal
from uuid import uuid4

from sqlmodel import col, update

from db.models import Application, Consent
from db.sealed import IndexColumn
from db.store import Store
from kiosk.rules.identity import normalise_id
from kiosk.services.errors import Denied, ServiceError
from kiosk.services.texts import ConsentText
from kiosk.services.visitor import Visitor, require_student

Choice = Literal["agree", "refuse"]
AnsweredBy = Literal["parent", "student"]


class NotReadToEnd(ServiceError):
    """The text was not scrolled to its end, so no answer to it counts."""


class NotTheStudent(ServiceError):
    """The ID is not the student's: a student of full age answers for themself, by their own ID."""


class Consents:
    """The service."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def record(
        self,
        visitor: Visitor,
        text: ConsentText,
        choice: Choice,
        *,
        language: str,
        read_to_end: bool,
        answered_by: AnsweredBy = "parent",
        student_national_id: str = "",
    ) -> str:
        """Keep one answer; a refusal is an answer, and a later one replaces none before it. Returns the consent's id.

        Raises:
            NotReadToEnd, NotTheStudent, Denied, PasswordChangeRequired: see there.
        """
        if not read_to_end:
            raise NotReadToEnd
        if choice not in ("agree", "refuse") or answered_by not in ("parent", "student"):
            raise Denied
        consent_id = uuid4().hex
        with self._store.write() as unit:
            student = require_student(unit.session, visitor)
            if answered_by == "student":
                typed = unit.keys.index(IndexColumn.NATIONAL_ID, normalise_id(student_national_id))
                if student.national_id_index is None or typed != student.national_id_index:
                    raise NotTheStudent
            unit.session.add(
                Consent(
                    id=consent_id,
                    student_id=student.id,
                    text_name=str(text.source.name),
                    text_version=text.source.version,
                    text_sha256=text.source.sha256,
                    language=language,
                    read_to_end=read_to_end,
                    choice=choice,
                    answered_by=answered_by,
                    account=visitor.account,
                    terminal=visitor.terminal,
                    answered_at=unit.at,
                )
            )
            if answered_by == "student":
                unit.session.exec(
                    update(Application)
                    .where(col(Application.student_id) == student.id)
                    .values(held_for_student_consent=choice != "agree")
                )
            detail = {"choice": choice, "by": answered_by, "sha256": text.source.sha256}
            unit.audit(visitor.credential_id, "consent.answered", student.id, detail)
        return consent_id
