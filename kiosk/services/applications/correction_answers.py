"""The applicants' answers to 退件補正: which form fields were returned, and what was entered for them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from db.keyring import KeyRing
from kiosk.domain.application_case import ApplicantRecord
from kiosk.domain.application_form import ApplicantEntry, ApplicantValues, Mode
from kiosk.domain.receipt import EmailState
from kiosk.rules.identity import NationalId
from kiosk.services.applications.form_check import read_form

RETURNABLE = ("name", "relation", "national_id", "mobile", "email")
"""The keys of :class:`ApplicantEntry` that can be returned, in the form's order."""


@dataclass(frozen=True, slots=True)
class ReturnedPerson:
    """An applicant, at a position from 1, with reasons by returned field; these fields of the entry are empty."""

    position: int
    entry: ApplicantEntry = field(repr=False)
    reasons: Mapping[str, str] = field(repr=False)


@dataclass(frozen=True, slots=True)
class CorrectionAnswer:
    """One applicant's answer: the record, the values before and after, and the keys of the returned fields."""

    person: ApplicantRecord
    before: ApplicantValues
    given: ApplicantValues
    keys: tuple[str, ...]

    def changed(self, key: str) -> bool:
        """Return whether a field has another value."""
        return bool(getattr(self.before, key) != getattr(self.given, key))

    @property
    def keeps_verified_email(self) -> bool:
        """Whether the e-mail was verified before and is the same."""
        return self.person.email_state == EmailState.VERIFIED and not self.changed("email")


def returned_person(keys: KeyRing, person: ApplicantRecord, reasons: Mapping[str, str]) -> ReturnedPerson:
    """Return an applicant's values with the returned fields emptied."""
    empty = ApplicantEntry()
    cleared = {name: getattr(empty, name) for name in _entry_fields(reasons)}
    return ReturnedPerson(person.position, replace(_entry(_values(keys, person)), **cleared), reasons)


def read_answers(
    keys: KeyRing,
    people: Sequence[ApplicantRecord],
    returned: Mapping[int, Mapping[str, str]],
    entries: Mapping[int, ApplicantEntry],
    mode: Mode,
    on: date,
) -> list[CorrectionAnswer]:
    """Check the answers: the returned fields from the entries, all others as before.

    ``returned`` and ``entries`` are by the applicant's position.

    Raises:
        InvalidApplication: a field is wrong.
    """
    before = [_values(keys, person) for person in people]
    whole = []
    for person, values in zip(people, before, strict=True):
        typed = entries.get(person.position, ApplicantEntry())
        fields = _entry_fields(returned.get(person.position, {}))
        whole.append(replace(_entry(values), **{name: getattr(typed, name) for name in fields}))
    return [
        CorrectionAnswer(person, values, given, tuple(returned[person.position]))
        for person, values, given in zip(people, before, read_form(whole, mode, on), strict=True)
        if person.position in returned
    ]


def _entry_fields(keys: Iterable[str]) -> list[str]:
    """Return the entry's fields of these keys: some are typed twice, and an e-mail can be declined."""
    more = {"national_id": ("national_id_again",), "email": ("email_again", "no_email")}
    return [name for key in keys for name in (key, *more.get(key, ()))]


def _values(keys: KeyRing, person: ApplicantRecord) -> ApplicantValues:
    personal = keys.open("applicant", person.id, person.sealed)
    national_id = NationalId(personal["national_id"])
    return ApplicantValues(person.name, person.relation, national_id, personal["mobile"], personal["email"])


def _entry(values: ApplicantValues) -> ApplicantEntry:
    """Return the values as they would be typed."""
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
