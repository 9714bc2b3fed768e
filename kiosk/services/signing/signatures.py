"""Signatures on the screen: bound to the form's content, and counted once staff have seen an ID.

A signature is sealed strokes with times, printed as SVG. It belongs to one document and the hash of its content, and
is void with it (see `kiosk.services.documents.register`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any
from uuid import uuid4

from sqlalchemy import update
from sqlmodel import Session, select

from db.keyring import KeyRing
from db.models.columns import table_of
from db.models.documents import Document, Signature
from kiosk.config.settings import Settings
from kiosk.domain.documents import COUNTED, FormContent, FormKey, FormKind, PaperState
from kiosk.domain.errors import ChangedMeanwhile, Denied, ServiceError
from kiosk.i18n import _
from kiosk.rules.contact import mask_email, mask_mobile
from kiosk.rules.strokes import Drawing
from kiosk.services.auth.denial_audit import audits_refusals
from kiosk.services.auth.student_session import FamilyService, StudentSession
from kiosk.services.documents.form_contents import FormContents
from kiosk.services.documents.pdf_renderer import fingerprint
from kiosk.services.documents.register import content_of, current_document
from kiosk.services.signing.family_forms import live_forms
from kiosk.services.signing.issuing import issue

_signature = table_of(Signature)


class SigningNotOffered(ServiceError):
    """The school does not offer signing on the screen."""


@dataclass(frozen=True, slots=True)
class SignatureBox:
    """A signature box of a form, at a place from 0; staff check the person and an ID.

    ``sha256`` is of the form's content, which ``says`` tells in a few lines; it comes back with the signature.
    """

    key: FormKey
    sha256: str
    place: int
    title: str
    says: tuple[str, ...] = field(repr=False)
    is_signed: bool
    is_checked: bool


@audits_refusals
class Signatures(FamilyService):
    """The service; settings say whether the school offers it, and have its texts."""

    def boxes(self, visitor: StudentSession) -> tuple[SignatureBox, ...]:
        """Return the signature boxes of the child's unreturned forms; none if the school does not offer signing."""
        with self._read(visitor) as (session, student):
            if not self._settings.sign_on_screen:
                return ()
            return tuple(_boxes(session, self._store.keys, self._settings, student.id))

    def sign(self, visitor: StudentSession, box: SignatureBox, drawing: Drawing) -> None:
        """Store a signature in a box of :meth:`boxes`; it voids an unchecked earlier one.

        Raises:
            ChangedMeanwhile: the form's content changed, it was returned, or the box was checked; nothing was stored.
            NothingToSign: the form's subject was withdrawn, replaced or not answered yet.
            SigningNotOffered: the school does not offer it.
            Denied: another child's.
        """
        with self._write(visitor) as (unit, student):
            owner = FormContents(unit.session, unit.keys, None).student_of(box.key.kind, box.key.subject_id)
            if box.key.kind not in COUNTED or owner != student.id:
                raise Denied
            if not self._settings.sign_on_screen:
                raise SigningNotOffered
            issued = issue(unit, self._settings.text_folder, box.key, visitor.credential_id)
            document = unit.session.get_one(Document, issued.document_id)
            signers = issued.sheet.content.words["signers"]
            if document.content_sha256 != box.sha256 or document.state == PaperState.RETURNED:
                raise ChangedMeanwhile
            of_box = (_signature.c.document_id == document.id, _signature.c.place == box.place)
            checked = select(Signature.id).where(*of_box, Signature.state == "checked")
            if box.place not in range(len(signers)) or unit.session.exec(checked).first() is not None:
                raise ChangedMeanwhile
            unit.session.flush()
            unit.connection.execute(
                update(_signature).where(*of_box, _signature.c.state == "waiting").values(state="void")
            )
            signature_id = uuid4().hex
            unit.session.add(
                Signature(
                    id=signature_id,
                    document_id=document.id,
                    place=box.place,
                    content_sha256=document.content_sha256,
                    sealed=unit.keys.seal("signature", signature_id, asdict(drawing)),
                    account=visitor.account,
                    terminal=visitor.terminal,
                    signed_at=unit.timestamp_ms,
                )
            )
            detail = {"signature": signature_id, "place": box.place, "sha256": document.content_sha256}
            unit.audit(visitor.credential_id, "document.signed", document.id, detail)


def _boxes(session: Session, keys: KeyRing, settings: Settings, student_id: str) -> Iterator[SignatureBox]:
    for key, form, _application in live_forms(session, student_id):
        if form.state == PaperState.RETURNED:
            continue
        content = FormContents(session, keys, settings.text_folder).content(key.kind, key.subject_id)
        document = current_document(session, key)
        states: dict[int, str] = {}
        if content is not None and document is not None and content_of(keys, document).facts == content.facts:
            content = content_of(keys, document)
            signed = select(Signature).where(Signature.document_id == document.id, Signature.state != "void")
            states = {signature.place: signature.state for signature in session.exec(signed)}
        if content is None:
            continue
        for place, title in enumerate(content.words["signers"]):
            yield SignatureBox(
                key,
                content.sha256,
                place,
                title,
                _content_lines(content),
                place in states,
                states.get(place) == "checked",
            )


def _content_lines(content: FormContent) -> tuple[str, ...]:
    """Return a form's content in a few lines, with the fingerprint in its foot."""
    facts = content.facts
    student = _("學生 {name}（{number}）").format(**facts["student"])
    code = _("資料驗證碼 {code}").format(code=fingerprint(content.sha256))
    if content.kind is FormKind.CARD:
        chosen = "、".join(item["name"] for item in facts["items"] if item["chosen"]) or _("全部不開通")
        return (f"{student}　{code}", _("開通：{items}").format(items=chosen))
    return (f"{student}　{code}", *map(_person, facts["applicants"]))


def _person(person: Mapping[str, Any]) -> str:
    """Return an applicant, masked: both parents and the student know the login; the paper has all of it."""
    mobile, email = person["mobile"], person["email"]
    known = (person["national_id"], mobile and mask_mobile(mobile), email and mask_email(email))
    return "　".join((f"{person['name']}（{person['relation']}）", *filter(None, known)))
