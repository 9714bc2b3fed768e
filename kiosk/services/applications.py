"""Submitting, recognising and withdrawing an application for parent accounts."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any
from uuid import uuid4

from sqlalchemy import RowMapping, bindparam, delete, insert, select, update

from db.models import Applicant, Application, Consent, Draft, NumberCounter, SignedForm, Student, table_of
from db.sealed import IndexColumn, KeyRing
from db.store import Store, UnitOfWork
from kiosk.clock import Clock
from kiosk.i18n import _
from kiosk.rules.application_numbers import format_number
from kiosk.rules.names import is_rare, needs_manual_glyph
from kiosk.rules.roc_dates import school_year
from kiosk.services.application_form import (
    ApplicantEntry,
    ApplicantValues,
    Basis,
    Mode,
    check_applicant,
    email_key,
    values_of,
)
from kiosk.services.consents import is_of_age
from kiosk.services.drafts import APPLICATION
from kiosk.services.errors import AlreadyApplied, ChangedMeanwhile, ConsentMissing, Denied, ServiceError
from kiosk.services.own_id import OwnId
from kiosk.services.receipts import EmailState, Hold, Receipt, make_receipt, masked_applicant
from kiosk.services.refusals import audits_refusals
from kiosk.services.today import today
from kiosk.services.visitor import StudentBasics, Visitor, require_login

_Row = Mapping[str, Any] | RowMapping
_LIVE = ("under_review", "returned", "approved")
_OPEN = ("under_review", "returned")

_application = table_of(Application)
_applicant = table_of(Applicant)
_consent = table_of(Consent)
_signed_form = table_of(SignedForm)
_counter = table_of(NumberCounter)
_draft = table_of(Draft)
_student = table_of(Student)

_OF_STUDENT = _application.c.student_id == bindparam("student")
_FIND_REQUEST = select(_application).where(_application.c.request_id == bindparam("request"))
_FIND_APPLICATION = select(_application).where(_application.c.id == bindparam("application"), _OF_STUDENT)
_FIND_PEOPLE = (
    select(_applicant).where(_applicant.c.application_id == bindparam("application")).order_by(_applicant.c.position)
)
_FIND_LIVE_PEOPLE = select(_applicant.c.national_id_index).where(
    _applicant.c.student_id == bindparam("student"), _applicant.c.live
)
_FIND_ANSWERS = (
    select(_consent.c.id, _consent.c.answered_by, _consent.c.choice)
    .where(_consent.c.student_id == bindparam("student"))
    .order_by(_consent.c.answered_at.desc())
)
_FIND_STUDENTS = select(_student.c.id).where(_student.c.national_id_index.in_(bindparam("indexes", expanding=True)))
_FIND_LIVE_APPLICATIONS = select(_application.c.id).where(_OF_STUDENT, _application.c.state.in_(_LIVE))
_COUNT = (
    update(_counter)
    .where(_counter.c.name == bindparam("counter"))
    .values(value=_counter.c.value + 1)
    .returning(_counter.c.value)
)
_MARK_CONFLICT = (
    update(_application)
    .where(_OF_STUDENT, _application.c.state.in_(_LIVE))
    .values(held_for_conflict=bindparam("held"), version=_application.c.version + 1)
)
_ADD_APPLICATION = insert(_application)
_ADD_PEOPLE = insert(_applicant)
_ADD_SIGNED_FORM = insert(_signed_form)
_FORGET_DRAFT = delete(_draft).where(
    _draft.c.student_id == bindparam("student"),
    _draft.c.form == APPLICATION,
    _draft.c.national_id_index.in_(bindparam("indexes", expanding=True)),
)


class InvalidApplication(ServiceError):
    """Something on the form is wrong; ``messages`` holds one dictionary an applicant, field key to words."""

    def __init__(self, messages: Sequence[dict[str, str]]) -> None:
        super().__init__("invalid application")
        self.messages = tuple(messages)


class OwnChild(InvalidApplication):
    """An applicant's ID is the student's own: that goes to the registrar (分流申請書)."""


@audits_refusals
class Applications:
    """The service."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._own_id = OwnId(clock)

    def submit(
        self,
        visitor: Visitor,
        request_id: str,
        mode: Mode,
        basis: Basis,
        applicants: Sequence[ApplicantEntry],
        verified_emails: Collection[str] = (),
    ) -> Receipt:
        """Take an application: whole, or not at all.

        Another live application for the same child holds both until the registrar has decided. An applicant whose
        ID is some student's goes to the registrar as well, untold.

        Args:
            visitor: who stands at the kiosk.
            request_id: 32 hexadecimal digits, made once a form; sent again, it brings the first receipt again.
            mode: the way to apply.
            basis: on what the applicants act; one of the mode's.
            applicants: as typed, as many as the mode wants.
            verified_emails: the addresses whose code was typed in.

        Raises:
            InvalidApplication: a field is wrong; OwnChild where an applicant's ID is the student's.
            ConsentMissing: the last answer to the consent text is not 同意.
            AlreadyApplied: one of these persons has a live application for this child.
            Denied, PasswordChangeRequired: see `kiosk.services.visitor.require_login`.
            StoreError: nothing was taken.
        """
        people = self._checked(mode, basis, applicants)
        verified = {email_key(email) for email in verified_emails}
        with self._store.write() as unit:
            student = require_login(unit.connection, visitor)
            row = unit.connection.execute(_FIND_REQUEST, {"request": request_id}).mappings().one_or_none()
            if row is not None:
                if row["student_id"] != student.id:
                    raise Denied
                unit.audit(visitor.credential_id, "application.sent_again", row["id"])
                return _receipt(unit.keys, row, _people(unit, row["id"]))
            columns = self._columns(unit, student, people, mode, basis)
            application, rows = _insert(unit, columns | {"request_id": request_id}, people, verified)
            unit.audit(
                visitor.credential_id,
                "application.submitted",
                application["id"],
                {"number": application["number"], "mode": application["mode"], "basis": application["basis"]},
            )
            return _receipt(unit.keys, application, rows)

    def verify_applicant(self, visitor: Visitor, application_id: str, national_id: str) -> bool:
        """Whether this full ID is of one of the application's people.

        Raises:
            TooManyTries: too many wrong IDs.
            Denied, PasswordChangeRequired: not this student's application, or see `require_login`.
        """
        with self._store.write() as unit:
            student = require_login(unit.connection, visitor)
            _find(unit, student, application_id)
            claim = self._own_id.claim(unit, visitor, application_id, national_id, _owners(unit, application_id))
        claim.refuse_if_locked()
        return claim.holds

    def withdraw(self, visitor: Visitor, application_id: str, national_id: str) -> None:
        """Take an application back; one that is left alone is no longer in conflict.

        Raises:
            NotTheirId: the ID is not an applicant's.
            TooManyTries: too many wrong IDs.
            ChangedMeanwhile: it is decided or withdrawn already.
            Denied, PasswordChangeRequired: not this student's application, or see `require_login`.
        """
        with self._store.write() as unit:
            student = require_login(unit.connection, visitor)
            row = _find(unit, student, application_id)
            claim = self._own_id.claim(unit, visitor, application_id, national_id, _owners(unit, application_id))
            is_open = row["state"] in _OPEN
            if claim.holds and is_open:
                _withdraw(unit, student.id, application_id)
                unit.audit(visitor.credential_id, "application.withdrawn", application_id)
        claim.require()
        if not is_open:
            raise ChangedMeanwhile

    def _checked(self, mode: Mode, basis: Basis, entries: Sequence[ApplicantEntry]) -> list[ApplicantValues]:
        """Check the form once more, whoever sent it, and bring it into its normal form."""
        if len(entries) != mode.applicants or basis not in mode.bases:
            raise InvalidApplication([{} for _entry in entries])
        on = today(self._clock)
        others = [entries[1 - place] if len(entries) == 2 else None for place in range(len(entries))]
        messages = [check_applicant(entry, mode, on, other) for entry, other in zip(entries, others, strict=True)]
        if any(messages):
            raise InvalidApplication(messages)
        return [values_of(entry, on) for entry in entries]

    def _columns(
        self, unit: UnitOfWork, student: StudentBasics, people: Sequence[ApplicantValues], mode: Mode, basis: Basis
    ) -> dict[str, Any]:
        """Everything of the new row that follows from other rows; marks the others where they conflict with it."""
        connection, on = unit.connection, today(self._clock)
        indexes = [unit.keys.index(IndexColumn.NATIONAL_ID, person.national_id) for person in people]
        if student.national_id_index in indexes:
            raise OwnChild(
                [
                    {"national_id": _("這是學生本人的身分證字號，請填申請人自己的。")}
                    if index == student.national_id_index
                    else {}
                    for index in indexes
                ]
            )
        last: dict[str, Any] = {}
        for answer in connection.execute(_FIND_ANSWERS, {"student": student.id}):
            last.setdefault(answer.answered_by, answer)
        is_adult = is_of_age(unit.keys, student.id, student.sealed, on)
        student_agreed = is_adult and "student" in last and last["student"].choice == "agree"
        consent = last.get("parent", last.get("student") if student_agreed else None)
        if consent is None or consent.choice != "agree":
            raise ConsentMissing
        live = connection.execute(_FIND_LIVE_PEOPLE, {"student": student.id}).scalars().all()
        if not set(live).isdisjoint(indexes):
            raise AlreadyApplied
        if live:
            connection.execute(_MARK_CONFLICT, {"student": student.id, "held": True})
        is_student = connection.execute(_FIND_STUDENTS, {"indexes": indexes}).first() is not None
        year = school_year(on)
        return {
            "number": format_number(year, _next_serial(unit, f"application.{year}")),
            "student_id": student.id,
            "consent_id": consent.id,
            "mode": mode.value,
            "basis": basis.value,
            "held_for_documents": bool(basis.documents),
            "held_for_correction": student.data_state == "error_reported",
            "held_for_conflict": bool(live),
            "held_for_student_consent": is_adult and not student_agreed,
            "held_for_registrar": is_student,
            "held_for_signature": True,
            "is_blocked": True,
            "remarks": 0,
            "needs_a_look": False,
            "class_name": student.class_name,
            "seat_number": student.seat_number,
            "student_number": student.student_number,
            "student_name": student.name,
        }


def _receipt(keys: KeyRing, row: _Row, people: Iterable[_Row]) -> Receipt:
    """Make the receipt of what is kept, so that it never says more than that."""
    masked = tuple(
        masked_applicant(
            person["name"],
            person["relation"],
            keys.open("applicant", person["id"], person["sealed"]),
            EmailState(person["email_state"]),
        )
        for person in people
    )
    held = tuple(hold for hold in Hold if row[f"held_for_{hold.value}"])
    return make_receipt(row["id"], row["number"], row["receipt_token"], Basis(row["basis"]), masked, held)


def _next_serial(unit: UnitOfWork, counter: str) -> int:
    """Count within the write unit: no number is skipped, none given twice."""
    value = unit.connection.execute(_COUNT, {"counter": counter}).scalar_one_or_none()
    if value is None:
        unit.connection.execute(insert(_counter), {"name": counter, "value": 1})
        return 1
    return int(value)


def _insert(
    unit: UnitOfWork, columns: dict[str, Any], people: Sequence[ApplicantValues], verified: Collection[str]
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Write an application with its people and its paper form; the applicants' drafts have served."""
    application: dict[str, Any] = {
        "id": uuid4().hex,
        "receipt_token": secrets.token_urlsafe(16),
        "state": "under_review",
        "submitted_at": unit.at,
        "changed_at": unit.at,
        "version": 1,
        **columns,
    }
    rows = [
        _applicant_row(unit.keys, application, position, person, verified) for position, person in enumerate(people, 1)
    ]
    unit.connection.execute(_ADD_APPLICATION, application)
    unit.connection.execute(_ADD_PEOPLE, rows)
    unit.connection.execute(
        _ADD_SIGNED_FORM,
        {
            "id": uuid4().hex,
            "student_id": application["student_id"],
            "application_id": application["id"],
            "form": "binding",
            "state": "not_printed",
            "changed_at": unit.at,
        },
    )
    indexes = [row["national_id_index"] for row in rows]
    unit.connection.execute(_FORGET_DRAFT, {"student": application["student_id"], "indexes": indexes})
    return application, rows


def _applicant_row(
    keys: KeyRing, application: dict[str, Any], position: int, person: ApplicantValues, verified: Collection[str]
) -> dict[str, Any]:
    """One person's row; everything personal but the name is sealed or a blind index."""
    row_id = uuid4().hex
    state = EmailState.NONE
    if person.email is not None:
        state = EmailState.VERIFIED if email_key(person.email) in verified else EmailState.UNVERIFIED
    sealed = {"national_id": person.national_id, "mobile": person.mobile, "email": person.email}
    return {
        "id": row_id,
        "application_id": application["id"],
        "student_id": application["student_id"],
        "position": position,
        "name": person.name,
        "relation": person.relation,
        "live": True,
        "email_state": state.value,
        "unusual_characters": needs_manual_glyph(person.name) or is_rare(person.name),
        "national_id_index": keys.index(IndexColumn.NATIONAL_ID, person.national_id),
        "mobile_index": keys.index(IndexColumn.MOBILE, person.mobile),
        "email_index": None if person.email is None else keys.index(IndexColumn.EMAIL, email_key(person.email)),
        "sealed": keys.seal("applicant", row_id, sealed),
    }


def _find(unit: UnitOfWork, student: StudentBasics, application_id: str) -> RowMapping:
    """Find an application of this student's.

    Raises:
        Denied: there is none.
    """
    found = unit.connection.execute(_FIND_APPLICATION, {"application": application_id, "student": student.id})
    row = found.mappings().one_or_none()
    if row is None:
        raise Denied
    return row


def _people(unit: UnitOfWork, application_id: str) -> Sequence[RowMapping]:
    return unit.connection.execute(_FIND_PEOPLE, {"application": application_id}).mappings().all()


def _owners(unit: UnitOfWork, application_id: str) -> list[bytes]:
    """The blind indexes of an application's people."""
    return [person["national_id_index"] for person in _people(unit, application_id)]


def _withdraw(unit: UnitOfWork, student_id: str, application_id: str) -> None:
    """Withdraw; no application is left that it could conflict with, or one alone is free."""
    connection = unit.connection
    connection.execute(
        update(_application)
        .where(_application.c.id == application_id)
        .values(state="withdrawn", held_for_conflict=False, changed_at=unit.at, version=_application.c.version + 1)
    )
    connection.execute(update(_applicant).where(_applicant.c.application_id == application_id).values(live=False))
    left = connection.execute(_FIND_LIVE_APPLICATIONS, {"student": student_id}).all()
    if len(left) == 1:
        connection.execute(_MARK_CONFLICT, {"student": student_id, "held": False})
