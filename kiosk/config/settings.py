"""What an installation can set: the home, ``kiosk.toml`` in it, and the ``KIOSK_*`` variables.

A variable outweighs ``kiosk.toml``, which outweighs the defaults here. Every fault is a `SettingsError` whose
text is one clear line for the person at the command line. The words of the consent and the like are not
settings but files: see ``kiosk/text/README.md``.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from enum import StrEnum
from pathlib import Path

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
_SECONDS_RANGE = range(5, 7201)
_PORT_RANGE = range(1, 65536)
_LOOPBACK_HOSTS = frozenset({"localhost", "127.0.0.1", "::1"})
_DATABASE_SCHEMES = ("sqlite:///", "postgresql://", "postgresql+psycopg://", "postgres://")


class SmtpSecurity(StrEnum):
    """How the connection to the mail server is protected."""

    STARTTLS = "starttls"
    TLS = "tls"
    NONE = "none"


_SMTP_PORTS = {SmtpSecurity.STARTTLS: 587, SmtpSecurity.TLS: 465, SmtpSecurity.NONE: 25}


@dataclass(frozen=True, slots=True)
class SmtpSettings:
    """The school's mail server; where it is set, the kiosk sends codes to the parents' addresses.

    Attributes:
        host: the server's name.
        port: by default the usual one for the kind of security (587, 465, 25).
        security: without TLS only to a server on this machine.
        user: the account to sign in with; None signs in nowhere.
        password_file: the file that holds the account's password.
        sender: the address that the mail comes from.
    """

    host: str
    port: int
    security: SmtpSecurity
    user: str | None
    password_file: Path | None
    sender: str


@dataclass(frozen=True, slots=True)
class IdleTimes:
    """How long a visitor may be still, in seconds; the figures are the project's security promises.

    Attributes:
        parent_idle_seconds: on most screens, before the countdown starts.
        consent_idle_seconds: while reading the consent.
        mail_code_idle_seconds: while waiting for a code by mail.
        countdown_seconds: the visible countdown, after which everything typed is wiped.
        receipt_seconds: how long a receipt stands, counting down.
        ask_to_go_on_seconds: how long a visit lasts before the kiosk asks whether to go on.
        absolute_seconds: the most that a visit may take for each child.
        staff_idle_seconds: in review mode, before the countdown starts.
        staff_absolute_seconds: the most that staff stay signed in.
    """

    parent_idle_seconds: int = 60
    consent_idle_seconds: int = 120
    mail_code_idle_seconds: int = 180
    countdown_seconds: int = 20
    receipt_seconds: int = 45
    ask_to_go_on_seconds: int = 600
    absolute_seconds: int = 1800
    staff_idle_seconds: int = 180
    staff_absolute_seconds: int = 1800


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything an installation can set.

    Attributes:
        home: the folder of database, key, ``kiosk.toml`` and log; absolute.
        database_url: replaces the embedded SQLite; None uses `database_file`. May hold a password.
        school_name: stands in the title line and on receipts.
        school_code: the school's code at the authority (Ministry of Education: six digits), for what is handed over;
            empty where it is not set.
        service_name: the service's name, as the school's guide has it.
        terminal_name: names this terminal in the audit; the machine's name by default.
        student_no_pattern: what a student number looks like; for ``re.fullmatch`` with ``re.ASCII``.
        demo: an invented school: logins are shown, and Ctrl+Q leaves.
        idle: how long a visitor may be still.
        smtp: the mail server; None sends no mail.
        review_in_lobby: whether staff may sign in at the parents' kiosk; the command ``review`` opens theirs anyway.
        printer: the CUPS name of the printer for the paper forms; None leaves printing to the staff.
        sign_on_screen: whether parents may sign on the screen; it counts once staff have seen an ID.
        office_columns: heading and key of each column of the file for the city's batch upload; empty leaves
            :data:`kiosk.rules.office_columns.DEFAULT_COLUMNS`.
        credential_key_file: the key file that systemd handed over (``$CREDENTIALS_DIRECTORY``), if any.
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
        """Whether the school's name was set, or is a demo's."""
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
        """PDF files for the staff where there is no printer; may be missing."""
        return self.home / "print"

    @property
    def text_folder(self) -> Path:
        """The school's own texts, which replace those of ``kiosk/text``; may be missing."""
        return self.home / "text"


def load_settings(
    home: Path | None = None, *, demo: bool = False, environment: Mapping[str, str] | None = None
) -> Settings:
    """Read the settings; nothing is made or changed.

    Args:
        home: the ``--home`` of the command line; else ``KIOSK_HOME``, else the user's data folder
            (XDG Base Directory Specification).
        demo: the invented school, which has a name of its own.
        environment: the variables, by default the process's.

    Raises:
        SettingsError: an unknown or impossible setting, or a file that cannot be read.
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
        idle=_idle_times(table.table("idle")),
        smtp=_smtp(table.table("smtp"), home),
        review_in_lobby=_review_in_lobby(table.table("review"), default=demo),
        printer=_printer(table.table("printer")),
        sign_on_screen=_sign_on_screen(table.table("signing"), default=demo),
        office_columns=_office_columns(table.table("office_columns")),
        credential_key_file=_credential_key_file(variables),
    )
    table.refuse_the_rest()
    return settings


def ensure_home(settings: Settings) -> None:
    """Make the home at first use, with mode 0700, and refuse one that others can get at.

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
    """Choose the home: as told, else the variable, else the user's data folder."""
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
    """Check that the address is of a database the kiosk knows; never repeats it, for it may hold a password."""
    if url is None or url.startswith(_DATABASE_SCHEMES):
        return url
    raise SettingsError(_("資料庫網址必須以 postgresql:// 或 sqlite:/// 開頭。"))


def _pattern(pattern: str | None) -> str | None:
    """Check that the student number's pattern is a regular expression."""
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


def _idle_times(table: Table | None) -> IdleTimes:
    """Read ``[idle]``."""
    if table is None:
        return IdleTimes()
    defaults = IdleTimes()
    times = {
        time.name: table.number(time.name, getattr(defaults, time.name), _SECONDS_RANGE) for time in fields(IdleTimes)
    }
    table.refuse_the_rest()
    return IdleTimes(**times)


def _review_in_lobby(table: Table | None, default: bool) -> bool:
    """Read ``[review]``."""
    if table is None:
        return default
    in_lobby = table.switch("in_lobby", default)
    table.refuse_the_rest()
    return in_lobby


def _smtp(table: Table | None, home: Path) -> SmtpSettings | None:
    """Read ``[smtp]``; a relative password file is looked for in the home."""
    if table is None:
        return None
    host = table.needed_text("host")
    chosen = table.text("security") or SmtpSecurity.STARTTLS.value
    try:
        security = SmtpSecurity(chosen)
    except ValueError as error:
        raise SettingsError(_("kiosk.toml 的 smtp.security 必須是 starttls、tls 或 none。")) from error
    if security is SmtpSecurity.NONE and host not in _LOOPBACK_HOSTS:
        raise SettingsError(_("kiosk.toml 的 smtp.security 只有本機的郵件伺服器可以用 none。"))
    port = table.number("port", _SMTP_PORTS[security], _PORT_RANGE)
    user, password_file = table.text("user"), table.text("password_file")
    if (user is None) != (password_file is None):
        raise SettingsError(_("kiosk.toml 的 smtp.user 與 smtp.password_file 必須一起設定。"))
    sender = table.needed_text("sender")
    if not re.fullmatch(r"[!-?A-~]+@[!-?A-~]+", sender, re.ASCII):
        raise SettingsError(_("kiosk.toml 的 smtp.sender 必須是一個電子郵件地址。"))
    table.refuse_the_rest()
    return SmtpSettings(
        host=host,
        port=port,
        security=security,
        user=user,
        password_file=None if password_file is None else home / password_file,
        sender=sender,
    )


def _printer(table: Table | None) -> str | None:
    """Read ``[printer]``; a CUPS name has no blanks, ``/`` or ``#`` (lpadmin(8))."""
    if table is None:
        return None
    name = table.needed_text("name")
    if not re.fullmatch(r"[!-~]{1,127}", name, re.ASCII) or re.search(r"[/#]|^-", name):
        raise SettingsError(_("kiosk.toml 的 printer.name 必須是 CUPS 的印表機名稱，不可有空白、/ 或 #。"))
    table.refuse_the_rest()
    return name


def _sign_on_screen(table: Table | None, default: bool) -> bool:
    """Read ``[signing]``."""
    if table is None:
        return default
    on_screen = table.switch("on_screen", default)
    table.refuse_the_rest()
    return on_screen


def _school_code(code: str | None) -> str:
    """Check the school's code."""
    if code is not None and not re.fullmatch(_SCHOOL_CODE, code, re.ASCII):
        raise SettingsError(_("kiosk.toml 的 school_code 必須是 16 字以內的英文字母或數字。"))
    return code or ""


def _office_columns(table: Table | None) -> tuple[tuple[str, str], ...]:
    """Read ``[office_columns]``: each line is a heading and what stands below it."""
    if table is None:
        return ()
    from kiosk.rules.office_columns import OFFICE_COLUMNS  # here, because most installations have no such table

    columns = tuple(table.labels().items())
    for heading, key in columns:
        if key not in OFFICE_COLUMNS:
            raise SettingsError(
                _("kiosk.toml 的 office_columns.{heading} 不認得「{key}」；可以用的有 {known}。").format(
                    heading=heading, key=key, known="、".join(OFFICE_COLUMNS)
                )
            )
    if not columns:
        raise SettingsError(_("kiosk.toml 的 [office_columns] 沒有欄位。"))
    return columns


def _credential_key_file(variables: Mapping[str, str]) -> Path | None:
    """Find the key among the credentials that systemd hands over; see systemd.exec(5), LoadCredential."""
    folder = variables.get("CREDENTIALS_DIRECTORY")
    if not folder:
        return None
    file = Path(folder) / _KEY_FILE
    return file if file.exists() else None
