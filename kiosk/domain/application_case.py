"""An application with its applicants: read once for a decision, then handed on."""

from __future__ import annotations

from dataclasses import dataclass, field

from kiosk.domain.application_form import Basis, Mode
from kiosk.domain.application_status import ApplicationState, ApprovalBlock, ReviewFlag
from kiosk.domain.receipt import EmailState


@dataclass(frozen=True, slots=True)
class Contacts:
    """A person's blind indexes and the child they belong to; None where the value is not known."""

    student_id: str
    national_id_index: bytes | None = field(repr=False)
    mobile_index: bytes | None = field(repr=False)
    email_index: bytes | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class ApplicantRecord(Contacts):
    """An applicant; fields as in `db.models.applications.Applicant`."""

    national_id_index: bytes = field(repr=False)
    mobile_index: bytes = field(repr=False)
    id: str
    application_id: str
    position: int
    name: str = field(repr=False)
    relation: str
    live: bool
    email_state: EmailState
    unusual_characters: bool
    sex_differs: bool
    sealed: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class ApplicationCase:
    """An application and its applicants, in the form's order.

    Fields are as in `db.models.applications.Application`; ``blocks`` are the ``held_for_…`` columns that are set.
    """

    id: str
    number: str
    receipt_token: str = field(repr=False)
    student_id: str
    consent_id: str
    mode: Mode
    basis: Basis
    state: ApplicationState
    class_name: str
    student_name: str = field(repr=False)
    names: str = field(repr=False)
    blocks: tuple[ApprovalBlock, ...]
    flags: ReviewFlag
    needs_review: bool
    documents_seen_by: str | None
    documents_seen_at: int | None
    decided_by: str | None
    decided_at: int | None
    submitted_at: int
    changed_at: int
    version: int
    applicants: tuple[ApplicantRecord, ...]
