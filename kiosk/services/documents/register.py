"""Issued forms: each with a number, a state and its content at issue; outdated ones are voided.

A form is unique by kind and subject (see `db.models.documents.Document`). Once its facts change it is void, and the
next print issues another number: nobody signs a text they have not read.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, bindparam, update
from sqlmodel import Session, select

from db.keyring import KeyRing
from db.models.applications import Application
from db.models.columns import table_of
from db.models.documents import Document, Signature, SignedForm
from db.store import UnitOfWork
from kiosk.domain.application_status import ApplicationState
from kiosk.domain.documents import COUNTED, FormContent, FormKey, FormKind, PaperState, PrintableForm
from kiosk.domain.school_calendar import day_at, roc_moment
from kiosk.i18n import _
from kiosk.rules.strokes import Drawing, svg
from kiosk.services.documents.form_contents import FormContents

_SYSTEM = "system"
_document = table_of(Document)
_signature = table_of(Signature)
_signed_form = table_of(SignedForm)
_FIND_CURRENT = select(_document.c.id).where(
    _document.c.student_id.in_(bindparam("students", expanding=True)), _document.c.state != PaperState.VOID
)


def current_document(session: Session, key: FormKey) -> Document | None:
    """Return a form's document that is not void."""
    return session.exec(
        select(Document).where(
            Document.kind == key.kind, Document.subject_id == key.subject_id, Document.state != PaperState.VOID
        )
    ).one_or_none()


def content_of(keys: KeyRing, document: Document) -> FormContent:
    """Return a document's content at issue."""
    sealed = keys.open("document", document.id, document.sealed)
    return FormContent(FormKind(document.kind), sealed["facts"], sealed["words"])


def sheet_of(session: Session, keys: KeyRing, document: Document) -> PrintableForm:
    """Return a document as printed, with its signatures from the screen."""
    signed = session.exec(
        select(Signature).where(Signature.document_id == document.id, Signature.state != "void")
    ).all()
    marks = {signature.place: _mark(keys, signature) for signature in signed}
    return PrintableForm(document.number, document.token, day_at(document.issued_at), content_of(keys, document), marks)


def drawing_of(keys: KeyRing, signature: Signature) -> Drawing:
    """Return the strokes of a signature."""
    sealed = keys.open("signature", signature.id, signature.sealed)
    strokes = tuple(tuple((across, down, at) for across, down, at in stroke) for stroke in sealed["strokes"])
    return Drawing(sealed["width"], sealed["height"], strokes)


def _mark(keys: KeyRing, signature: Signature) -> dict[str, str]:
    """Return a signature as SVG and the line below it."""
    state = _("證件已查驗") if signature.state == "checked" else _("待查驗證件")
    signed = _("{moment} 螢幕簽署（{state}）").format(moment=roc_moment(signature.signed_at), state=state)
    return {"svg": svg(drawing_of(keys, signature)), "signed": signed}


def void_outdated(unit: UnitOfWork, student_ids: Sequence[str]) -> None:
    """Void the forms of these students whose facts have changed.

    `kiosk.services.applications.flags` calls it before it finds the applications that wait for a signature.
    """
    for document_id in unit.connection.execute(_FIND_CURRENT, {"students": student_ids}).scalars().all():
        void_if_changed(unit, unit.session.get_one(Document, document_id))


def void_if_changed(unit: UnitOfWork, document: Document) -> bool:
    """Void a form whose facts have changed; return whether it was voided.

    The form of an approved application stays as it was signed.
    """
    if document.application_id is not None:
        found = select(Application.state).where(Application.id == document.application_id)
        if unit.session.exec(found).one() in (ApplicationState.APPROVED, ApplicationState.ENDED):
            return False
    facts = FormContents(unit.session, unit.keys, None).facts(FormKind(document.kind), document.subject_id)
    if content_of(unit.keys, document).facts == facts:
        return False
    _void(unit, document, _SYSTEM)
    return True


def _void(unit: UnitOfWork, document: Document, actor: str) -> None:
    """Void a form and its signatures."""
    document.state, document.voided_at = PaperState.VOID, unit.timestamp_ms
    document.version += 1
    unit.session.flush()
    unit.connection.execute(update(_signature).where(_signature.c.document_id == document.id).values(state="void"))
    update_signed_forms(unit, document, PaperState.NOT_PRINTED)
    unit.audit(actor, "document.void", document.id, {"number": document.number})


def update_signed_forms(
    unit: UnitOfWork, document: Document, state: PaperState, *only: ColumnElement[bool], received_by: str | None = None
) -> None:
    """Update the rows behind 申請簽署 n/2 and the application's approval block."""
    if document.kind not in COUNTED:
        return
    if document.kind == FormKind.BINDING:
        of_document = _signed_form.c.application_id == document.application_id
    else:
        of_document = _signed_form.c.student_id == document.student_id
    unit.connection.execute(
        update(_signed_form)
        .where(_signed_form.c.form == document.kind, of_document, *only)
        .values(state=state, received_by=received_by, changed_at=unit.timestamp_ms)
    )
