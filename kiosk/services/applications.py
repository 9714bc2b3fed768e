"""Submitting and withdrawing an application for parent accounts."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import uuid4

from sqlalchemy import Table, insert
from sqlmodel import Session, SQLModel, col, select, update

from db.models import Applicant, Application, Consent, NumberCounter, SignedForm, Student
from db.sealed import IndexColumn, KeyRing
from db.store import Store, UnitOfWork
from kiosk.clock import Clock
from kiosk.rules.application_numbers import format_number
from kiosk.rules.contact import parse_email, parse_mobile
from kiosk.rules.identity import normalise_id
from kiosk.rules.names import is_rare, needs_manual_glyph, parse_name
from kiosk.rules.roc_dates import is_adult, school_year
from kiosk.services.application_form import ApplicantEntry, Basis, Mode, check_applicant
from kiosk.services.errors import AlreadyApplied, ConsentMissing, Denied, ServiceError
from kiosk.services.receipts import EmailState, Hold, Receipt, make_receipt, masked_applicant
from kiosk.services.today import today
from kiosk.services.visitor import Visitor, require_student

_LIVE = ("under_review", "returned", "approved")


class InvalidApplication(ServiceError):
    """A field is wrong; ``messages`` holds one dictionary an applicant, field to words."""

    def __init__(self, messages: Sequence[dict[str, str]]) -> None:
        super().__init__("invalid application")
        self.messages = tuple(messages)


class OwnChild(ServiceError):
    """An applicant's ID is the student's own."""


@dataclass(frozen=True)
class _Person:
    name: str = field(repr=False)
    relation: str
    national_id: str = field(repr=False)
    mobile: str = field(repr=False)
    email: str | None = field(repr=False)


class Applications:
    """The service."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def _today(self) -> date:
        return today(self._clock)

    def submit(
        self,
        visitor: Visitor,
        request_id: str,
        mode: Mode,
        basis: Basis,
        entries: Sequence[ApplicantEntry],
        verified_emails: Collection[str] = (),
    ) -> Receipt:
        """Take an application; the same ``request_id`` again brings the same receipt.

        Raises:
            InvalidApplication: a field is wrong.
            OwnChild: the student's own ID was given; the registrar handles that (分流申請書).
            ConsentMissing: the last answer to the consent is not 同意.
            AlreadyApplied: this person has a live application for this child.
            Denied, PasswordChangeRequired, StoreError: see there.
        """
        people = self._checked(mode, basis, entries)
        with self._store.write() as unit:
            student = require_student(unit.session, visitor)
            again = unit.session.exec(select(Application).where(Application.request_id == request_id)).one_or_none()
            if again is not None:
                if again.student_id != student.id:
                    raise Denied
                unit.audit(visitor.credential_id, "application.sent_again", again.id)
                return self._receipt(unit.session, again)
            application = self._write(unit, student, request_id, mode, basis, people, verified_emails)
            unit.audit(
                visitor.credential_id, "application.submitted", application["id"], {"number": application["number"]}
            )
            return self._receipt(unit.session, unit.session.get_one(Application, application["id"]))

    def _checked(self, mode: Mode, basis: Basis, entries: Sequence[ApplicantEntry]) -> list[_Person]:
        if len(entries) != mode.applicants or basis not in mode.bases:
            raise InvalidApplication([{}])
        messages = []
        for place, entry in enumerate(entries):
            messages.append(check_applicant(entry, mode, self._today(), entries[0] if place else None))
        if any(messages):
            raise InvalidApplication(messages)
        return [
            _Person(
                name=parse_name(entry.name),
                relation=parse_name(entry.relation),
                national_id=normalise_id(entry.national_id),
                mobile=parse_mobile(entry.mobile),
                email=None if entry.no_email else parse_email(entry.email),
            )
            for entry in entries
        ]

    def _write(
        self,
        unit: UnitOfWork,
        student: Student,
        request_id: str,
        mode: Mode,
        basis: Basis,
        people: Sequence[_Person],
        verified_emails: Collection[str],
    ) -> dict[str, Any]:
        session, keys = unit.session, unit.keys
        consent = session.exec(
            select(Consent.id, Consent.choice)
            .where(Consent.student_id == student.id, Consent.answered_by == "parent")
            .order_by(col(Consent.answered_at).desc())
            .limit(1)
        ).one_or_none()
        if consent is None or consent[1] != "agree":
            raise ConsentMissing
        indexes = [keys.index(IndexColumn.NATIONAL_ID, person.national_id) for person in people]
        if student.national_id_index in indexes:
            raise OwnChild
        live = session.exec(
            select(Applicant.national_id_index).where(Applicant.student_id == student.id, col(Applicant.live))
        ).all()
        if set(live) & set(indexes):
            raise AlreadyApplied
        known_students = session.exec(select(Student.id).where(col(Student.national_id_index).in_(indexes))).first()
        row: dict[str, Any] = {
            "id": uuid4().hex,
            "number": self._next_number(unit),
            "receipt_token": secrets.token_urlsafe(16),
            "request_id": request_id,
            "student_id": student.id,
            "consent_id": consent[0],
            "mode": str(mode),
            "basis": str(basis),
            "state": "under_review",
            "held_for_documents": bool(basis.documents),
            "held_for_correction": student.data_state == "error_reported",
            "held_for_conflict": bool(live),
            "held_for_student_consent": self._awaits_student(session, student),
            "held_for_registrar": known_students is not None,
            "submitted_at": unit.at,
            "changed_at": unit.at,
            "version": 1,
        }
        unit.connection.execute(insert(_table(Application)), row)
        unit.connection.execute(
            insert(_table(Applicant)),
            [
                _applicant_row(keys, row["id"], student.id, place, person, index, verified_emails)
                for place, (person, index) in enumerate(zip(people, indexes, strict=True), 1)
            ],
        )
        if live:
            self._mark_conflict(session, student.id)
        unit.connection.execute(
            insert(_table(SignedForm)),
            {
                "id": uuid4().hex,
                "student_id": student.id,
                "application_id": row["id"],
                "form": "binding",
                "state": "not_printed",
                "changed_at": unit.at,
            },
        )
        return row

    def _mark_conflict(self, session: Session, student_id: str) -> None:
        """Hold all live applications of a child: father and mother applied apart, and the registrar decides."""
        session.exec(
            update(Application)
            .where(col(Application.student_id) == student_id, col(Application.state).in_(_LIVE))
            .values(held_for_conflict=True, version=Application.version + 1)
        )

    def _awaits_student(self, session: Session, student: Student) -> bool:
        birth = self._store.keys.open("student", student.id, student.sealed).get("birth_date")
        if not birth or not is_adult(date.fromisoformat(str(birth)), self._today()):
            return False
        own = session.exec(
            select(Consent.choice)
            .where(Consent.student_id == student.id, Consent.answered_by == "student")
            .order_by(col(Consent.answered_at).desc())
            .limit(1)
        ).one_or_none()
        return own != "agree"

    def _next_number(self, unit: UnitOfWork) -> str:
        """Count within the write unit: no number is skipped, none given twice."""
        year = school_year(self._today())
        counter = unit.session.get(NumberCounter, f"application.{year}")
        if counter is None:
            counter = NumberCounter(name=f"application.{year}", value=0)
            unit.session.add(counter)
        counter.value += 1
        unit.session.flush()
        return format_number(year, counter.value)

    def _receipt(self, session: Session, application: Application) -> Receipt:
        people = session.exec(
            select(Applicant).where(Applicant.application_id == application.id).order_by(col(Applicant.position))
        ).all()
        masked = tuple(
            masked_applicant(
                person.name,
                person.relation,
                self._store.keys.open("applicant", person.id, person.sealed),
                EmailState(person.email_state),
            )
            for person in people
        )
        holds = frozenset(hold for hold in Hold if getattr(application, f"held_for_{hold.value}"))
        return make_receipt(
            application.id,
            application.number,
            application.receipt_token,
            Basis(application.basis),
            masked,
            holds,
        )

    def is_applicant(self, visitor: Visitor, application_id: str, national_id: str) -> bool:
        """Whether this full ID is of one of the application's people: parents and student all know the login."""
        with self._store.read() as session:
            student = require_student(session, visitor)
            return self._is_applicant(session, student.id, application_id, national_id)

    def _is_applicant(self, session: Session, student_id: str, application_id: str, national_id: str) -> bool:
        typed = self._store.keys.index(IndexColumn.NATIONAL_ID, normalise_id(national_id))
        indexes = session.exec(
            select(Applicant.national_id_index).where(
                Applicant.application_id == application_id, Applicant.student_id == student_id
            )
        ).all()
        return any(hmac.compare_digest(typed, index) for index in indexes)

    def withdraw(self, visitor: Visitor, application_id: str, national_id: str) -> None:
        """Take an application back; an application left alone is no longer in conflict.

        Raises:
            Denied: the ID is not an applicant's, or the application is decided already.
        """
        with self._store.write() as unit:
            student = require_student(unit.session, visitor)
            application = unit.session.get(Application, application_id)
            entitled = self._is_applicant(unit.session, student.id, application_id, national_id)
            if application is None or not entitled or application.state not in ("under_review", "returned"):
                raise Denied
            application.state, application.changed_at = "withdrawn", unit.at
            application.held_for_conflict = False
            application.version += 1
            unit.session.exec(
                update(Applicant).where(col(Applicant.application_id) == application_id).values(live=False)
            )
            unit.session.flush()
            left = unit.session.exec(
                select(Application).where(Application.student_id == student.id, col(Application.state).in_(_LIVE))
            ).all()
            if len(left) == 1:
                left[0].held_for_conflict = False
            unit.audit(visitor.credential_id, "application.withdrawn", application_id)


def _table(model: type[SQLModel]) -> Table:
    table: Table = model.__table__  # type: ignore[attr-defined]  # SQLModel leaves __table__ untyped
    return table


def _applicant_row(
    keys: KeyRing,
    application_id: str,
    student_id: str,
    position: int,
    person: _Person,
    national_id_index: bytes,
    verified_emails: Collection[str],
) -> dict[str, Any]:
    row_id = uuid4().hex
    email_state = "none" if person.email is None else "verified" if person.email in verified_emails else "unverified"
    values = {"national_id": person.national_id, "mobile": person.mobile, "email": person.email}
    return {
        "id": row_id,
        "application_id": application_id,
        "student_id": student_id,
        "position": position,
        "name": person.name,
        "relation": person.relation,
        "live": True,
        "email_state": email_state,
        "unusual_characters": needs_manual_glyph(person.name) or is_rare(person.name),
        "national_id_index": national_id_index,
        "mobile_index": keys.index(IndexColumn.MOBILE, person.mobile),
        "email_index": keys.index(IndexColumn.EMAIL, person.email.lower()) if person.email else None,
        "sealed": keys.seal("applicant", row_id, values),
    }
