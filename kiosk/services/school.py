"""The composition root: opens a school's home, keys and database, and the services over them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from threading import Event
from typing import TYPE_CHECKING

from argon2 import PasswordHasher
from sqlalchemy.exc import SQLAlchemyError

from db import schema
from db.errors import StoreError, UnsafeFolder
from db.key_file import KeyFault, KeyFileError, read_keys, write_keys
from db.keyring import KeyRing, new_keys
from db.store import MAIL_DUE, Store
from kiosk.clock import Clock
from kiosk.config.settings import Settings, ensure_home
from kiosk.domain.errors import SchoolFault, SchoolRefused
from kiosk.i18n import _
from kiosk.services.administration.key_checks import known_checks, make_keys_known
from kiosk.services.auth.password_hashing import HASHER, PasswordStore
from kiosk.services.auth.sign_in import SignIn

if TYPE_CHECKING:
    from kiosk.services.accounts.account_settings import Accounts
    from kiosk.services.accounts.carers import Carers
    from kiosk.services.accounts.fees import Fees
    from kiosk.services.accounts.recovery import AccountRecovery
    from kiosk.services.applications.corrections import Corrections
    from kiosk.services.applications.drafts import Drafts
    from kiosk.services.applications.submission import Applications
    from kiosk.services.messaging.email_verification import EmailCodes
    from kiosk.services.privacy.subject_rights import OwnData
    from kiosk.services.signing.family_forms import Papers
    from kiosk.services.signing.signatures import Signatures
    from kiosk.services.students.confirmation import StudentData
    from kiosk.services.students.consents import Consents
    from kiosk.services.students.student_card import StudentCard


@dataclass(frozen=True)
class School:
    """An open school.

    The first login of a day waits for this module; so every service but the sign-in is imported at its first use.
    """

    settings: Settings
    clock: Clock
    store: Store
    sign_in: SignIn

    @cached_property
    def mail_due(self) -> Event:
        """Set after each commit of a new mail; the mail worker waits for it."""
        due = Event()
        self.store.listen(MAIL_DUE, due.set)
        return due

    @cached_property
    def student_data(self) -> StudentData:
        """確認學生相關資訊 and the menu."""
        from kiosk.services.students.confirmation import StudentData

        return StudentData(self.store, self.settings, self.clock)

    @cached_property
    def fees(self) -> Fees:
        """繳費."""
        from kiosk.services.accounts.fees import Fees

        return Fees(self.store, self.settings, self.clock)

    @cached_property
    def consents(self) -> Consents:
        """The consents."""
        from kiosk.services.students.consents import Consents

        return Consents(self.store, self.settings, self.clock)

    @cached_property
    def applications(self) -> Applications:
        """申辦親子帳號."""
        from kiosk.services.applications.submission import Applications

        return Applications(self.store, self.clock)

    @cached_property
    def drafts(self) -> Drafts:
        """暫存離開."""
        from kiosk.services.applications.drafts import Drafts

        return Drafts(self.store, self.settings, self.clock)

    @cached_property
    def email_codes(self) -> EmailCodes:
        """The verification codes for applicants' addresses."""
        from kiosk.services.messaging.email_verification import EmailCodes

        return EmailCodes(self.store, self.settings, self.clock)

    @cached_property
    def corrections(self) -> Corrections:
        """退件補正 for parents."""
        from kiosk.services.applications.corrections import Corrections

        return Corrections(self.store, self.clock)

    @cached_property
    def papers(self) -> Papers:
        """The forms of a child for signing."""
        from kiosk.services.signing.family_forms import Papers

        return Papers(self.store, self.settings, self.clock)

    @cached_property
    def signatures(self) -> Signatures:
        """The signatures on the screen."""
        from kiosk.services.signing.signatures import Signatures

        return Signatures(self.store, self.settings, self.clock)

    @cached_property
    def card(self) -> StudentCard:
        """學生證多元功能開通服務."""
        from kiosk.services.students.student_card import StudentCard

        return StudentCard(self.store, self.settings, self.clock)

    @cached_property
    def accounts(self) -> Accounts:
        """家長帳號 after the sign-on."""
        from kiosk.services.accounts.account_settings import Accounts

        return Accounts(self.store, self.settings, self.clock, self.email_codes.mail)

    @cached_property
    def account_recovery(self) -> AccountRecovery:
        """忘記帳號、密碼."""
        from kiosk.services.accounts.recovery import AccountRecovery

        return AccountRecovery(self.store, self.clock, self.email_codes.mail)

    @cached_property
    def carers(self) -> Carers:
        """照顧者."""
        from kiosk.services.accounts.carers import Carers

        return Carers(self.store, self.settings, self.clock)

    @cached_property
    def own_data(self) -> OwnData:
        """個資法 §3: the rights over one's own data."""
        from kiosk.services.privacy.subject_rights import OwnData

        return OwnData(self.store, self.settings, self.clock)

    def close(self) -> None:
        """Close the database."""
        self.store.close()


def open_school(settings: Settings, clock: Clock, hasher: PasswordHasher = HASHER) -> School:
    """Open the school of these settings; make home, key file and database where they are missing.

    Args:
        settings: of the installation.
        clock: of the kiosk.
        hasher: argon2id with its parameters; cheaper ones in tests.

    Raises:
        SettingsError: the home is unusable.
        SchoolRefused: key or database are unusable; the error has one line of text.
    """
    ensure_home(settings)
    store = _open_store(settings, clock)
    if settings.print_folder.exists():
        from kiosk.services.documents.printer import purge  # a login without printed files does not wait for it

        purge(settings, clock.now())
    return School(settings, clock, store, SignIn(store, clock, PasswordStore(store.keys, hasher)))


def _open_store(settings: Settings, clock: Clock) -> Store:
    """Open database and keys, compare them, and upgrade the schema."""
    url = settings.database_url or f"sqlite:///{settings.database_file}"
    keys = _keys_on_file(settings)
    store: Store | None = None
    try:
        store = Store(url, keys or new_keys(), lambda: int(clock.now().timestamp() * 1000), settings.terminal_name)
        revision = schema.current_revision(store.writer)
        if revision is not None and revision > schema.HEAD:
            raise SchoolRefused(SchoolFault.DATABASE, _("資料庫是較新版本的程式建立的，請更新本程式。"))
        if keys is None:  # keys precede the schema: with a schema, another process has just written them
            store.keys = _first_keys(settings, store.keys) if revision is None else read_keys(settings.key_file)
        if revision != schema.HEAD:
            schema.upgrade(store.writer)
        _check_keys(store)
    except BaseException as error:
        if store is not None:
            store.close()
        refusal = _refusal(error)
        if refusal is None:
            raise
        raise refusal from None
    return store


def _keys_on_file(settings: Settings) -> KeyRing | None:
    """Return the keys of the key file; None without one."""
    try:
        return read_keys(settings.key_file)
    except KeyFileError as error:
        if error.fault is KeyFault.MISSING and settings.credential_key_file is None:
            return None
        raise SchoolRefused(SchoolFault.KEY, _key_line(error.fault)) from None


def _first_keys(settings: Settings, keys: KeyRing) -> KeyRing:
    """Write the first key file, or read the one that another process wrote meanwhile."""
    try:
        write_keys(settings.key_file, keys)
    except KeyFileError as error:
        if error.fault is not KeyFault.EXISTS:
            raise
        return read_keys(settings.key_file)
    return keys


def _check_keys(store: Store) -> None:
    """Compare the keys with the database's checks, and store checks of new keys."""
    checks = store.keys.key_checks()
    known = known_checks(store)
    if any(checks.get(name) != check for name, check in known.items()):
        raise KeyFileError(KeyFault.WRONG)
    if len(known) < len(checks):
        make_keys_known(store)


def _refusal(error: BaseException) -> SchoolRefused | None:
    """Return the refusal for a known error; None for a fault of the program."""
    if isinstance(error, UnsafeFolder):
        return SchoolRefused(SchoolFault.FOLDER, _("資料庫不能放在網路磁碟上，請把 KIOSK_HOME 移到本機磁碟。"))
    if isinstance(error, KeyFileError):
        return SchoolRefused(SchoolFault.KEY, _key_line(error.fault))
    if isinstance(error, (StoreError, SQLAlchemyError, OSError)):
        line = _("資料庫無法開啟：請檢查磁碟空間與權限，或 KIOSK_DATABASE_URL 指向的伺服器是否啟動。")
        return SchoolRefused(SchoolFault.DATABASE, line)
    return None


def _key_line(fault: KeyFault) -> str:
    lines = {
        KeyFault.MISSING: _("找不到金鑰檔 kiosk.key，而資料庫已經存在：請放回原來的金鑰檔，切勿另造新的。"),
        KeyFault.NOT_OURS: _("金鑰檔 kiosk.key 不屬於執行本程式的使用者，或不是一般檔案。"),
        KeyFault.READABLE: _("金鑰檔 kiosk.key 的權限太寬，請執行 chmod 400 kiosk.key。"),
        KeyFault.DAMAGED: _("金鑰檔 kiosk.key 已損壞，請放回備份的金鑰檔。"),
        KeyFault.ALL_ZERO: _("金鑰檔 kiosk.key 的內容全為零，請放回備份的金鑰檔。"),
        KeyFault.WRONG: _("金鑰檔 kiosk.key 與這個資料庫不符，請放回原來的金鑰檔。"),
        KeyFault.EXISTS: _("金鑰檔 kiosk.key 已經存在。"),
    }
    return lines[fault]
