"""本人及證件已查驗: a signature on the screen counts once staff have seen the signer and an ID."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum, auto

from sqlalchemy import func, tuple_, update
from sqlmodel import col, select

from db.models.columns import table_of
from db.models.documents import Document, Signature
from db.models.school import Student
from db.store import Store
from kiosk.domain.documents import FormKind
from kiosk.domain.errors import ChangedMeanwhile
from kiosk.rules.strokes import Drawing
from kiosk.services.applications.flags import refresh
from kiosk.services.auth.staff_session import REVIEWERS, Role, StaffGate, StaffMember, require_row
from kiosk.services.documents.register import content_of, drawing_of, void_if_changed
from kiosk.services.signing.issuing import mark_returned

_signature = table_of(Signature)


class CheckOutcome(Enum):
    """The outcome of a check.

    CHECKED: other signatures are missing or not checked. RETURNED: it was the last one, so the form is returned.
    VOID: the form's facts have changed.
    """

    CHECKED = auto()
    RETURNED = auto()
    VOID = auto()


@dataclass(frozen=True, slots=True)
class SignaturePlace:
    """A signature's place in the list, the longest waiting first."""

    signed_at: int
    signature_id: str


@dataclass(frozen=True, slots=True)
class WaitingSignature:
    """A signature that is not checked yet, made at a time in milliseconds since 1970-01-01 UTC."""

    signature_id: str
    number: str
    kind: FormKind
    title: str
    class_name: str
    student_name: str = field(repr=False)
    signed_at: int
    drawing: Drawing = field(repr=False)

    @property
    def place(self) -> SignaturePlace:
        """The signature's place."""
        return SignaturePlace(self.signed_at, self.signature_id)


class SignatureDesk:
    """The service; every method raises Denied or PasswordChangeRequired as `StaffGate` does."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._gate = StaffGate(store)

    def waiting(
        self, member: StaffMember, *, after: SignaturePlace | None = None, limit: int
    ) -> tuple[WaitingSignature, ...]:
        """Return at most ``limit`` signatures of the member's classes after a place, the longest waiting first."""
        order = (col(Signature.signed_at), col(Signature.id))
        query = (
            select(Signature, Document, Student)
            .join(Document, col(Document.id) == col(Signature.document_id))
            .join(Student, col(Student.id) == col(Document.student_id))
            .where(Signature.state == "waiting")
            .order_by(*order)
            .limit(limit)
        )
        if after is not None:
            query = query.where(tuple_(*order) > tuple_(after.signed_at, after.signature_id))
        with self._gate.read(member, "signatures.waiting", REVIEWERS) as (session, acting):
            if acting.role is Role.HOMEROOM_TEACHER:
                query = query.where(col(Student.class_name).in_(acting.classes))
            return tuple(
                WaitingSignature(
                    signature.id,
                    document.number,
                    FormKind(document.kind),
                    content_of(self._store.keys, document).words["signers"][signature.place],
                    student.class_name,
                    student.name,
                    signature.signed_at,
                    drawing_of(self._store.keys, signature),
                )
                for signature, document, student in session.exec(query)
            )

    def check(self, member: StaffMember, signature_id: str) -> CheckOutcome:
        """Record that the member saw the signer and an ID; with the last signature the form is returned.

        Raises:
            ChangedMeanwhile: it was checked before, or is void.
            Denied: another's class, or the member's own child.
        """
        with self._gate.write(member, "signature.check", REVIEWERS) as (unit, acting):
            signature = require_row(unit.session, Signature, signature_id)
            document = unit.session.get_one(Document, signature.document_id)
            acting.require_class(unit.session.get_one(Student, document.student_id).class_name)
            acting.require_not_own_child(unit.session, document.student_id)
            if signature.state == "waiting" and void_if_changed(unit, document):
                refresh(unit, [document.student_id])
                unit.audit(member.credential_id, "signature.too_late", document.id, {"signature": signature_id})
                return CheckOutcome.VOID
            changed = unit.connection.execute(
                update(_signature)
                .where(_signature.c.id == signature_id, _signature.c.state == "waiting")
                .values(state="checked", checked_by=acting.id, checked_at=unit.timestamp_ms)
            )
            if changed.rowcount != 1:
                raise ChangedMeanwhile
            detail = {"signature": signature_id, "sha256": signature.content_sha256}
            unit.audit(member.credential_id, "signature.checked", document.id, detail)
            checked = unit.connection.execute(
                select(func.count())
                .select_from(_signature)
                .where(_signature.c.document_id == document.id, _signature.c.state == "checked")
            ).scalar_one()
            if checked < len(content_of(unit.keys, document).words["signers"]):
                return CheckOutcome.CHECKED
            if not mark_returned(unit, document, member.credential_id, acting.id):
                raise ChangedMeanwhile  # the paper was returned first
            return CheckOutcome.RETURNED
