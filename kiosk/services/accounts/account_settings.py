"""What a parent sees and changes once signed on (家長帳號登入): the children, and their own account."""

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
from kiosk.rules.identity import FIRST_PASSWORD_LENGTH
from kiosk.rules.text_safety import half_width
from kiosk.services.accounts.binding_end import end_binding
from kiosk.services.accounts.login_names import is_free, is_shared
from kiosk.services.accounts.visible_children import BoundChild, bound_children
from kiosk.services.auth.account_session import AccountSession, require_account
from kiosk.services.auth.denial_audit import audits_refusals
from kiosk.services.auth.parent_login import chosen_name
from kiosk.services.messaging import outbox
from kiosk.services.messaging.outbox import Addressee, MessageKind
from kiosk.services.messaging.verification_codes import CodeMail, EmailChallenge, Purpose, WrongCode


class AccountNameRefused(ServiceError):
    """The name cannot be this parent's self-chosen account; ``fault`` says why."""

    def __init__(self, fault: AccountNameFault) -> None:
        super().__init__(fault.name)
        self.fault = fault


class EmailTaken(ServiceError):
    """The address is another person's account; said only to whoever gets the mail sent there."""


@dataclass(frozen=True, slots=True)
class Contact:
    """How a parent is reached, and what they may sign on with, as screens show it.

    Attributes:
        email_masked: their address; None where there is none.
        mobile_masked: the number.
        chosen_account: the self-chosen account as it was typed; None where there is none.
        mobile_can_sign_on: False where another person's account has the same number.
    """

    email_masked: str | None = field(repr=False)
    mobile_masked: str = field(repr=False)
    chosen_account: str | None = field(repr=False)
    mobile_can_sign_on: bool


@audits_refusals
class Accounts:
    """The service.

    Args:
        store: the database.
        settings: whether a mail server is set, for telling the parent.
        clock: a carer's access ends with a day.
        codes: sends codes to new addresses.
    """

    def __init__(self, store: Store, settings: Settings, clock: Clock, codes: CodeMail) -> None:
        self._store = store
        self._settings = settings
        self._clock = clock
        self._codes = codes

    def children(self, holder: AccountSession) -> tuple[BoundChild, ...]:
        """The children of the account, the longest known first.

        Raises:
            Denied, PasswordChangeRequired: see `kiosk.services.auth.account_session.require_account`.
        """
        on = today(self._clock)
        with self._store.read() as session:
            account = require_account(session, holder, on)
            return bound_children(session, account.id, on)

    def contact(self, holder: AccountSession) -> Contact:
        """The account's own names and numbers.

        Raises:
            Denied, PasswordChangeRequired: see `kiosk.services.auth.account_session.require_account`.
        """
        with self._store.read() as session:
            account = require_account(session, holder, today(self._clock))
            known = self._store.keys.open("parent_account", account.id, account.sealed)
            email = known.get("email")
            return Contact(
                email_masked=mask_email(email) if email else None,
                mobile_masked=mask_mobile(known["mobile"]),
                chosen_account=known.get("chosen_account"),
                mobile_can_sign_on=not is_shared(session, account, today(self._clock)),
            )

    def choose_account(self, holder: AccountSession, text: str) -> None:
        """Choose a name to sign on with (自訂帳號), in place of the one before; empty text gives it up.

        Raises:
            AccountNameRefused: see there.
            Denied, PasswordChangeRequired: see `kiosk.services.auth.account_session.require_account`.
        """
        typed = half_width(text).strip() or None
        with self._store.write() as unit:
            account = require_account(unit.session, holder, today(self._clock))
            known = unit.keys.open("parent_account", account.id, account.sealed)
            index = None
            if typed is not None:
                fault = chosen_account_fault(text, _personal(unit.session, account.id, known))
                if fault is not None:
                    raise AccountNameRefused(fault)
                index = unit.keys.index(IndexColumn.ACCOUNT, chosen_name(typed))
                if not is_free(unit, account, col(ParentAccount.chosen_account_index) == index):
                    raise AccountNameRefused(AccountNameFault.TAKEN)
            account.chosen_account_index, account.version = index, account.version + 1
            account.sealed = unit.keys.seal("parent_account", account.id, known | {"chosen_account": typed})
            unit.audit(holder.credential_id, "account.name_chosen", account.id, {"failed": typed is None})

    def change_mobile(self, holder: AccountSession, text: str) -> bool:
        """Take another mobile number.

        Returns:
            Whether one can sign on with it: not with one that another person's account has as well.

        Raises:
            InvalidMobile: see `kiosk.rules.contact.parse_mobile`.
            Denied, PasswordChangeRequired: see `kiosk.services.auth.account_session.require_account`.
        """
        mobile = parse_mobile(text)
        with self._store.write() as unit:
            account = require_account(unit.session, holder, today(self._clock))
            known = unit.keys.open("parent_account", account.id, account.sealed)
            account.mobile_index = unit.keys.index(IndexColumn.MOBILE, mobile)
            account.version += 1
            account.sealed = unit.keys.seal("parent_account", account.id, known | {"mobile": mobile})
            unit.session.flush()
            unit.audit(holder.credential_id, "account.mobile_changed", account.id)
            return not is_shared(unit.session, account, today(self._clock))

    def send_email_code(self, holder: AccountSession, address: str) -> EmailChallenge:
        """Send a code to a new address; waits for the mail server, ten seconds at most a step.

        Whether the address is another person's account is not said here, for anybody can type any address.

        Raises:
            InvalidEmail: see `kiosk.rules.contact.parse_email`; also where it tells the ID or the end of it.
            MailNotSent: see `kiosk.services.messaging.verification_codes.CodeMail.send`.
            Denied, PasswordChangeRequired: see `kiosk.services.auth.account_session.require_account`.
        """
        with self._store.read() as session:
            account = require_account(session, holder, today(self._clock))
            national_id = self._store.keys.open("parent_account", account.id, account.sealed)["national_id"]
        email = parse_email(address)
        if holds_id(email, national_id):
            raise InvalidEmail(EmailFault.LOCAL_PART)
        return self._codes.send(holder.credential_id, email)

    def change_email(self, holder: AccountSession, challenge: EmailChallenge, typed: str) -> None:
        """Take the address that the code was sent to; a notice goes to the one before.

        Args:
            holder: who.
            challenge: from :meth:`send_email_code`.
            typed: the code as typed.

        Raises:
            WrongCode: see there; nothing was changed.
            EmailTaken: see there; nothing was changed.
            Denied, PasswordChangeRequired: see `kiosk.services.auth.account_session.require_account`.
        """
        with self._store.write() as unit:
            account = require_account(unit.session, holder, today(self._clock))
            if challenge.purpose is not Purpose.EMAIL or not self._codes.check(challenge, typed):
                raise WrongCode
            index = unit.keys.index(IndexColumn.EMAIL, email_key(challenge.address))
            if not is_free(unit, account, col(ParentAccount.email_index) == index):
                raise EmailTaken
            known = unit.keys.open("parent_account", account.id, account.sealed)
            former, is_other = known.get("email"), account.email_index != index
            account.email_index, account.version = index, account.version + 1
            account.sealed = unit.keys.seal("parent_account", account.id, known | {"email": challenge.address})
            if former and is_other:
                addressee = Addressee(account.name, known["mobile"], former)
                words = {"account": mask_email(challenge.address), "day": roc_day(unit.timestamp_ms)}
                key = f"{MessageKind.EMAIL_CHANGED.value}|{account.version}|{account.id}"
                outbox.write(unit, self._settings, MessageKind.EMAIL_CHANGED, key, None, addressee, words)
            unit.audit(holder.credential_id, "account.email_changed", account.id)

    def end_binding(self, holder: AccountSession, binding_id: str, reason: str) -> None:
        """End one's own binding to a child; see :func:`kiosk.services.accounts.binding_end.end_binding` for what follows.

        With the last child the account sees it is closed, and the session is over.

        Args:
            holder: whose binding it is.
            binding_id: which.
            reason: for the school to read.

        Raises:
            UnusableReason: see there.
            ChangedMeanwhile: it was ended already.
            Denied, PasswordChangeRequired: another's, or see `kiosk.services.auth.account_session.require_account`.
        """
        reason = checked_reason(reason)
        with self._store.write() as unit:
            account = require_account(unit.session, holder, today(self._clock))
            binding = unit.session.get(Binding, binding_id)
            if binding is None or binding.parent_account_id != account.id:
                raise Denied
            if binding.state != "active":
                raise ChangedMeanwhile(at=binding.ended_at or 0, what=binding.state)
            end_binding(unit, self._settings, binding, reason, by=account.id, staff=False)
            unit.audit(holder.credential_id, "binding.ended_by_parent", binding.id, {"reason": reason})


def _personal(session: Session, account_id: str, known: Mapping[str, Any]) -> list[str]:
    """What must not stand in a name: ID and first password, mobile, the children's numbers."""
    children = select(Student.student_number).join(Binding, col(Binding.student_id) == col(Student.id))
    numbers = session.exec(children.where(Binding.parent_account_id == account_id)).all()
    national_id = known["national_id"]
    return [national_id, national_id[-FIRST_PASSWORD_LENGTH:], known["mobile"], *numbers]
