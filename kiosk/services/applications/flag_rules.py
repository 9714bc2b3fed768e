"""The rules behind an application's approval blocks and review flags: pure functions, for submission and refresh."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from kiosk.domain.application_case import ApplicantRecord, Contacts
from kiosk.domain.application_status import NEEDS_REVIEW, ApprovalBlock, ReviewFlag
from kiosk.domain.receipt import EmailState
from kiosk.services.applications.cases import BLOCK_COLUMNS
from kiosk.services.applications.shared_contacts import INDEXES, Shared

FLAG_COLUMNS = (*BLOCK_COLUMNS.values(), "is_blocked", "remarks", "needs_a_look")
NO_FLAGS: dict[str, Any] = dict.fromkeys(FLAG_COLUMNS, False) | {"remarks": 0}
_BETWEEN_NAMES = "、"
_FLAG_OF_FIELD = {
    "name": ReviewFlag.GUARDIAN_NAME_DIFFERS,
    "national_id": ReviewFlag.GUARDIAN_ID_DIFFERS,
    "mobile": ReviewFlag.GUARDIAN_MOBILE_DIFFERS,
    "email": ReviewFlag.GUARDIAN_EMAIL_DIFFERS,
}


@dataclass(frozen=True, slots=True)
class GuardianContacts(Contacts):
    """A guardian on the roster."""

    name: str = field(repr=False)


_Guardian = TypeVar("_Guardian", bound=GuardianContacts)


def names_of(student_name: str, people: Iterable[ApplicantRecord]) -> str:
    """Join an application's names for sorting and searching, the student's first."""
    return _BETWEEN_NAMES.join((student_name, *(person.name for person in people)))


def applicants_of(names: str, student_name: str) -> str:
    """Return the applicants' part of `names_of`."""
    return names[len(student_name) + len(_BETWEEN_NAMES) :]


def matching_guardian(person: ApplicantRecord, guardians: Iterable[_Guardian]) -> _Guardian | None:
    """Return the guardian who has the applicant's ID, else the first with the same name."""
    by_name = None
    for guardian in guardians:
        if guardian.national_id_index is not None and guardian.national_id_index == person.national_id_index:
            return guardian
        if by_name is None and guardian.name == person.name:
            by_name = guardian
    return by_name


def differing_fields(person: ApplicantRecord, guardian: GuardianContacts) -> tuple[str, ...]:
    """Return the keys of the fields in which an applicant differs from the roster; unknown values do not differ."""
    differing = ["name"] if guardian.name and guardian.name != person.name else []
    for index in INDEXES:
        given, on_file = getattr(person, index), getattr(guardian, index)
        if given is not None and on_file is not None and given != on_file:
            differing.append(index.removesuffix("_index"))
    return tuple(differing)


def person_flags(person: ApplicantRecord, guardians: Iterable[GuardianContacts], shared: Shared) -> ReviewFlag:
    """Return an applicant's review flags; ``guardians`` are the child's, and ``shared`` may have the applicant too."""
    flags = shared.flags(person)
    guardian = matching_guardian(person, guardians)
    if guardian is None:
        flags |= ReviewFlag.NOT_ON_FILE
    else:
        differing = differing_fields(person, guardian)
        flags |= ReviewFlag(0) if differing else ReviewFlag.GUARDIAN_MATCHES
        for key in differing:
            flags |= _FLAG_OF_FIELD[key]
    if person.sex_differs:
        flags |= ReviewFlag.SEX_DIFFERS
    if person.unusual_characters:
        flags |= ReviewFlag.UNUSUAL_CHARACTERS
    if person.email_state != EmailState.VERIFIED:
        flags |= ReviewFlag.NO_EMAIL if person.email_state == EmailState.NONE else ReviewFlag.EMAIL_UNVERIFIED
    return flags


def flags_of(
    blocks: Collection[ApprovalBlock], people: Sequence[ReviewFlag], *, consent_refused: bool = False
) -> dict[str, Any]:
    """Return the flag columns of an open application, by its blocks and the review flags of each applicant.

    ``consent_refused``: a parent refused the consent after the submission.
    """
    flags = ReviewFlag.CONSENT_REFUSED if consent_refused else ReviewFlag(0)
    for one in people:
        flags |= one
    if not all(ReviewFlag.GUARDIAN_MATCHES in one for one in people):
        flags &= ~ReviewFlag.GUARDIAN_MATCHES
    return {
        **{column: block in blocks for block, column in BLOCK_COLUMNS.items()},
        "is_blocked": bool(blocks),
        "remarks": flags.value,
        "needs_a_look": bool(flags & NEEDS_REVIEW),
    }
