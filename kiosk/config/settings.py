"""Settings of an installation: its home, ``kiosk.toml`` in it, and the ``KIOSK_*`` variables.

A variable outweighs ``kiosk.toml``, which outweighs the defaults. The school's texts are files: see
``kiosk/text/README.md``.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from kiosk.config.sections import (
    IdleTimes,
    SmtpSettings,
    read_idle_times,
    read_office_columns,
    read_printer,
    read_smtp,
)
from kiosk.config.toml_reader import SettingsError, Table, checked_label, read_configuration
from kiosk.i18n import _

DEMO_SCHOOL_NAME = "臺北市立松山高級工農職業學校"
SERVICE_NAME = "個資確認及親子帳號設定"
_SCHOOL_NAME = "本校"
_STUDENT_NO_PATTERN = r"[0-9A-Z]{4,12}"

_CONFIGURATION_FILE = "kiosk.toml"
_KEY_FILE = "kiosk.key"
_HOME_MODE = 0o700
_MAX_PATTERN_LENGTH = 100
_SCHOOL_CODE = r"[0-9A-Za-z]{1,16}"
_DATABASE_SCHEMES = ("sqlite:///", "postgresql://", "postgresql+psycopg://", "postgres://")


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of an installation.

    Attributes:
        home: the absolute path of the folder of database, key, ``kiosk.toml`` and log.
        database_url: replaces the embedded SQLite; None for `database_file`. May hold a password.
        school_name: shown in the title line and on receipts.
        school_code: the school's code at the Ministry of Education (six digits), for exports; may be empty.
        service_name: the service's name in the school's guide.
        terminal_name: names this terminal in the audit; the machine's name by default.
        student_no_pattern: for ``re.fullmatch`` with ``re.ASCII``.
        demo: whether the school is invented: logins are shown, and Ctrl+Q leaves.
        idle: the time limits of a visit.
        smtp: the mail server; None sends no mail.
        review_in_lobby: whether staff may sign in at the parents' kiosk; the command ``review`` ignores it.
        printer: the CUPS name of the printer for the paper forms; None leaves printing to the staff.
        sign_on_screen: whether parents may sign on the screen, once staff have seen an ID.
        office_columns: heading and key of each column for the city's batch upload; empty for
            :data:`kiosk.rules.office_columns.DEFAULT_COLUMNS`.
        credential_key_file: the key file that systemd provides (``$CREDENTIALS_DIRECTORY``), if any.
    """

    home: Path
    database_url: str | None = field(default=None, repr=False)
    school_name: str = _SCHOOL_NAME
    school_code: str = ""
    service_name: str = SERVICE_NAME
    terminal_name: str = "kiosk"
    student_no_pattern: str = _STUDENT_NO_PATTERN
    demo: bool = False
    idle: IdleTimes = IdleTimes()
    smtp: SmtpSettings | None = None
    review_in_lobby: bool = False
    printer: str | None = None
    sign_on_screen: bool = False
    office_columns: tuple[tuple[str, str], ...] = ()
    credential_key_file: Path | None = None

    @property
    def has_school_name(self) -> bool:
        """Whether the school has a name of its own."""
        return self.school_name != _SCHOOL_NAME

    @property
    def database_file(self) -> Path:
        """The embedded database."""
        return self.home / "kiosk.db"

    @property
    def key_file(self) -> Path:
        """The key file: systemd's credential where there is one, else in the home."""
        return self.credential_key_file or self.home / _KEY_FILE

    @property
    def log_file(self) -> Path:
        """The log; holds no personal data."""
        return self.home / "kiosk.log"

    @property
    def print_folder(self) -> Path:
        """The folder of PDF files for the staff; may be missing."""
        return self.home / "print"

    @property
    def text_folder(self) -> Path:
        """The folder of texts that replace those of ``kiosk/text``; may be missing."""
        return self.home / "text"


def load_settings(
    home: Path | None = None, *, demo: bool = False, environment: Mapping[str, str] | None = None
) -> Settings:
    """Read the settings without making or changing a file.

    The home is by default ``KIOSK_HOME``, else the user's data folder (XDG Base Directory Specification).

    Raises:
        SettingsError: a setting is unknown or impossible, or a file cannot be read.
    """
    variables = os.environ if environment is None else environment
    home = _home(home, variables)
    table = Table(read_configuration(home / _CONFIGURATION_FILE))
    database_url, terminal_name = table.text("database_url"), table.label("terminal_name")
    settings = Settings(
        home=home,
        database_url=_database_url(variables.get("KIOSK_DATABASE_URL") or database_url),
        school_name=table.label("school_name") or (DEMO_SCHOOL_NAME if demo else _SCHOOL_NAME),
        school_code=_school_code(table.text("school_code")),
        service_name=table.label("service_name") or SERVICE_NAME,
        terminal_name=checked_label("KIOSK_TERMINAL", variables.get("KIOSK_TERMINAL", ""))
        or terminal_name
        or os.uname().nodename,
        student_no_pattern=_pattern(table.text("student_no_pattern")) or _STUDENT_NO_PATTERN,
        demo=demo,
        idle=table.section("idle", read_idle_times, IdleTimes()),
        smtp=table.section("smtp", lambda smtp: read_smtp(smtp, home), None),
        review_in_lobby=table.section("review", lambda review: review.switch("in_lobby", demo), demo),
        printer=table.section("printer", read_printer, None),
        sign_on_screen=table.section("signing", lambda signing: signing.switch("on_screen", demo), demo),
        office_columns=table.section("office_columns", read_office_columns, ()),
        credential_key_file=_credential_key_file(variables),
    )
    table.refuse_unknown_keys()
    return settings


def ensure_home(settings: Settings) -> None:
    """Make the home with mode 0700 where it is missing.

    Raises:
        SettingsError: the home cannot be made, is no folder, is another user's, or is open to others.
    """
    home = settings.home
    try:
        home.mkdir(mode=_HOME_MODE, parents=True, exist_ok=True)
        status = home.stat()
    except OSError as error:
        raise SettingsError(_("無法建立資料夾 {home}：{reason}").format(home=home, reason=error.strerror)) from error
    if status.st_uid != os.geteuid():
        raise SettingsError(_("資料夾 {home} 屬於另一個使用者，不能使用。").format(home=home))
    mode = stat.S_IMODE(status.st_mode)
    if mode & 0o077:
        raise SettingsError(
            _("資料夾 {home} 的權限是 {mode:04o}，其他使用者進得去；請改成 0700：chmod 700 {home}").format(
                home=home, mode=mode
            )
        )


def _home(home: Path | None, variables: Mapping[str, str]) -> Path:
    """Choose the home: the argument, else the variable, else the user's data folder."""
    try:
        if home is None and variables.get("KIOSK_HOME"):
            home = Path(variables["KIOSK_HOME"])
        if home is not None:
            return home.expanduser().absolute()
        data_folder = Path(variables.get("XDG_DATA_HOME", ""))
        if not data_folder.is_absolute():
            data_folder = Path.home() / ".local" / "share"
    except RuntimeError as error:
        raise SettingsError(_("找不到家目錄；請以 KIOSK_HOME 或 --home 指定資料夾。")) from error
    return data_folder / "parent-binding-kiosk"


def _database_url(url: str | None) -> str | None:
    """Check the scheme of the address; the error never repeats the address, because it may hold a password."""
    if url is None or url.startswith(_DATABASE_SCHEMES):
        return url
    raise SettingsError(_("資料庫網址必須以 postgresql:// 或 sqlite:/// 開頭。"))


def _pattern(pattern: str | None) -> str | None:
    """Check the regular expression for student numbers."""
    if pattern is None:
        return None
    try:
        re.compile(pattern, re.ASCII)
    except re.error as error:
        raise SettingsError(
            _("kiosk.toml 的 student_no_pattern 不是正確的正規表示式：{reason}").format(reason=error)
        ) from error
    if len(pattern) > _MAX_PATTERN_LENGTH:
        raise SettingsError(_("kiosk.toml 的 student_no_pattern 太長。"))
    return pattern


def _school_code(code: str | None) -> str:
    """Check the school's code."""
    if code is not None and not re.fullmatch(_SCHOOL_CODE, code, re.ASCII):
        raise SettingsError(_("kiosk.toml 的 school_code 必須是 16 字以內的英文字母或數字。"))
    return code or ""


def _credential_key_file(variables: Mapping[str, str]) -> Path | None:
    """Find the key file among systemd's credentials: systemd.exec(5), LoadCredential."""
    folder = variables.get("CREDENTIALS_DIRECTORY")
    if not folder:
        return None
    file = Path(folder) / _KEY_FILE
    return file if file.exists() else None
