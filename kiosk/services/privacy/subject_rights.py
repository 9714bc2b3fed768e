"""A person's rights over their own data (Personal Data Protection Act, art. 3).

They read it, get a copy, withdraw a consent, and ask for deletion; what the school answers to that is
:mod:`kiosk.services.privacy.deletion_requests`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from uuid import uuid4

from sqlmodel import Session, col, select

from db.models.accounts import Binding, DeletionRequest, ParentAccount
from db.models.applications import Application, Consent
from db.models.school import Student
from db.store import Store
from kiosk.clock import Clock
from kiosk.config.settings import Settings
from kiosk.domain.errors import ChangedMeanwhile, Denied
from kiosk.domain.reason import checked_reason
from kiosk.domain.school_calendar import today
from kiosk.i18n import _, current_language
from kiosk.services.accounts.binding_end import end_binding
from kiosk.services.accounts.parent_accounts import is_bound
from kiosk.services.auth.account_session import AccountSession, require_account
from kiosk.services.auth.denial_audit import audits_refusals
from kiosk.services.privacy.subject_access import DataSection, OwnDataReader
from kiosk.services.students.consents import BY_ACCOUNT, WITHDRAWN, moment_after_last
from kiosk.services.texts.loader import TextName, load_text


@dataclass(frozen=True, slots=True)
class GivenConsent:
    """An answer to a consent text behind one of the account's bindings, or its withdrawal.

    Attributes:
        consent_id: the answer.
        student_id: for which child.
        student_name: theirs.
        text_name: of the text, as the evidence names it.
        text_version: the version that was shown.
        text_sha256: of its exact bytes, hexadecimal.
        choice: agree, refuse, withdraw.
        answered_at: milliseconds since 1970-01-01 UTC.
        can_withdraw: whether the account is still bound to the child on this answer.
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
    """Everything held on the person, on a day."""

    made_on: date
    sections: tuple[DataSection, ...]


@dataclass(frozen=True, slots=True)
class DeletionState:
    """The last request to delete.

    Attributes:
        state: open, deleted, declined, taken_back.
        answer: the school's; empty until it has decided.
        requested_at: milliseconds since 1970-01-01 UTC.
    """

    state: str
    answer: str = field(repr=False)
    requested_at: int


@audits_refusals
class OwnData:
    """The service.

    Args:
        store: the database.
        settings: the school's name, and whether a mail server is set.
        clock: a carer's access ends with a day.
    """

    def __init__(self, store: Store, settings: Settings, clock: Clock) -> None:
        self._store = store
        self._settings = settings
        self._clock = clock

    def consents(self, holder: AccountSession) -> tuple[GivenConsent, ...]:
        """The answers behind the account's bindings with their versions, and what was withdrawn, the oldest first.

        Raises:
            Denied, PasswordChangeRequired: see `kiosk.services.auth.account_session.require_account`.
        """
        with self._store.read() as session:
            account = require_account(session, holder, today(self._clock))
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
        """Withdraw a consent: a row of evidence beside it, and the end of the holder's own binding to that child.

        The answer itself stays, and so does what another parent has agreed to.

        Raises:
            Denied, PasswordChangeRequired: no binding of the holder's rests on this answer, or see
                `kiosk.services.auth.account_session.require_account`.
        """
        with self._store.write() as unit:
            account = require_account(unit.session, holder, today(self._clock))
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
        """Everything held on the person; that it was asked for stands in the audit.

        Raises:
            Denied, PasswordChangeRequired: see `kiosk.services.auth.account_session.require_account`.
        """
        return self._copy(holder, "own_data.shown")

    def copy_pdf(self, holder: AccountSession) -> bytes:
        """The same as PDF, to be printed under a title that names nobody (:data:`PRINT_TITLE`).

        Raises:
            FormRefused: it cannot be made.
            Denied, PasswordChangeRequired: see `kiosk.services.auth.account_session.require_account`.
        """
        from kiosk.services.privacy.subject_access_pdf import render_copy

        copy = self._copy(holder, "own_data.copied")
        return render_copy(copy.sections, copy.made_on, self._settings.school_name)

    def request_deletion(self, holder: AccountSession, reason: str) -> None:
        """Ask the school to delete what it holds on the person; one request at a time.

        Raises:
            UnusableReason: see there.
            ChangedMeanwhile: there is an open one.
            Denied, PasswordChangeRequired: see `kiosk.services.auth.account_session.require_account`.
        """
        reason = checked_reason(reason)
        with self._store.write() as unit:
            account = require_account(unit.session, holder, today(self._clock))
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
        """The last request, and what became of it; None where there was none.

        Raises:
            Denied, PasswordChangeRequired: see `kiosk.services.auth.account_session.require_account`.
        """
        with self._store.read() as session:
            account = require_account(session, holder, today(self._clock))
            last = _own_request(session, account)
            if last is None:
                return None
            said = self._store.keys.open("deletion_request", last.id, last.sealed)
            return DeletionState(last.state, said.get("answer", ""), last.requested_at)

    def take_back_deletion(self, holder: AccountSession) -> None:
        """Take the open request back.

        Raises:
            ChangedMeanwhile: there is none, or the school has decided.
            Denied, PasswordChangeRequired: see `kiosk.services.auth.account_session.require_account`.
        """
        with self._store.write() as unit:
            account = require_account(unit.session, holder, today(self._clock))
            last = _own_request(unit.session, account)
            if last is None or last.state != "open":
                raise ChangedMeanwhile(at=last.decided_at or 0 if last else 0, what=last.state if last else "")
            last.state, last.version = "taken_back", last.version + 1
            unit.audit(holder.credential_id, "deletion.taken_back", account.id, {"request": last.id})

    def _copy(self, holder: AccountSession, action: str) -> OwnDataCopy:
        on = today(self._clock)
        title = load_text(TextName.CONSENT, self._settings.text_folder, current_language()).title
        with self._store.write() as unit:
            account = require_account(unit.session, holder, on)
            sections = OwnDataReader(unit.session, unit.keys, account).sections(title)
            unit.audit(holder.credential_id, action, account.id)
            return OwnDataCopy(on, sections)


PRINT_TITLE = "kiosk own data"
"""Of the print job, which others can read."""


def _binding_on(session: Session, account: ParentAccount, consent: Consent) -> Binding | None:
    """The account's own active binding that rests on an answer."""
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
    """The last request; for a carer none from before the account was opened, see `kiosk.services.privacy.subject_access`."""
    last = _last_request(session, account)
    is_earlier = last is not None and last.requested_at < account.opened_at
    return None if is_earlier and not is_bound(session, account) else last
