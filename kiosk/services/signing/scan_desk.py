"""Scans returned forms: staff scan the barcode or QR code, and the form is marked as returned."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import Enum, auto

from sqlmodel import col, select

from db.models.applications import Application
from db.models.documents import Document
from db.models.school import Student
from db.store import Store, UnitOfWork
from kiosk.domain.documents import FormKind, PaperState
from kiosk.domain.errors import Denied
from kiosk.rules.application_numbers import InvalidNumber, parse_number
from kiosk.rules.text_safety import compact
from kiosk.services.applications.flags import refresh
from kiosk.services.auth.staff_session import REVIEWERS, ActingStaff, StaffGate, StaffMember, name_of_staff
from kiosk.services.documents.register import void_if_changed
from kiosk.services.signing.issuing import mark_returned

_NUMBER = re.compile(r"D([0-9]{11})", re.ASCII)
_TOKEN = re.compile(r"[A-Z2-7]{24}", re.ASCII)
_MAX_CODE_LENGTH = 64


class AnotherClass(Denied):
    """The form is of another teacher's class."""


class ScanOutcome(Enum):
    """The outcome of a scan.

    RETURNED: marked by this scan. ALREADY: marked before. VOID: its facts have changed. RECEIPT: a receipt's code.
    MISREAD: a number with a wrong check digit. UNKNOWN: no code of this school.
    """

    RETURNED = auto()
    ALREADY = auto()
    VOID = auto()
    RECEIPT = auto()
    MISREAD = auto()
    UNKNOWN = auto()


@dataclass(frozen=True, slots=True)
class Scanned:
    """The result of one scan, with the document and who marked it as returned, if there is one.

    ``at``: when it was returned or voided, milliseconds since 1970-01-01 UTC; 0 if neither.
    """

    outcome: ScanOutcome
    number: str = ""
    kind: FormKind | None = None
    class_name: str = ""
    student_name: str = field(default="", repr=False)
    by: str = field(default="", repr=False)
    at: int = 0


class DocumentDesk:
    """The service."""

    def __init__(self, store: Store) -> None:
        self._gate = StaffGate(store)

    def scan(self, member: StaffMember, code: str) -> Scanned:
        """Mark the form of a code as returned, once; a form whose facts have changed is voided.

        ``code`` is the barcode's number (dashes or not) or the QR code's token, as the scanner typed it.

        Raises:
            AnotherClass: the form is not of the member's classes; audited.
            Denied, PasswordChangeRequired: the member's own child, or see `StaffGate`.
        """
        with self._gate.write(member, "document.scan", REVIEWERS) as (unit, acting):
            scanned = _scan(unit, member, acting, code[:_MAX_CODE_LENGTH])
            unit.audit(member.credential_id, "document.scanned", scanned.number, {"outcome": scanned.outcome.name})
            return scanned


def _scan(unit: UnitOfWork, member: StaffMember, acting: ActingStaff, code: str) -> Scanned:
    plain = compact(code).upper()
    number, token = _NUMBER.fullmatch(plain), _TOKEN.fullmatch(plain)
    if number and _is_misread(number[1]):
        return Scanned(ScanOutcome.MISREAD)
    document = None
    if number:
        digits = number[1]
        dashed = f"D{digits[:3]}-{digits[3:6]}-{digits[6:10]}-{digits[10:]}"
        document = unit.session.exec(select(Document).where(Document.number == dashed)).one_or_none()
    elif token:
        document = unit.session.exec(select(Document).where(Document.token == plain)).one_or_none()
    if document is None:
        receipts = select(col(Application.id)).where(col(Application.receipt_token) == code.strip())
        is_receipt = unit.session.exec(receipts).first() is not None
        return Scanned(ScanOutcome.RECEIPT if is_receipt else ScanOutcome.UNKNOWN)
    student = unit.session.get_one(Student, document.student_id)
    if not acting.may_see(student.class_name):
        raise AnotherClass
    acting.require_not_own_child(unit.session, student.id)
    if document.state != PaperState.VOID and void_if_changed(unit, document):
        refresh(unit, [student.id])
    outcome = _take(unit, member, acting, document)
    return Scanned(
        outcome,
        document.number,
        FormKind(document.kind),
        student.class_name,
        student.name,
        name_of_staff(unit.session, document.returned_by),
        (document.voided_at if outcome is ScanOutcome.VOID else document.returned_at) or 0,
    )


def _take(unit: UnitOfWork, member: StaffMember, acting: ActingStaff, document: Document) -> ScanOutcome:
    if document.state == PaperState.VOID:
        return ScanOutcome.VOID
    if mark_returned(unit, document, member.credential_id, acting.id):
        return ScanOutcome.RETURNED
    return ScanOutcome.VOID if document.state == PaperState.VOID else ScanOutcome.ALREADY


def _is_misread(digits: str) -> bool:
    try:
        parse_number(digits)
    except InvalidNumber:
        return True
    return False
