"""The outbox: messages to parents, written in the transaction of the decision they report.

A message goes by mail if a mail server is set and the person has an address; otherwise a member of staff calls. It
holds the child's masked name and the application's number. IDs, and their last six characters, which are first
passwords, are hidden even in reasons that staff typed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from uuid import uuid4

from db.models.messages import OutboxMessage
from db.store import MAIL_DUE, UnitOfWork
from kiosk.config.settings import Settings
from kiosk.domain.application_case import ApplicantRecord, ApplicationCase
from kiosk.domain.application_form import FormField
from kiosk.domain.bindings import OpenedBinding
from kiosk.domain.school_calendar import roc_day
from kiosk.i18n import _
from kiosk.rules.identity import hide_ids
from kiosk.rules.names import mask_name


class MessageKind(StrEnum):
    """The subject of a message; the database keeps the value, which also names the template ``mail_<value>``."""

    APPROVED = "approved"
    SECOND_CHILD = "second_child"
    RETURNED = "returned"
    REJECTED = "rejected"
    BINDING_ENDED = "binding_ended"
    EMAIL_CHANGED = "email_changed"
    CARER_ADDED = "carer_added"

    @property
    def label(self) -> str:
        """The subject in a few characters."""
        return {
            MessageKind.APPROVED: _("通過"),
            MessageKind.SECOND_CHILD: _("通過，沿用原帳號"),
            MessageKind.RETURNED: _("退件補正"),
            MessageKind.REJECTED: _("不通過"),
            MessageKind.BINDING_ENDED: _("綁定終止"),
            MessageKind.EMAIL_CHANGED: _("更換電子郵件"),
            MessageKind.CARER_ADDED: _("新增照顧者"),
        }[self]


class Channel(StrEnum):
    """The way a message reaches the parent."""

    MAIL = "mail"
    CALL = "call"


class MessageState(StrEnum):
    """The state of a message; ``failed`` is a dead letter for staff."""

    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    CALLED = "called"


@dataclass(frozen=True)
class Addressee:
    """The recipient of a message; ``email`` is None without an address."""

    name: str = field(repr=False)
    mobile: str = field(repr=False)
    email: str | None = field(repr=False)


def write(
    unit: UnitOfWork,
    settings: Settings,
    kind: MessageKind,
    decision_key: str,
    application: ApplicationCase | None,
    addressee: Addressee,
    words: Mapping[str, str],
) -> str:
    """Add a message to the outbox and return its id; the decision's unit of work audits it.

    ``decision_key`` names decision and person in 96 characters at most; a second message of a key is a StoreConflict.
    ``application`` is None for a message about an account without a child. ``words`` are the template's values besides
    person, child and number (`kiosk.services.messaging.mail_templates`).
    """
    message_id = uuid4().hex
    by_mail = settings.smtp is not None and addressee.email is not None
    filled = {"person": mask_name(addressee.name), **words}
    if application is not None:
        filled |= {"student": mask_name(application.student_name), "number": application.number}
    content = {**asdict(addressee), "words": filled}
    unit.session.add(
        OutboxMessage(
            id=message_id,
            kind=kind.value,
            decision_key=decision_key,
            application_id=None if application is None else application.id,
            channel=(Channel.MAIL if by_mail else Channel.CALL).value,
            sealed=unit.keys.seal("outbox_message", message_id, content),
            written_at=unit.timestamp_ms,
            due_at=unit.timestamp_ms,
        )
    )
    unit.session.flush()
    if by_mail:
        unit.announce(MAIL_DUE)
    return message_id


def notify_approved(
    unit: UnitOfWork, settings: Settings, case: ApplicationCase, opened: Iterable[OpenedBinding]
) -> None:
    """Notify every applicant of the approval and of how to use the account.

    The case is as it was decided on: its version is a part of the decision's key.
    """
    people = {person.id: person for person in case.applicants}
    for one in opened:
        kind = MessageKind.SECOND_CHILD if one.first_password_until is None else MessageKind.APPROVED
        words = {"account": one.account_email or ""}
        if one.first_password_until is not None:
            words["until"] = roc_day(one.first_password_until)
        _notify(unit, settings, kind, case, people[one.applicant_id], words)


def notify_returned(
    unit: UnitOfWork, settings: Settings, case: ApplicationCase, reasons: Mapping[tuple[int, str], str]
) -> None:
    """Notify the applicants of their returned fields (退件補正) and the reasons.

    ``reasons`` are by the applicant's position, from 1, and the field's key; IDs in them are hidden.
    """
    known = _identity_numbers(unit, case)
    for person in case.applicants:
        fields = [
            f"{FormField(key).label}：{hide_ids(reason, known)}"
            for (position, key), reason in reasons.items()
            if position == person.position
        ]
        if fields:
            _notify(unit, settings, MessageKind.RETURNED, case, person, {"fields": "\n".join(fields)})


def notify_rejected(unit: UnitOfWork, settings: Settings, case: ApplicationCase, reason: str) -> None:
    """Notify every applicant of the refusal (不通過) and its reason, as :func:`notify_returned` does."""
    words = {"reason": hide_ids(reason, _identity_numbers(unit, case))}
    for person in case.applicants:
        _notify(unit, settings, MessageKind.REJECTED, case, person, words)


def _notify(
    unit: UnitOfWork,
    settings: Settings,
    kind: MessageKind,
    case: ApplicationCase,
    person: ApplicantRecord,
    words: Mapping[str, str],
) -> None:
    personal = unit.keys.open("applicant", person.id, person.sealed)
    addressee = Addressee(person.name, personal["mobile"], personal["email"])
    write(unit, settings, kind, f"{kind.value}|{case.version}|{person.id}", case, addressee, words)


def _identity_numbers(unit: UnitOfWork, case: ApplicationCase) -> list[str]:
    return [str(unit.keys.open("applicant", one.id, one.sealed)["national_id"]) for one in case.applicants]
