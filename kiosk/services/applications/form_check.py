"""Checks a whole application form, whichever client sent it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from kiosk.domain.applicant_validation import read_applicant
from kiosk.domain.application_form import ApplicantEntry, ApplicantValues, Mode
from kiosk.domain.errors import ServiceError
from kiosk.i18n import _


class InvalidApplication(ServiceError):
    """A field of the form is wrong; ``messages`` holds one dictionary an applicant, field key to message."""

    def __init__(self, messages: Sequence[dict[str, str]]) -> None:
        super().__init__("invalid application")
        self.messages = tuple(messages)


class ApplicantIsStudent(InvalidApplication):
    """An applicant's ID is the student's own: that goes to the registrar (分流申請書)."""


def read_form(entries: Sequence[ApplicantEntry], mode: Mode, on: date) -> list[ApplicantValues]:
    """Return the applicants of a whole form, one or two, in their normal form.

    Raises:
        InvalidApplication: a field is wrong.
    """
    others = [entries[1 - place] if len(entries) == 2 else None for place in range(len(entries))]
    read = [read_applicant(entry, mode, on, other) for entry, other in zip(entries, others, strict=True)]
    people = [values for _messages, values in read if values is not None]
    if len(people) < len(entries):
        raise InvalidApplication([messages for messages, _values in read])
    return people


def student_as_applicant(own: Iterable[bool]) -> ApplicantIsStudent:
    """Return the refusal of the student's own ID; ``own`` says of each applicant whether the ID is the student's."""
    message = _("這是學生本人的身分證字號，請填申請人自己的。")
    return ApplicantIsStudent([{"national_id": message} if is_own else {} for is_own in own])
