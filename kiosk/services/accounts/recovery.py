"""忘記帳號、密碼: by name, ID and a code to the account's e-mail, without a word on whether there is such an account.

Whoever asks is told the same after the same work, whether name and ID are an account's, another's or nobody's; the mail
is sent from a thread of its own, so that the wait for the mail server tells nothing either. Who has no e-mail, or no
longer reads it, goes to the desk with an ID (:meth:`kiosk.services.administration.login_reset_desk.Desk.reset_account`).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from sqlmodel import col, select

from db.keyring import IndexColumn, KeyRing
from db.models.accounts import ParentAccount
from db.models.logins import Credential
from db.store import Store, UnitOfWork
from kiosk.clock import Clock
from kiosk.rules.identity import normalise_id
from kiosk.rules.names import InvalidName, parse_name
from kiosk.services.accounts.login_names import NamesOfAccount
from kiosk.services.auth.account_session import AccountSession, AccountSignedIn
from kiosk.services.auth.credentials import account_index
from kiosk.services.auth.identity_check import TooManyTries
from kiosk.services.auth.lockout import Lockout
from kiosk.services.auth.parent_login import PARENT_LOGIN, ParentLogin
from kiosk.services.auth.password_changes import forget_password
from kiosk.services.messaging.verification_codes import CodeMail, EmailChallenge, Purpose, WrongCode

_NOBODY = "nobody"


@dataclass(frozen=True)
class Recovery:
    """Somebody who said that they forgot; screens show nothing of it but that it goes on.

    Attributes:
        challenge: what the code is compared with; of a code that nobody was sent, where there is no such account.
        account_id: whose account it is; None where there is none.
        counter: what the tries are counted under.
        terminal: where.
    """

    challenge: EmailChallenge = field(repr=False)
    account_id: str | None = field(repr=False)
    counter: bytes = field(repr=False)
    terminal: str


class AccountRecovery:
    """The service.

    Args:
        store: the database.
        clock: for the lock-out, and because a carer's access ends with a day.
        codes: sends the codes.
    """

    def __init__(self, store: Store, clock: Clock, codes: CodeMail) -> None:
        self._store = store
        self._clock = clock
        self._codes = codes
        self._lockout = Lockout(clock)

    @property
    def available(self) -> bool:
        """Whether a mail server is set; without one the desk is the only way."""
        return self._codes.available

    def begin(self, name: str, national_id: str, terminal: str) -> Recovery:
        """Send a code to the e-mail of the account of a person, if there is such an account and it has an e-mail.

        Every way through costs the same statements and gives the same; five in a quarter of an hour for one ID.

        Args:
            name: the person's, as typed.
            national_id: theirs, as typed.
            terminal: where.

        Raises:
            TooManyTries: for this ID, whether there is an account or not; or at this terminal.
            StoreError: the try could not be recorded, so it was not made.
        """
        typed_id = normalise_id(national_id)
        with self._store.write() as unit:
            counter = recovery_counter(unit.keys, typed_id)
            refused = self._lockout.reserve(unit, counter, terminal)
            unit.audit(_NOBODY, "recovery.asked", counter.hex())
            account = self._account(unit, typed_id, name) if refused is None else None
            account_id = None if account is None else account.id
            email = None
            if account is not None:
                email = unit.keys.open("parent_account", account.id, account.sealed).get("email")
        if refused is not None:
            raise TooManyTries(refused.minutes_left or math.ceil((refused.wait_seconds or 0) / 60))
        challenge = self._codes.send_later(account_id or _NOBODY, email, Purpose.RECOVERY)
        return Recovery(challenge, account_id if email else None, counter, terminal)

    def finish(self, recovery: Recovery, typed: str) -> AccountSignedIn:
        """Sign on with the code; the password there was is gone, and a new one must be chosen before anything else.

        It is gone at once, not with the new one: until then nothing else may be done with the account, and that is
        known of an account without a password only. Who leaves before choosing one asks for another code.

        Args:
            recovery: from :meth:`begin`.
            typed: the code as typed.

        Raises:
            WrongCode: also where there is no such account, and where it was closed meanwhile.
        """
        is_right = self._codes.check(recovery.challenge, typed)
        if not is_right or recovery.account_id is None or recovery.challenge.purpose is not Purpose.RECOVERY:
            raise WrongCode
        login = ParentLogin(self._clock)
        with self._store.write() as unit:
            account = unit.session.get_one(ParentAccount, recovery.account_id)
            credential = unit.session.exec(
                select(Credential).where(Credential.kind == PARENT_LOGIN, Credential.account == account.id)
            ).one()
            if not credential.active or not login.holds(unit.connection, account.id):
                raise WrongCode
            recovery.challenge.spend()
            forget_password(unit, self._lockout, login, credential)
            for name in NamesOfAccount(unit, account).counted():
                self._lockout.forget(unit, account_index(unit.keys, login, name))
            self._lockout.forget(unit, recovery.counter)
            unit.audit(credential.id, "account.recovered", account.id)
            holder = AccountSession(credential.id, account.id, credential.version, recovery.terminal, account.name)
        return AccountSignedIn(holder, must_change=True)

    def _account(self, unit: UnitOfWork, national_id: str, name: str) -> ParentAccount | None:
        """The account of this ID, if it is open, sees a child, and is this name's."""
        index = unit.keys.index(IndexColumn.NATIONAL_ID, national_id)
        account = unit.session.exec(
            select(ParentAccount).where(ParentAccount.national_id_index == index, col(ParentAccount.active).is_(True))
        ).one_or_none()
        holds = ParentLogin(self._clock).holds(unit.connection, _NOBODY if account is None else account.id)
        is_theirs = account is not None and _name_key(account.name) == _name_key(name)
        return account if holds and is_theirs else None


def recovery_counter(keys: KeyRing, national_id: str) -> bytes:
    """What the tries for an ID, in its normal form, are counted under."""
    return keys.index(IndexColumn.ACCOUNT, f"recovery|{national_id}")


def _name_key(name: str) -> str:
    """One spelling of a name to compare by; whatever is no name is compared as it stands."""
    try:
        return "".join(parse_name(name).split()).casefold()
    except InvalidName:
        return name
