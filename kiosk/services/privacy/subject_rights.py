"""A person's rights to read, copy and delete their data, and to withdraw (Personal Data Protection Act, art. 3).

The school's answers to deletion requests are in :mod:`kiosk.services.privacy.deletion_requests`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from uuid import uuid4

from sqlmodel import Session, col, select

from db.models.accounts import Binding, DeletionRequest, ParentAccount
from db.models.applications import Application, Consent
from db.models.school import Student
from kiosk.domain.errors import ChangedMeanwhile, Denied
from kiosk.domain.reason import checked_reason
from kiosk.domain.school_calendar import today
from kiosk.i18n import _, current_language
from kiosk.services.accounts.bindings import end_binding
from kiosk.services.accounts.parent_accounts import is_bound
from kiosk.services.auth.account_session import AccountService, AccountSession
from kiosk.services.auth.denial_audit import audits_refusals
from kiosk.services.privacy.subject_access import DataSection, OwnDataReader, render_copy
from kiosk.services.students.consents import BY_ACCOUNT, WITHDRAWN, moment_after_last
from kiosk.services.texts.loader import TextName, load_text


@dataclass(frozen=True, slots=True)
class GivenConsent:
    """A consent behind one of the account's bindings, or its withdrawal; ``choice``: agree, refuse, withdraw.

    It can be withdrawn while an active binding of the account rests on it. ``answered_at`` is in milliseconds since
    1970-01-01 UTC.
    """

    consent_id: str
    student_id: str
    student_name: str = field(repr=False)
    text_name: str
    text_version: str
    text_sha256: str
    choice: str
    answered_at: int
    can_withdraw: bool


@dataclass(frozen=True, slots=True)
class OwnDataCopy:
    """The data held on a person on a day."""

    made_on: date
    sections: tuple[DataSection, ...]


@dataclass(frozen=True, slots=True)
class DeletionState:
    """The last deletion request; ``state``: open, deleted, declined, taken_back.

    ``answer`` is empty before the school's decision, ``requested_at`` in milliseconds since 1970-01-01 UTC.
    """

    state: str
    answer: str = field(repr=False)
    requested_at: int


@audits_refusals
class OwnData(AccountService):
    """Serves the rights of a signed-on parent or carer."""

    def consents(self, holder: AccountSession) -> tuple[GivenConsent, ...]:
        """Return the consents behind the account's bindings and the withdrawals, the oldest first."""
        with self._read(holder) as (session, account):
            found = OwnDataReader(session, self._store.keys, account).consents()
            return tuple(
                GivenConsent(
                    consent_id=one.id,
                    student_id=one.student_id,
                    student_name=session.get_one(Student, one.student_id).name,
                    text_name=one.text_name,
                    text_version=one.text_version,
                    text_sha256=one.text_sha256,
                    choice=one.choice,
                    answered_at=one.answered_at,
                    can_withdraw=_binding_on(session, account, one) is not None,
                )
                for one in found
            )

    def withdraw_consent(self, holder: AccountSession, consent_id: str) -> None:
        """Withdraw a consent and end the holder's binding that rests on it; the consent stays as evidence.

        Raises:
            Denied: no active binding of the holder rests on it.
        """
        with self._write(holder) as (unit, account):
            consent = unit.session.get(Consent, consent_id)
            binding = None if consent is None else _binding_on(unit.session, account, consent)
            if consent is None or binding is None:
                raise Denied
            withdrawal = Consent(
                id=uuid4().hex,
                student_id=consent.student_id,
                text_name=consent.text_name,
                text_version=consent.text_version,
                text_sha256=consent.text_sha256,
                language=consent.language,
                read_to_end=False,
                choice=WITHDRAWN,
                answered_by=BY_ACCOUNT,
                account=account.id,
                terminal=holder.terminal,
                answered_at=moment_after_last(unit.session, consent.student_id, unit.timestamp_ms),
            )
            unit.session.add(withdrawal)
            unit.session.flush()
            end_binding(unit, self._settings, binding, _("家長撤回同意"), by=account.id, staff=False)
            detail = {"consent": consent.id, "withdrawal": withdrawal.id, "binding": binding.id}
            unit.audit(holder.credential_id, "consent.withdrawn", consent.student_id, detail)

    def copy(self, holder: AccountSession) -> OwnDataCopy:
        """Return the data held on the person, and audit the access."""
        return self._copy(holder, "own_data.shown")

    def copy_pdf(self, holder: AccountSession) -> bytes:
        """Return the same as PDF; print it with the title :data:`PRINT_TITLE`.

        Raises:
            FormRefused: the text cannot be rendered.
        """
        copy = self._copy(holder, "own_data.copied")
        return render_copy(copy.sections, copy.made_on, self._settings.school_name)

    def request_deletion(self, holder: AccountSession, reason: str) -> None:
        """Request the deletion of the person's data; one request at a time.

        Raises:
            UnusableReason: the reason is empty, too long or has unsafe characters.
            ChangedMeanwhile: a request is open already.
        """
        reason = checked_reason(reason)
        with self._write(holder) as (unit, account):
            last = _last_request(unit.session, account)
            if last is not None and last.state == "open":
                raise ChangedMeanwhile(at=last.requested_at, what=last.state)
            request_id = uuid4().hex
            unit.session.add(
                DeletionRequest(
                    id=request_id,
                    account_id=account.id,
                    sealed=unit.keys.seal("deletion_request", request_id, {"reason": reason}),
                    requested_at=unit.timestamp_ms if last is None else max(unit.timestamp_ms, last.requested_at + 1),
                )
            )
            unit.audit(holder.credential_id, "deletion.requested", account.id, {"request": request_id})

    def deletion(self, holder: AccountSession) -> DeletionState | None:
        """Return the last deletion request."""
        with self._read(holder) as (session, account):
            last = _own_request(session, account)
            if last is None:
                return None
            said = self._store.keys.open("deletion_request", last.id, last.sealed)
            return DeletionState(last.state, said.get("answer", ""), last.requested_at)

    def take_back_deletion(self, holder: AccountSession) -> None:
        """Take back the open request.

        Raises:
            ChangedMeanwhile: there is none, or the school has decided.
        """
        with self._write(holder) as (unit, account):
            last = _own_request(unit.session, account)
            if last is None or last.state != "open":
                raise ChangedMeanwhile(at=last.decided_at or 0 if last else 0, what=last.state if last else "")
            last.state, last.version = "taken_back", last.version + 1
            unit.audit(holder.credential_id, "deletion.taken_back", account.id, {"request": last.id})

    def _copy(self, holder: AccountSession, action: str) -> OwnDataCopy:
        on = today(self._clock)
        title = load_text(TextName.CONSENT, self._settings.text_folder, current_language()).title
        with self._write(holder) as (unit, account):
            sections = OwnDataReader(unit.session, unit.keys, account).sections(title)
            unit.audit(holder.credential_id, action, account.id)
            return OwnDataCopy(on, sections)


PRINT_TITLE = "kiosk own data"
"""The title of the print job, which other users can read, so that it names nobody."""


def _binding_on(session: Session, account: ParentAccount, consent: Consent) -> Binding | None:
    """Return the account's active binding that rests on a consent."""
    return session.exec(
        select(Binding)
        .join(Application, col(Application.id) == col(Binding.application_id))
        .where(
            Binding.parent_account_id == account.id,
            Binding.state == "active",
            Application.consent_id == consent.id,
        )
    ).one_or_none()


def _last_request(session: Session, account: ParentAccount) -> DeletionRequest | None:
    return session.exec(
        select(DeletionRequest)
        .where(DeletionRequest.account_id == account.id)
        .order_by(col(DeletionRequest.requested_at).desc(), col(DeletionRequest.id))
        .limit(1)
    ).one_or_none()


def _own_request(session: Session, account: ParentAccount) -> DeletionRequest | None:
    """Return the last request; for a carer none from before the account's opening."""
    last = _last_request(session, account)
    is_earlier = last is not None and last.requested_at < account.opened_at
    return None if is_earlier and not is_bound(session, account) else last
