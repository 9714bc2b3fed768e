"""Paper forms that were given out: each with a number, a state, and what it said when it was given out.

A form is one of a kind for what it is about (see `db.models.documents.Document`). Where its facts have changed since,
it is void, and the next print gives out another one with another number: what was signed is never what was not read.
What follows from a form's state (申請簽署 n/2, the application that waits for its signature) is written with it.
"""

from __future__ import annotations

import base64
import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from uuid import uuid4

from sqlalchemy import ColumnElement, bindparam, update
from sqlmodel import Session, col, select

from db.keyring import KeyRing
from db.models.applications import Application, NumberCounter
from db.models.columns import table_of
from db.models.documents import Document, Signature, SignedForm
from db.store import UnitOfWork
from kiosk.domain.application_status import ApplicationState
from kiosk.domain.documents import COUNTED, FormContent, FormKey, FormKind, NothingToSign, PaperState, PrintableForm
from kiosk.domain.school_calendar import TAIPEI
from kiosk.i18n import _
from kiosk.rules.application_numbers import format_number
from kiosk.rules.roc_dates import school_year
from kiosk.rules.strokes import Drawing, svg
from kiosk.services.applications.flags import refresh
from kiosk.services.documents.form_contents import FormContents, roc_moment

_TOKEN_BYTES = 15
_NUMBER_PREFIX = "D"
_SYSTEM = "system"
_document = table_of(Document)
_signature = table_of(Signature)
_signed_form = table_of(SignedForm)
_FIND_STANDING = select(_document.c.id).where(
    _document.c.student_id.in_(bindparam("students", expanding=True)), _document.c.state != PaperState.VOID
)


@dataclass(frozen=True, slots=True)
class Issued:
    """A form that has its number.

    Attributes:
        document_id: the row.
        sheet: to be printed.
        state: where it is.
    """

    document_id: str
    sheet: PrintableForm = field(repr=False)
    state: PaperState


def current_document(session: Session, key: FormKey) -> Document | None:
    """The document of a form that is not void."""
    return session.exec(
        select(Document).where(
            Document.kind == key.kind, Document.subject_id == key.subject_id, Document.state != PaperState.VOID
        )
    ).one_or_none()


def content_of(keys: KeyRing, document: Document) -> FormContent:
    """What a document said when it was given out."""
    sealed = keys.open("document", document.id, document.sealed)
    return FormContent(FormKind(document.kind), sealed["facts"], sealed["words"])


def issue(unit: UnitOfWork, text_folder: Path, key: FormKey, actor: str) -> Issued:
    """Give a form its number, or find the one that stands; one whose facts have changed is voided first.

    Args:
        unit: the unit of work; gets an audit row for each new document.
        text_folder: the school's own texts.
        key: which form.
        actor: who asks, as it stands in the audit.

    Raises:
        NothingToSign: see there.
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


def sheet_of(session: Session, keys: KeyRing, document: Document) -> PrintableForm:
    """A document as it is printed, with what was signed on the screen."""
    signed = session.exec(
        select(Signature).where(Signature.document_id == document.id, Signature.state != "void")
    ).all()
    marks = {signature.place: _mark(keys, signature) for signature in signed}
    return PrintableForm(document.number, document.token, _day(document.issued_at), content_of(keys, document), marks)


def drawing_of(keys: KeyRing, signature: Signature) -> Drawing:
    """What was drawn on the screen."""
    sealed = keys.open("signature", signature.id, signature.sealed)
    strokes = tuple(tuple((across, down, at) for across, down, at in stroke) for stroke in sealed["strokes"])
    return Drawing(sealed["width"], sealed["height"], strokes)


def _mark(keys: KeyRing, signature: Signature) -> dict[str, str]:
    """A signature as the form shows it, and the words under it."""
    state = _("證件已查驗") if signature.state == "checked" else _("待查驗證件")
    signed = _("{moment} 螢幕簽署（{state}）").format(moment=roc_moment(signature.signed_at), state=state)
    return {"svg": svg(drawing_of(keys, signature)), "signed": signed}


def _new(unit: UnitOfWork, key: FormKey, student_id: str, content: FormContent) -> Document:
    document_id = uuid4().hex
    document = Document(
        id=document_id,
        number=_next_number(unit),
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


def _next_number(unit: UnitOfWork) -> str:
    """The next number of the school year: D115-000-0001-9."""
    year = school_year(_day(unit.timestamp_ms))
    name = f"document.{year}"
    counter = unit.session.get(NumberCounter, name)
    if counter is None:
        counter = NumberCounter(name=name, value=0)
        unit.session.add(counter)
    counter.value += 1
    return _NUMBER_PREFIX + format_number(year, counter.value)


def mark_printed(unit: UnitOfWork, document_ids: Collection[str], actor: str, staff_id: str | None) -> None:
    """Note that these came out of a printer; one that is back already stays so, one that was voided meanwhile too."""
    found = select(Document).where(col(Document.id).in_(document_ids), Document.state != PaperState.VOID)
    for document in unit.session.exec(found).all():
        document.printed_at, document.printed_by = unit.timestamp_ms, staff_id
        document.version += 1
        if document.state == PaperState.NOT_PRINTED:
            document.state = PaperState.PRINTED
            _follow(unit, document, PaperState.PRINTED, _signed_form.c.state == PaperState.NOT_PRINTED)
        unit.audit(actor, "document.printed", document.id)


def mark_returned(unit: UnitOfWork, document: Document, actor: str, staff_id: str) -> bool:
    """Note that a form is back signed; False where another was faster, or it was voided meanwhile."""
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
    _follow(unit, document, PaperState.RETURNED, received_by=staff_id)
    if document.application_id is not None and document.kind == FormKind.BINDING:
        from kiosk.services.applications import (
            history,  # on the staff's tables, which the lobby's start does without
        )

        history.add(unit, document.application_id, history.Action.FORM_RECEIVED, staff_id)
    refresh(unit, [document.student_id])
    unit.audit(actor, "document.returned", document.id, {"sha256": document.content_sha256})
    return True


def note_received(unit: UnitOfWork, application_id: str, staff_id: str, actor: str) -> None:
    """Note on the application's document, where one was given out, that staff took the signed form without its code."""
    document = current_document(unit.session, FormKey(FormKind.BINDING, application_id))
    if document is not None and document.state != PaperState.RETURNED:
        document.state, document.returned_at, document.returned_by = PaperState.RETURNED, unit.timestamp_ms, staff_id
        document.version += 1
        unit.audit(actor, "document.returned", document.id, {"sha256": document.content_sha256})


def void_outdated(unit: UnitOfWork, student_ids: Sequence[str]) -> None:
    """Void the forms of these students that say what is no longer so.

    `kiosk.services.applications.flags` calls it wherever what stands on a form may have changed, before it looks which
    applications wait for their signature.
    """
    for document_id in unit.connection.execute(_FIND_STANDING, {"students": student_ids}).scalars().all():
        void_if_changed(unit, unit.session.get_one(Document, document_id))


def void_if_changed(unit: UnitOfWork, document: Document) -> bool:
    """Void one form if it says what is no longer so, and tell whether it does.

    What was signed for an application that was approved since is on record as it was, whatever changes later.
    """
    if document.application_id is not None:
        application = unit.session.get_one(Application, document.application_id, populate_existing=True)
        if application.state in (ApplicationState.APPROVED, ApplicationState.ENDED):
            return False
    facts = FormContents(unit.session, unit.keys, None).facts(FormKind(document.kind), document.subject_id)
    if content_of(unit.keys, document).facts == facts:
        return False
    _void(unit, document, _SYSTEM)
    return True


def _void(unit: UnitOfWork, document: Document, actor: str) -> None:
    """The form, and what was signed on the screen for it, count no more."""
    document.state, document.voided_at = PaperState.VOID, unit.timestamp_ms
    document.version += 1
    unit.session.flush()
    unit.connection.execute(update(_signature).where(_signature.c.document_id == document.id).values(state="void"))
    _follow(unit, document, PaperState.NOT_PRINTED)
    unit.audit(actor, "document.void", document.id, {"number": document.number})


def _follow(
    unit: UnitOfWork, document: Document, state: PaperState, *only: ColumnElement[bool], received_by: str | None = None
) -> None:
    """Write what 申請簽署 n/2 and the application's hold follow from."""
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


def _day(at: int) -> date:
    return datetime.fromtimestamp(at / 1000, TAIPEI).date()
