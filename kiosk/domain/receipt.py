"""An application's receipt: the number, the masked applicants and the next steps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from kiosk.domain.application_form import Basis
from kiosk.domain.application_status import ApprovalBlock
from kiosk.rules.contact import mask_email, mask_mobile
from kiosk.rules.identity import mask_id
from kiosk.rules.names import mask_name


class EmailState(StrEnum):
    """Whether an applicant's e-mail address is verified."""

    VERIFIED = "verified"
    UNVERIFIED = "unverified"
    NONE = "none"


class NextStep(StrEnum):
    """The steps after the submission, in this order."""

    SIGN_FORM = "sign_form"
    BRING_DOCUMENTS = "bring_documents"
    STUDENT_CONSENT = "student_consent"
    SEE_REGISTRAR = "see_registrar"
    TEACHER_REVIEWS = "teacher_reviews"
    EMAIL_COMES = "email_comes"
    SCHOOL_CALLS = "school_calls"


@dataclass(frozen=True, slots=True)
class MaskedApplicant:
    """One applicant, masked."""

    name: str
    relation: str
    national_id: str
    mobile: str
    email: str | None
    email_state: EmailState


@dataclass(frozen=True, slots=True)
class Receipt:
    """The receipt of one application.

    Attributes:
        token: random, for the QR code.
        documents: the names of the documents to bring.
        blocks: the approval blocks that applicants may see.
    """

    application_id: str
    number: str
    token: str = field(repr=False)
    applicants: tuple[MaskedApplicant, ...]
    documents: tuple[str, ...]
    next_steps: tuple[NextStep, ...]
    blocks: tuple[ApprovalBlock, ...]


def masked_applicant(name: str, relation: str, personal: Mapping[str, Any], email_state: EmailState) -> MaskedApplicant:
    """Mask an applicant; ``personal`` is the opened seal: national_id, mobile, email or None."""
    email = personal["email"]
    return MaskedApplicant(
        name=mask_name(name),
        relation=relation,
        national_id=mask_id(personal["national_id"]),
        mobile=mask_mobile(personal["mobile"]),
        email=None if email is None else mask_email(email),
        email_state=email_state,
    )


def make_receipt(
    application_id: str,
    number: str,
    token: str,
    basis: Basis,
    applicants: tuple[MaskedApplicant, ...],
    blocks: tuple[ApprovalBlock, ...],
) -> Receipt:
    """Return the receipt with its next steps."""
    steps = [NextStep.SIGN_FORM]
    if ApprovalBlock.DOCUMENTS in blocks:
        steps.append(NextStep.BRING_DOCUMENTS)
    if ApprovalBlock.STUDENT_CONSENT in blocks:
        steps.append(NextStep.STUDENT_CONSENT)
    if ApprovalBlock.CORRECTION in blocks or ApprovalBlock.CONFLICT in blocks:
        steps.append(NextStep.SEE_REGISTRAR)
    steps.append(NextStep.TEACHER_REVIEWS)
    has_email = {applicant.email_state is not EmailState.NONE for applicant in applicants}
    if True in has_email:
        steps.append(NextStep.EMAIL_COMES)
    if False in has_email:
        steps.append(NextStep.SCHOOL_CALLS)
    return Receipt(application_id, number, token, applicants, basis.documents, tuple(steps), blocks)
