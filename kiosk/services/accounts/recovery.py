"""忘記帳號、密碼: recovery by name, ID and a code to the account's e-mail.

The answer and the work are the same whether an account exists or not. A separate thread sends the mail, so that the
wait for the mail server tells nothing. Without e-mail the registrar resets the account at the desk.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from db.keyring import IndexColumn
from db.models.accounts import ParentAccount
from db.store import Store, UnitOfWork
from kiosk.clock import Clock
from kiosk.rules.identity import normalise_id
from kiosk.rules.names import InvalidName, parse_name
from kiosk.services.accounts.login_names import forget_failures, recovery_counter
from kiosk.services.accounts.parent_accounts import account_with_id, credential_of
from kiosk.services.auth.account_session import AccountSession, AccountSignedIn
from kiosk.services.auth.identity_check import TooManyTries
from kiosk.services.auth.lockout import Lockout
from kiosk.services.auth.parent_login import ParentLogin
from kiosk.services.auth.password_changes import forget_password
from kiosk.services.messaging.verification_codes import CodeMail, EmailChallenge, Purpose, WrongCode

_NOBODY = "nobody"


@dataclass(frozen=True)
class Recovery:
    """A recovery in progress; screens must not show whether it has an account.

    Without an account the challenge is of a code that was never sent.
    """

    challenge: EmailChallenge = field(repr=False)
    account_id: str | None = field(repr=False)
    terminal: str


class AccountRecovery:
    """Signs a person on without their password."""

    def __init__(self, store: Store, clock: Clock, codes: CodeMail) -> None:
        self._store = store
        self._clock = clock
        self._codes = codes
        self._lockout = Lockout(clock)

    @property
    def available(self) -> bool:
        """Whether a mail server is set."""
        return self._codes.available

    def begin(self, name: str, national_id: str, terminal: str) -> Recovery:
        """Send a code to the e-mail of the account with this name and ID, as typed, if there is one.

        Raises:
            TooManyTries: more than five in 15 minutes for this ID, with or without an account; or at this terminal.
            StoreError: the attempt could not be recorded, so it was not made.
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
            raise TooManyTries(refused.minutes_to_wait)
        challenge = self._codes.send_later(account_id or _NOBODY, email, Purpose.RECOVERY)
        return Recovery(challenge, account_id if email else None, terminal)

    def finish(self, recovery: Recovery, typed: str) -> AccountSignedIn:
        """Sign on with the typed code and remove the password; the session can only choose a new one.

        Raises:
            WrongCode: also without an account, or when it was closed meanwhile.
        """
        is_right = self._codes.check(recovery.challenge, typed)
        if not is_right or recovery.account_id is None or recovery.challenge.purpose is not Purpose.RECOVERY:
            raise WrongCode
        login = ParentLogin(self._clock)
        with self._store.write() as unit:
            account = unit.session.get_one(ParentAccount, recovery.account_id)
            credential = credential_of(unit.session, account)
            if not credential.active or not login.holds(unit.connection, account.id):
                raise WrongCode
            recovery.challenge.spend()
            forget_password(unit, self._lockout, login, credential)
            forget_failures(unit, self._lockout, login, account)
            unit.audit(credential.id, "account.recovered", account.id)
            holder = AccountSession(credential.id, account.id, credential.version, recovery.terminal, account.name)
        return AccountSignedIn(holder, must_change=True)

    def _account(self, unit: UnitOfWork, national_id: str, name: str) -> ParentAccount | None:
        """Return the account of this ID if it sees a child and has this name."""
        index = unit.keys.index(IndexColumn.NATIONAL_ID, national_id)
        account = account_with_id(unit.session, index)
        holds = ParentLogin(self._clock).holds(unit.connection, _NOBODY if account is None else account.id)
        is_theirs = account is not None and _name_key(account.name) == _name_key(name)
        return account if holds and is_theirs else None


def _name_key(name: str) -> str:
    """Return one spelling of a name for comparison; an invalid name unchanged."""
    try:
        return "".join(parse_name(name).split()).casefold()
    except InvalidName:
        return name
