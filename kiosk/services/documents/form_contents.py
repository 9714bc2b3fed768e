"""The contents of each paper form, read from the school's data."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

from sqlmodel import Session, SQLModel, col, select

from db.keyring import KeyRing
from db.models.applications import Applicant, Application, Consent, Ticket
from db.models.documents import CardAnswer
from db.models.school import Student
from kiosk.domain.application_form import Basis, Mode
from kiosk.domain.application_status import ApplicationState
from kiosk.domain.documents import FormContent, FormKind
from kiosk.domain.school_calendar import roc_day, roc_moment
from kiosk.i18n import _
from kiosk.rules.identity import mask_id
from kiosk.services.documents.pdf_renderer import fingerprint
from kiosk.services.texts.loader import TextName, load_consent, load_text

_Row = TypeVar("_Row", bound=SQLModel)
_GONE = (ApplicationState.WITHDRAWN, ApplicationState.REJECTED)


class FormContents:
    """Reads forms by kind and subject (see `db.models.documents.Document`) from one snapshot.

    ``text_folder`` holds the school's own texts and need not exist.
    """

    def __init__(self, session: Session, keys: KeyRing, text_folder: Path | None) -> None:
        self._session = session
        self._keys = keys
        self._text_folder = text_folder

    def facts(self, kind: FormKind, subject_id: str) -> Mapping[str, Any] | None:
        """Return the facts to sign now, as JSON; None if there is nothing to sign.

        That is so for a withdrawn or rejected application, a replaced ticket, and an unanswered card.
        """
        facts = {
            FormKind.BINDING: self._binding_facts,
            FormKind.CARER: self._carer_facts,
            FormKind.CARD: self._card_facts,
            FormKind.CORRECTION: self._correction_facts,
        }[kind](subject_id)
        return None if facts is None else json.loads(json.dumps(facts))

    def content(self, kind: FormKind, subject_id: str) -> FormContent | None:
        """Return the whole form; None if there is nothing to sign."""
        facts = self.facts(kind, subject_id)
        if facts is None:
            return None
        words = {
            FormKind.BINDING: self._binding_words,
            FormKind.CARER: self._carer_words,
            FormKind.CARD: self._card_words,
            FormKind.CORRECTION: self._correction_words,
        }[kind](subject_id)
        return FormContent(kind, facts, json.loads(json.dumps(words)))

    def student_of(self, kind: FormKind, subject_id: str) -> str | None:
        """Return the id of a form's student; None for an unknown subject."""
        if kind is FormKind.CARD:
            return None if self._session.get(Student, subject_id) is None else subject_id
        owner = select(Ticket.student_id).where(Ticket.id == subject_id)
        if kind is not FormKind.CORRECTION:
            owner = select(Application.student_id).where(Application.id == subject_id)
        return self._session.exec(owner).one_or_none()

    def _binding_facts(self, application_id: str) -> dict[str, Any] | None:
        application = self._fresh(Application, application_id)
        if application.state in _GONE:
            return None
        consent = self._fresh(Consent, application.consent_id)
        return {
            "student": self._student(application.student_id),
            "application": application.number,
            "mode": application.mode,
            "basis": application.basis,
            "applicants": [self._applicant(person) for person in self._people(application_id)],
            "consent": {"version": consent.text_version, "sha256": consent.text_sha256},
        }

    def _binding_words(self, application_id: str) -> dict[str, Any]:
        application = self._fresh(Application, application_id)
        consent = self._fresh(Consent, application.consent_id)
        basis = Basis(application.basis)
        return {
            "place": self._place(application.student_id),
            "applied": roc_day(application.submitted_at),
            "modes": [{"words": mode.label, "chosen": mode == application.mode} for mode in Mode],
            "basis": basis.label,
            "documents": basis.documents,
            "warning": load_text(TextName.WARNING, self._text_folder).body,
            "consent": {
                "title": self._consent_title(consent.text_sha256),
                "answered": _answered(consent),
                "fingerprint": fingerprint(consent.text_sha256),
            },
            "signers": _signers([person.relation for person in self._people(application_id)]),
        }

    def _carer_facts(self, application_id: str) -> dict[str, Any] | None:
        application = self._fresh(Application, application_id)
        if application.state in _GONE or application.basis != Basis.CARER:
            return None
        (carer,) = self._people(application_id)
        return {
            "student": self._student(application.student_id),
            "application": application.number,
            "carer": self._applicant(carer),
        }

    def _carer_words(self, application_id: str) -> dict[str, Any]:
        application = self._fresh(Application, application_id)
        mandate = load_text(TextName.CARER_MANDATE, self._text_folder).body
        return {"place": self._place(application.student_id), "mandate": mandate, "signers": []}

    def _card_facts(self, student_id: str) -> dict[str, Any] | None:
        answer = latest_card_answer(self._session, student_id)
        if answer is None:
            return None
        return {
            "student": self._student(student_id),
            "items": json.loads(answer.items),
            "text": {"version": answer.text_version, "sha256": answer.text_sha256},
        }

    def _card_words(self, student_id: str) -> dict[str, Any]:
        answer = latest_card_answer(self._session, student_id)
        assert answer is not None  # the facts exist
        return {
            "place": self._place(student_id),
            "answered": _("家長於 {moment} 在校務系統作答").format(moment=roc_moment(answer.answered_at)),
            "fingerprint": fingerprint(answer.text_sha256),
            "signers": [_("家長（監護人）簽章")],
        }

    def _correction_facts(self, ticket_id: str) -> dict[str, Any] | None:
        """Return the reported fields; the student's data is excluded, because the decision changes it."""
        ticket = self._fresh(Ticket, ticket_id)
        if ticket.state == "replaced":
            return None
        titles = {"class_name": _("班級"), "name": _("姓名"), "student_number": _("學號")}
        reported = self._keys.open("ticket", ticket.id, ticket.sealed)["fields"]
        return {
            "fields": [
                {"title": titles[field["field"]], "shown": field["shown"], "right": field["right"]}
                for field in reported
            ]
        }

    def _correction_words(self, ticket_id: str) -> dict[str, Any]:
        ticket = self._fresh(Ticket, ticket_id)
        return {
            "student": self._student(ticket.student_id),
            "place": self._place(ticket.student_id),
            "reported": roc_day(ticket.reported_at),
            "signers": [],
        }

    def _fresh(self, table: type[_Row], row_id: str) -> _Row:
        """Return a row as the database has it; statements may have changed it outside the session."""
        return self._session.get_one(table, row_id, populate_existing=True)

    def _student(self, student_id: str) -> dict[str, Any]:
        student = self._fresh(Student, student_id)
        return {"name": student.name, "number": student.student_number}

    def _place(self, student_id: str) -> dict[str, Any]:
        """Return class and seat, which are words and no facts: a change does not outdate a form."""
        student = self._fresh(Student, student_id)
        seat = "" if student.seat_number is None else str(student.seat_number)
        return {"class_name": student.class_name, "seat": seat}

    def _people(self, application_id: str) -> Sequence[Applicant]:
        of_application = select(Applicant).where(Applicant.application_id == application_id)
        ordered = of_application.order_by(col(Applicant.position)).execution_options(populate_existing=True)
        return self._session.exec(ordered).all()

    def _applicant(self, person: Applicant) -> dict[str, Any]:
        """Return one applicant; ``person`` identifies the ID, of which the form shows only the end."""
        personal = self._keys.open("applicant", person.id, person.sealed)
        mobile = personal["mobile"]
        return {
            "person": person.national_id_index.hex(),
            "name": person.name,
            "relation": person.relation,
            "national_id": mask_id(personal["national_id"]),
            "mobile": f"{mobile[:4]}-{mobile[4:7]}-{mobile[7:]}",
            "email": personal["email"],
        }

    def _consent_title(self, sha256: str) -> str:
        """Return the title of the answered consent; empty if the school has replaced the text."""
        source = load_consent(self._text_folder).source
        return source.title if source.sha256 == sha256 else ""


def latest_card_answer(session: Session, student_id: str) -> CardAnswer | None:
    """Return the student's last answer about the card."""
    return session.exec(
        select(CardAnswer)
        .where(CardAnswer.student_id == student_id)
        .order_by(col(CardAnswer.answered_at).desc(), col(CardAnswer.id).desc())
        .limit(1)
    ).one_or_none()


def _answered(consent: Consent) -> str:
    who = _("學生本人") if consent.answered_by == "student" else _("家長")
    moment = roc_moment(consent.answered_at)
    if consent.recorded_by is not None:
        return _("{who}以紙本同意，學校於 {moment} 登錄").format(who=who, moment=moment)
    return _("{who}於 {moment} 在校務系統點選「同意」").format(who=who, moment=moment)


def _signers(relations: Sequence[str]) -> list[str]:
    """Return the label of each applicant's signature box."""
    if len(relations) == 1:
        return [_("申請人簽章（{relation}）").format(relation=relations[0])]
    numbers = (_("一"), _("二"))
    return [
        _("申請人{number}簽章（{relation}）").format(number=number, relation=relation)
        for number, relation in zip(numbers, relations, strict=True)
    ]
