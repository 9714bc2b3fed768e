"""The account of a signed-on parent (家長帳號登入): its children, names and contact data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlmodel import Session, col, select

from db.keyring import IndexColumn
from db.models.accounts import Binding, ParentAccount
from db.models.school import Student
from db.store import Store
from kiosk.clock import Clock
from kiosk.config.settings import Settings
from kiosk.domain.errors import ChangedMeanwhile, Denied, ServiceError
from kiosk.domain.reason import checked_reason
from kiosk.domain.school_calendar import roc_day, today
from kiosk.rules.accounts import AccountNameFault, chosen_account_fault
from kiosk.rules.contact import (
    EmailFault,
    InvalidEmail,
    email_key,
    holds_id,
    mask_email,
    mask_mobile,
    parse_email,
    parse_mobile,
)
from kiosk.rules.fault_error import FaultError
from kiosk.rules.identity import FIRST_PASSWORD_LENGTH
from kiosk.rules.text_safety import half_width
from kiosk.services.accounts.bindings import end_binding
from kiosk.services.accounts.login_names import is_free, is_shared
from kiosk.services.accounts.parent_accounts import change_personal
from kiosk.services.accounts.visible_children import BoundChild, bound_child, seen_children
from kiosk.services.auth.account_session import AccountService, AccountSession
from kiosk.services.auth.denial_audit import audits_refusals
from kiosk.services.auth.parent_login import chosen_name
from kiosk.services.messaging import outbox
from kiosk.services.messaging.outbox import Addressee, MessageKind
from kiosk.services.messaging.verification_codes import CodeMail, EmailChallenge, Purpose, WrongCode


class AccountNameRefused(FaultError[AccountNameFault], ServiceError):
    """The name is not allowed as a self-chosen account."""


class EmailTaken(ServiceError):
    """The address is another person's account; only its owner, who gets the code, learns this."""


@dataclass(frozen=True, slots=True)
class Contact:
    """A parent's contact data and names to sign on with; None is none.

    ``mobile_can_sign_on`` is False where another account has the same number.
    """

    email_masked: str | None = field(repr=False)
    mobile_masked: str = field(repr=False)
    chosen_account: str | None = field(repr=False)
    mobile_can_sign_on: bool


@audits_refusals
class Accounts(AccountService):
    """Shows and changes the account of a signed-on parent or carer."""

    def __init__(self, store: Store, settings: Settings, clock: Clock, codes: CodeMail) -> None:
        super().__init__(store, settings, clock)
        self._codes = codes

    def children(self, holder: AccountSession) -> tuple[BoundChild, ...]:
        """Return the children of the account, the oldest binding first."""
        on = today(self._clock)
        with self._read(holder) as (session, account):
            return tuple(bound_child(session, seen) for seen in seen_children(session, account.id, on))

    def contact(self, holder: AccountSession) -> Contact:
        """Return the account's contact data."""
        with self._read(holder) as (session, account):
            known = self._store.keys.open("parent_account", account.id, account.sealed)
            email = known.get("email")
            return Contact(
                email_masked=mask_email(email) if email else None,
                mobile_masked=mask_mobile(known["mobile"]),
                chosen_account=known.get("chosen_account"),
                mobile_can_sign_on=not is_shared(session, account, today(self._clock)),
            )

    def choose_account(self, holder: AccountSession, text: str) -> None:
        """Set the self-chosen account (自訂帳號); an empty text removes it.

        Raises:
            AccountNameRefused: the name is not allowed or taken.
        """
        typed = half_width(text).strip() or None
        with self._write(holder) as (unit, account):
            known = unit.keys.open("parent_account", account.id, account.sealed)
            index = None
            if typed is not None:
                fault = chosen_account_fault(text, _personal(unit.session, account.id, known))
                if fault is not None:
                    raise AccountNameRefused(fault)
                index = unit.keys.index(IndexColumn.ACCOUNT, chosen_name(typed))
                if not is_free(unit, account, col(ParentAccount.chosen_account_index) == index):
                    raise AccountNameRefused(AccountNameFault.TAKEN)
            account.chosen_account_index = index
            change_personal(unit, account, chosen_account=typed)
            unit.audit(holder.credential_id, "account.name_chosen", account.id, {"failed": typed is None})

    def change_mobile(self, holder: AccountSession, text: str) -> bool:
        """Set a mobile number; return whether it can sign on, because no other account has it.

        Raises:
            InvalidMobile: see `kiosk.rules.contact.parse_mobile`.
        """
        mobile = parse_mobile(text)
        with self._write(holder) as (unit, account):
            account.mobile_index = unit.keys.index(IndexColumn.MOBILE, mobile)
            change_personal(unit, account, mobile=mobile)
            unit.session.flush()
            unit.audit(holder.credential_id, "account.mobile_changed", account.id)
            return not is_shared(unit.session, account, today(self._clock))

    def send_email_code(self, holder: AccountSession, address: str) -> EmailChallenge:
        """Send a code to a new address; each step waits ten seconds at most for the mail server.

        The answer does not tell whether the address is another person's account.

        Raises:
            InvalidEmail: see `kiosk.rules.contact.parse_email`; also where it contains the ID or its last six.
            MailNotSent: see `kiosk.services.messaging.verification_codes.CodeMail.send`.
        """
        with self._read(holder) as (session, account):
            national_id = self._store.keys.open("parent_account", account.id, account.sealed)["national_id"]
        email = parse_email(address)
        if holds_id(email, national_id):
            raise InvalidEmail(EmailFault.LOCAL_PART)
        return self._codes.send(holder.credential_id, email)

    def change_email(self, holder: AccountSession, challenge: EmailChallenge, typed: str) -> None:
        """Set the address of a challenge of :meth:`send_email_code` by the typed code; notify the former address.

        Raises:
            WrongCode, EmailTaken: nothing was changed.
        """
        with self._write(holder) as (unit, account):
            if challenge.purpose is not Purpose.EMAIL or not self._codes.check(challenge, typed):
                raise WrongCode
            index = unit.keys.index(IndexColumn.EMAIL, email_key(challenge.address))
            if not is_free(unit, account, col(ParentAccount.email_index) == index):
                raise EmailTaken
            known = unit.keys.open("parent_account", account.id, account.sealed)
            former, is_other = known.get("email"), account.email_index != index
            account.email_index = index
            change_personal(unit, account, email=challenge.address)
            if former and is_other:
                addressee = Addressee(account.name, known["mobile"], former)
                words = {"account": mask_email(challenge.address), "day": roc_day(unit.timestamp_ms)}
                key = f"{MessageKind.EMAIL_CHANGED.value}|{account.version}|{account.id}"
                outbox.write(unit, self._settings, MessageKind.EMAIL_CHANGED, key, None, addressee, words)
            unit.audit(holder.credential_id, "account.email_changed", account.id)

    def end_binding(self, holder: AccountSession, binding_id: str, reason: str) -> None:
        """End the holder's own binding; see :func:`kiosk.services.accounts.bindings.end_binding`.

        Without another child the account is closed, and the session ends.

        Raises:
            UnusableReason: the reason is empty, too long or has unsafe characters.
            ChangedMeanwhile: the binding was ended already.
            Denied: it is another account's.
        """
        reason = checked_reason(reason)
        with self._write(holder) as (unit, account):
            binding = unit.session.get(Binding, binding_id)
            if binding is None or binding.parent_account_id != account.id:
                raise Denied
            if binding.state != "active":
                raise ChangedMeanwhile(at=binding.ended_at or 0, what=binding.state)
            end_binding(unit, self._settings, binding, reason, by=account.id, staff=False)
            unit.audit(holder.credential_id, "binding.ended_by_parent", binding.id, {"reason": reason})


def _personal(session: Session, account_id: str, known: Mapping[str, Any]) -> list[str]:
    """Return the values that a name must not contain: ID, first password, mobile and student numbers."""
    children = select(Student.student_number).join(Binding, col(Binding.student_id) == col(Student.id))
    numbers = session.exec(children.where(Binding.parent_account_id == account_id)).all()
    national_id = known["national_id"]
    return [national_id, national_id[-FIRST_PASSWORD_LENGTH:], known["mobile"], *numbers]
