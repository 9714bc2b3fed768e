"""Opening a school: its home, keys, database and schema, and the services over them."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import inspect
from sqlmodel import select

from db import schema
from db.models import Setting
from db.sealed import KeyFault, KeyFileError, KeyRing, new_keys, read_keys, write_keys
from db.store import Store, StoreError, UnsafeFolder
from kiosk.clock import Clock
from kiosk.i18n import _
from kiosk.services.applications import Applications
from kiosk.services.consents import Consents
from kiosk.services.drafts import Drafts
from kiosk.services.email_codes import EmailCodes
from kiosk.services.errors import SchoolFault, SchoolRefused
from kiosk.services.password_store import PasswordStore
from kiosk.services.sign_in import SignIn
from kiosk.services.student_data import StudentData
from kiosk.settings import Settings, ensure_home

_CHECK = "key."


@dataclass(frozen=True)
class School:
    """An open school."""

    settings: Settings
    clock: Clock
    store: Store
    sign_in: SignIn
    student_data: StudentData
    consents: Consents
    applications: Applications
    drafts: Drafts
    email_codes: EmailCodes

    def close(self) -> None:
        """Give the database back."""
        self.store.close()


def open_school(settings: Settings, clock: Clock, passwords: PasswordStore | None = None) -> School:
    """Open the school of these settings; makes home, key file and database where there is none yet.

    Args:
        settings: where everything lies.
        clock: the kiosk's clock.
        passwords: another way to hash passwords; tests take a cheaper one.

    Raises:
        SettingsError: the home cannot be used.
        SchoolRefused: key or database cannot be used; one clear line says why.
    """
    ensure_home(settings)
    store = _open_store(settings, clock)
    if passwords is None:
        passwords = PasswordStore(store.keys)
    passwords.prepare()
    return School(
        settings=settings,
        clock=clock,
        store=store,
        sign_in=SignIn(store, clock, passwords),
        student_data=StudentData(store, clock),
        consents=Consents(store),
        applications=Applications(store, clock),
        drafts=Drafts(store),
        email_codes=EmailCodes(settings, clock),
    )


def _open_store(settings: Settings, clock: Clock) -> Store:
    url = settings.database_url or f"sqlite:///{settings.database_file}"
    is_new = settings.database_url is None and not settings.database_file.exists()
    try:
        keys = read_keys(settings.key_file)
    except KeyFileError as error:
        if error.fault is not KeyFault.MISSING or settings.credential_key_file is not None:
            raise SchoolRefused(SchoolFault.KEY, _key_line(error.fault)) from None
        keys = new_keys()
    else:
        is_new = False
    made = not settings.key_file.exists()
    if made and settings.database_url is None and not is_new:
        raise SchoolRefused(SchoolFault.KEY, _key_line(KeyFault.MISSING))
    try:
        store = Store(url, keys, lambda: int(clock.now().timestamp() * 1000), settings.terminal_name)
        if made and inspect(store.reader).has_table("setting"):
            store.close()
            raise SchoolRefused(SchoolFault.KEY, _key_line(KeyFault.MISSING))
        if made:
            write_keys(settings.key_file, keys)
        schema.upgrade(store.writer)
        _check_keys(store, keys)
    except UnsafeFolder:
        line = _("資料庫不能放在網路磁碟上，請把 KIOSK_HOME 移到本機磁碟。")
        raise SchoolRefused(SchoolFault.FOLDER, line) from None
    except StoreError:
        raise SchoolRefused(SchoolFault.DATABASE, _database_line()) from None
    except KeyFileError as error:
        raise SchoolRefused(SchoolFault.KEY, _key_line(error.fault)) from None
    except OSError:
        raise SchoolRefused(SchoolFault.DATABASE, _database_line()) from None
    return store


def _check_keys(store: Store, keys: KeyRing) -> None:
    """Hold the key file against what the database knows of it; new keys are made known."""
    with store.read() as session:
        known = {
            row.name.removeprefix(_CHECK): row.value
            for row in session.exec(select(Setting))
            if row.name.startswith(_CHECK)
        }
    checks = keys.key_checks()
    if any(checks.get(name) != value for name, value in known.items()):
        raise KeyFileError(KeyFault.WRONG)
    missing = {name: value for name, value in checks.items() if name not in known}
    if not missing:
        return
    with store.write() as unit:
        for name, value in missing.items():
            if unit.session.get(Setting, _CHECK + name) is None:
                unit.session.add(Setting(name=_CHECK + name, value=value))
        unit.audit("system", "keys.known", "school", missing)


def _database_line() -> str:
    return _("資料庫無法開啟：請檢查磁碟空間與權限，或 KIOSK_DATABASE_URL 指向的伺服器是否啟動。")


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
