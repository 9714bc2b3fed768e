"""Gives forms their number, and marks them printed and returned."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

from sqlalchemy import update
from sqlmodel import col, select

from db.models.columns import table_of
from db.models.documents import Document, SignedForm
from db.store import UnitOfWork
from kiosk.domain.documents import FormContent, FormKey, FormKind, NothingToSign, PaperState, PrintableForm
from kiosk.services.applications import history
from kiosk.services.applications.flags import refresh
from kiosk.services.applications.numbers import next_number
from kiosk.services.documents.form_contents import FormContents
from kiosk.services.documents.register import current_document, sheet_of, update_signed_forms, void_if_changed

_TOKEN_BYTES = 15
_NUMBER_PREFIX = "D"
_document = table_of(Document)
_signed_form = table_of(SignedForm)


@dataclass(frozen=True, slots=True)
class Issued:
    """A form that has its number; ``sheet`` is to be printed."""

    document_id: str
    sheet: PrintableForm = field(repr=False)
    state: PaperState


def issue(unit: UnitOfWork, text_folder: Path, key: FormKey, actor: str) -> Issued:
    """Return the form's current document, or give it a number; a document with outdated facts is voided first.

    A new document is audited for ``actor``. ``text_folder`` holds the school's wording.

    Raises:
        NothingToSign: the form's subject was withdrawn, replaced or not answered yet.
    """
    contents = FormContents(unit.session, unit.keys, text_folder)
    student_id = contents.student_of(key.kind, key.subject_id)
    content = contents.content(key.kind, key.subject_id) if student_id else None
    if student_id is None or content is None:
        raise NothingToSign
    document = current_document(unit.session, key)
    if document is not None and void_if_changed(unit, document):
        refresh(unit, [student_id])
        document = None
    if document is None:
        document = _new(unit, key, student_id, content)
        unit.audit(actor, "document.issued", document.id, {"number": document.number, "sha256": content.sha256})
    return Issued(document.id, sheet_of(unit.session, unit.keys, document), PaperState(document.state))


def mark_printed(unit: UnitOfWork, document_ids: Collection[str], actor: str, staff_id: str | None) -> None:
    """Mark documents as printed; a returned or void one keeps its state."""
    found = select(Document).where(col(Document.id).in_(document_ids), Document.state != PaperState.VOID)
    for document in unit.session.exec(found).all():
        document.printed_at, document.printed_by = unit.timestamp_ms, staff_id
        document.version += 1
        if document.state == PaperState.NOT_PRINTED:
            document.state = PaperState.PRINTED
            update_signed_forms(unit, document, PaperState.PRINTED, _signed_form.c.state == PaperState.NOT_PRINTED)
        unit.audit(actor, "document.printed", document.id)


def mark_returned(unit: UnitOfWork, document: Document, actor: str, staff_id: str) -> bool:
    """Mark a form as returned signed; False if a colleague was faster or it was voided meanwhile."""
    changed = unit.connection.execute(
        update(_document)
        .where(
            _document.c.id == document.id,
            _document.c.version == document.version,
            _document.c.state.in_((PaperState.NOT_PRINTED, PaperState.PRINTED)),
        )
        .values(
            state=PaperState.RETURNED,
            returned_at=unit.timestamp_ms,
            returned_by=staff_id,
            version=_document.c.version + 1,
        )
    )
    unit.session.refresh(document)
    if changed.rowcount != 1:
        return False
    update_signed_forms(unit, document, PaperState.RETURNED, received_by=staff_id)
    if document.application_id is not None and document.kind == FormKind.BINDING:
        history.add(unit, document.application_id, history.Action.FORM_RECEIVED, staff_id)
    refresh(unit, [document.student_id])
    unit.audit(actor, "document.returned", document.id, {"sha256": document.content_sha256})
    return True


def note_received(unit: UnitOfWork, application_id: str, staff_id: str, actor: str) -> None:
    """Mark an application's document as returned where staff took the signed form without scanning it."""
    document = current_document(unit.session, FormKey(FormKind.BINDING, application_id))
    if document is not None and document.state != PaperState.RETURNED:
        document.state, document.returned_at, document.returned_by = PaperState.RETURNED, unit.timestamp_ms, staff_id
        document.version += 1
        unit.audit(actor, "document.returned", document.id, {"sha256": document.content_sha256})


def _new(unit: UnitOfWork, key: FormKey, student_id: str, content: FormContent) -> Document:
    document_id = uuid4().hex
    document = Document(
        id=document_id,
        number=_NUMBER_PREFIX + next_number(unit, "document"),
        token=base64.b32encode(secrets.token_bytes(_TOKEN_BYTES)).decode(),
        kind=key.kind,
        student_id=student_id,
        application_id=key.subject_id if key.kind in (FormKind.BINDING, FormKind.CARER) else None,
        subject_id=key.subject_id,
        content_sha256=content.sha256,
        sealed=unit.keys.seal("document", document_id, {"facts": content.facts, "words": content.words}),
        issued_at=unit.timestamp_ms,
    )
    unit.session.add(document)
    unit.session.flush()
    return document
