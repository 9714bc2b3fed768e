"""The parent's side of 退件補正: seeing what was sent back and why, and answering just that."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from sqlalchemy import RowMapping, bindparam, select, update

from db.keyring import KeyRing
from db.models.applications import Applicant, Application, Correction
from db.models.columns import table_of
from db.models.school import Guardian
from db.store import Store, UnitOfWork
from kiosk.clock import Clock
from kiosk.domain.application_form import ApplicantEntry, ApplicantValues, Basis, Mode
from kiosk.domain.application_status import ApplicationState
from kiosk.domain.errors import AlreadyApplied, ChangedMeanwhile, Denied
from kiosk.domain.receipt import EmailState
from kiosk.domain.school_calendar import today
from kiosk.rules.contact import email_key
from kiosk.rules.identity import NationalId
from kiosk.services.applications import history
from kiosk.services.applications.applicant_rows import personal_columns
from kiosk.services.applications.flags import refresh_only, students_sharing_contacts
from kiosk.services.applications.history import Action
from kiosk.services.applications.state_changes import change_state
from kiosk.services.applications.submission import read_form, student_as_applicant
from kiosk.services.auth.denial_audit import refusals_audited
from kiosk.services.auth.identity_check import IdAttempt, IdentityCheck
from kiosk.services.auth.student_session import StudentBasics, StudentSession, require_login

RETURNABLE = ("name", "relation", "national_id", "mobile", "email")
"""The fields that can be sent back, by their keys in :class:`ApplicantEntry`, in the form's order."""

_OF_THE_PERSON = {
    "documents_seen_by": None,
    "documents_seen_at": None,
    "registrar_released_by": None,
    "conflict_settled_by": None,
}
"""What staff found right of the person who stood there before; another number is another person."""

_application = table_of(Application)
_applicant = table_of(Applicant)
_guardian = table_of(Guardian)
_correction = table_of(Correction)

_FIND = select(_application).where(
    _application.c.id == bindparam("application"), _application.c.student_id == bindparam("student")
)
_FIND_PEOPLE = (
    select(_applicant).where(_applicant.c.application_id == bindparam("application")).order_by(_applicant.c.position)
)
_FIND_LIVE_NUMBERS = select(_applicant.c.national_id_index).where(
    _applicant.c.student_id == bindparam("student"),
    _applicant.c.live,
    _applicant.c.application_id != bindparam("application"),
)
_FIND_GUARDIANS = select(_guardian.c.national_id_index).where(
    _guardian.c.student_id == bindparam("student"), _guardian.c.national_id_index.is_not(None)
)
_FIND_OPEN = select(_correction).where(
    _correction.c.application_id == bindparam("application"), _correction.c.state == "open"
)
_LET_GO = update(_applicant).where(_applicant.c.id.in_(bindparam("ids", expanding=True))).values(live=False)
_CLOSE = (
    update(_correction)
    .where(_correction.c.application_id == bindparam("application"), _correction.c.state == "open")
    .values(state="answered", answered_at=bindparam("at"))
)


@dataclass(frozen=True, slots=True)
class ReturnedPerson:
    """An applicant of whom something was sent back.

    Attributes:
        position: from 1.
        entry: what was given, to stand in the fields that are right; those sent back are empty.
        reasons: why, by the key of each field that was sent back.
    """

    position: int
    entry: ApplicantEntry = field(repr=False)
    reasons: Mapping[str, str] = field(repr=False)


@dataclass(frozen=True, slots=True)
class ReturnedApplication:
    """An application that was sent back; only people with something to answer are on it."""

    application_id: str
    number: str
    version: int
    mode: Mode
    basis: Basis
    people: tuple[ReturnedPerson, ...]


class Corrections:
    """The service."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._own_id = IdentityCheck(clock)

    def open(self, visitor: StudentSession, application_id: str, national_id: str) -> ReturnedApplication:
        """What was sent back of an application, shown to one of its people only.

        Where it is the number itself that was sent back, the number that the school has of a guardian opens it too.

        Args:
            visitor: who stands at the kiosk.
            application_id: which.
            national_id: the full ID of one of its people, as typed.

        Raises:
            NotTheirId: the ID is not an applicant's.
            TooManyTries: too many wrong IDs.
            ChangedMeanwhile: nothing is sent back any more.
            Denied, PasswordChangeRequired: not this student's application, or see `require_login`; audited.
        """
        with self._unit(visitor, "corrections.open") as (unit, student):
            application = _find(unit, student, application_id)
            returned = _open_fields(unit, application_id)
            claim = self._claim(unit, visitor, application, national_id, returned)
            people = _people(unit, application_id) if claim.holds else ()
            unit.audit(visitor.credential_id, "corrections.opened", application_id, {"done": claim.holds})
        claim.require()
        if application["state"] != ApplicationState.RETURNED:
            raise ChangedMeanwhile(what=application["state"])
        return ReturnedApplication(
            application_id,
            application["number"],
            application["version"],
            Mode(application["mode"]),
            Basis(application["basis"]),
            tuple(
                _returned(unit.keys, person, returned[person["position"]])
                for person in people
                if person["position"] in returned
            ),
        )

    def answer(
        self,
        visitor: StudentSession,
        application_id: str,
        version: int,
        national_id: str,
        entries: Mapping[int, ApplicantEntry],
        verified_emails: Collection[str] = (),
    ) -> None:
        """Answer what was sent back; the application is under review again.

        Of each entry only the fields that were sent back are taken; a value may be left as it was.

        Args:
            visitor: who stands at the kiosk.
            application_id: which.
            version: as it was shown by `open`.
            national_id: as for `open`.
            entries: by position, each person of whom something was sent back.
            verified_emails: the addresses whose code was typed in.

        Raises:
            InvalidApplication: a field is wrong; its messages are one dictionary an applicant of the application.
            ApplicantIsStudent: an applicant's ID is the student's.
            AlreadyApplied: one of these persons has another live application for this child.
            NotTheirId: the ID is not an applicant's.
            TooManyTries: too many wrong IDs.
            ChangedMeanwhile: it is not as it was shown.
            Denied, PasswordChangeRequired: not this student's application, or see `require_login`; audited.
        """
        verified = {email_key(email) for email in verified_emails}
        on = today(self._clock)
        with self._unit(visitor, "corrections.answer") as (unit, student):
            application = _find(unit, student, application_id)
            returned = _open_fields(unit, application_id)
            claim = self._claim(unit, visitor, application, national_id, returned)
            is_current = application["state"] == ApplicationState.RETURNED and application["version"] == version
            if claim.holds and is_current:
                people, mode = _people(unit, application_id), Mode(application["mode"])
                answers = _answers(unit.keys, people, returned, entries, mode, on)
                self._take(unit, student, application, answers, verified)
                unit.audit(visitor.credential_id, "application.answered", application_id)
        claim.require()
        if not is_current:
            raise ChangedMeanwhile(what=application["state"])

    @contextmanager
    def _unit(self, visitor: StudentSession, action: str) -> Iterator[tuple[UnitOfWork, StudentBasics]]:
        with (
            refusals_audited(self._store, visitor.credential_id, visitor.student_id, action),
            self._store.write() as unit,
        ):
            yield unit, require_login(unit.connection, visitor)

    def _claim(
        self,
        unit: UnitOfWork,
        visitor: StudentSession,
        application: RowMapping,
        typed: str,
        returned: Mapping[int, Mapping[str, str]],
    ) -> IdAttempt:
        owners = [person["national_id_index"] for person in _people(unit, application["id"])]
        if any("national_id" in reasons for reasons in returned.values()):
            owners += unit.connection.execute(_FIND_GUARDIANS, {"student": application["student_id"]}).scalars().all()
        return self._own_id.claim(unit, visitor, application["id"], typed, owners)

    def _take(
        self,
        unit: UnitOfWork,
        student: StudentBasics,
        application: RowMapping,
        answers: Sequence[_Answer],
        verified: Collection[str],
    ) -> None:
        """Write the answers down, and everything that follows from them."""
        connection, application_id = unit.connection, application["id"]
        shared_before = students_sharing_contacts(connection, [student.id])
        values: dict[str, Any] = {}
        ids = [answer.person["id"] for answer in answers]
        connection.execute(_LET_GO, {"ids": ids})  # two parents may have typed each other's number
        for answer in answers:
            person = answer.person
            kept_email = [email_key(answer.given.email)] if answer.keeps_verified_email and answer.given.email else []
            columns = personal_columns(unit.keys, person["id"], answer.given, {*verified, *kept_email})
            if columns["national_id_index"] != person["national_id_index"]:
                _require_free(unit, student, application, person["position"], columns["national_id_index"])
                values = _OF_THE_PERSON
            connection.execute(update(_applicant).where(_applicant.c.id == person["id"]).values(live=True, **columns))
        connection.execute(_CLOSE, {"application": application_id, "at": unit.timestamp_ms})
        change_state(unit, application, ApplicationState.UNDER_REVIEW, **values)
        refresh_only(unit, shared_before)
        said = {
            (answer.person["position"], key): "" if answer.changed(key) else history.UNCHANGED
            for answer in answers
            for key in answer.keys
        }
        history.add(unit, application_id, Action.ANSWERED, fields=said)


@dataclass(frozen=True, slots=True)
class _Answer:
    """One person's answer: their row, what was given before and now, and the keys of what was sent back."""

    person: RowMapping
    before: ApplicantValues
    given: ApplicantValues
    keys: tuple[str, ...]

    def changed(self, key: str) -> bool:
        return bool(getattr(self.before, key) != getattr(self.given, key))

    @property
    def keeps_verified_email(self) -> bool:
        return self.person["email_state"] == EmailState.VERIFIED and not self.changed("email")


def _answers(
    keys: KeyRing,
    people: Sequence[RowMapping],
    returned: Mapping[int, Mapping[str, str]],
    entries: Mapping[int, ApplicantEntry],
    mode: Mode,
    on: date,
) -> list[_Answer]:
    """The answers, checked: of each entry what was sent back, and what was given before for the rest.

    Raises:
        InvalidApplication: see `Corrections.answer`.
    """
    before = [_values(keys, person) for person in people]
    whole = []
    for person, values in zip(people, before, strict=True):
        reasons = returned.get(person["position"], {})
        typed = entries.get(person["position"], ApplicantEntry())
        whole.append(replace(_entry(values), **{key: getattr(typed, key) for key in _fields(reasons)}))
    return [
        _Answer(person, values, given, tuple(returned[person["position"]]))
        for person, values, given in zip(people, before, read_form(whole, mode, on), strict=True)
        if person["position"] in returned
    ]


def _returned(keys: KeyRing, person: RowMapping, reasons: Mapping[str, str]) -> ReturnedPerson:
    empty = ApplicantEntry()
    cleared = {name: getattr(empty, name) for name in _fields(reasons)}
    return ReturnedPerson(person["position"], replace(_entry(_values(keys, person)), **cleared), reasons)


def _fields(keys: Iterable[str]) -> list[str]:
    """The entry's fields behind these keys: some are typed twice, and an e-mail can be said not to be there."""
    more = {"national_id": ("national_id_again",), "email": ("email_again", "no_email")}
    return [name for key in keys for name in (key, *more.get(key, ()))]


def _values(keys: KeyRing, person: RowMapping) -> ApplicantValues:
    personal = keys.open("applicant", person["id"], person["sealed"])
    national_id = NationalId(personal["national_id"])
    return ApplicantValues(person["name"], person["relation"], national_id, personal["mobile"], personal["email"])


def _entry(values: ApplicantValues) -> ApplicantEntry:
    """What was given, as it would be typed."""
    email = values.email or ""
    return ApplicantEntry(
        name=values.name,
        relation=values.relation,
        national_id=values.national_id.text,
        national_id_again=values.national_id.text,
        mobile=values.mobile,
        email=email,
        email_again=email,
        no_email=values.email is None,
    )


def _find(unit: UnitOfWork, student: StudentBasics, application_id: str) -> RowMapping:
    """An application of this student's.

    Raises:
        Denied: there is none.
    """
    place = {"application": application_id, "student": student.id}
    application = unit.connection.execute(_FIND, place).mappings().one_or_none()
    if application is None:
        raise Denied
    return application


def _people(unit: UnitOfWork, application_id: str) -> Sequence[RowMapping]:
    return unit.connection.execute(_FIND_PEOPLE, {"application": application_id}).mappings().all()


def _open_fields(unit: UnitOfWork, application_id: str) -> dict[int, dict[str, str]]:
    """The reasons of what is sent back, by position and key, in the form's order."""
    found = unit.connection.execute(_FIND_OPEN, {"application": application_id}).mappings()
    fields: dict[int, dict[str, str]] = {}
    for row in sorted(found, key=lambda row: (row["position"], RETURNABLE.index(row["field"]))):
        reason = unit.keys.open("correction", row["id"], row["sealed"])["reason"]
        fields.setdefault(row["position"], {})[row["field"]] = reason
    return fields


def _require_free(
    unit: UnitOfWork, student: StudentBasics, application: RowMapping, position: int, number: bytes
) -> None:
    """Go on only with a number that is neither the student's nor on another live application for this child.

    Raises:
        ApplicantIsStudent, AlreadyApplied: see `Corrections.answer`.
    """
    if number == student.national_id_index:
        positions = range(1, Mode(application["mode"]).applicants + 1)
        raise student_as_applicant(place == position for place in positions)
    place = {"student": student.id, "application": application["id"]}
    if number in unit.connection.execute(_FIND_LIVE_NUMBERS, place).scalars().all():
        raise AlreadyApplied
