"""The tables of ``kiosk.toml``: one reader each, and a dataclass for a table of several values."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path

from kiosk.config.toml_reader import SettingsError, Table
from kiosk.i18n import _

_SECONDS_RANGE = range(5, 7201)
_PORT_RANGE = range(1, 65536)
_LOOPBACK_HOSTS = frozenset({"localhost", "127.0.0.1", "::1"})


class SmtpSecurity(StrEnum):
    """How the connection to the mail server is protected."""

    STARTTLS = "starttls"
    TLS = "tls"
    NONE = "none"


_SMTP_PORTS = {SmtpSecurity.STARTTLS: 587, SmtpSecurity.TLS: 465, SmtpSecurity.NONE: 25}


@dataclass(frozen=True, slots=True)
class SmtpSettings:
    """The school's mail server.

    Attributes:
        host: the server's name.
        port: by default the usual one for the kind of security (587, 465, 25).
        security: none only for a server on this machine.
        user: the account to sign in with; None for a server without sign-in.
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
    """The time limits of a visit, in seconds; the defaults are security requirements.

    Attributes:
        parent_idle_seconds: idle time on most screens before the countdown starts.
        consent_idle_seconds: idle time while reading the consent.
        mail_code_idle_seconds: idle time while waiting for a code by mail.
        countdown_seconds: the visible countdown; at its end all input is wiped.
        receipt_seconds: how long a receipt is shown.
        ask_to_go_on_seconds: length of a visit before the kiosk asks whether to go on.
        absolute_seconds: the longest visit for each child.
        staff_idle_seconds: idle time in review mode before the countdown starts.
        staff_absolute_seconds: the longest session of staff.
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


def read_smtp(table: Table, home: Path) -> SmtpSettings:
    """Read ``[smtp]``; the path of the password file may be relative to the home."""
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
    return SmtpSettings(
        host=host,
        port=port,
        security=security,
        user=user,
        password_file=None if password_file is None else home / password_file,
        sender=sender,
    )


def read_idle_times(table: Table) -> IdleTimes:
    """Read ``[idle]``."""
    defaults = asdict(IdleTimes())
    return IdleTimes(**{name: table.number(name, seconds, _SECONDS_RANGE) for name, seconds in defaults.items()})


def read_printer(table: Table) -> str:
    """Read ``[printer]``; a CUPS name has no blanks, ``/`` or ``#`` (lpadmin(8))."""
    name = table.needed_text("name")
    if not re.fullmatch(r"[!-~]{1,127}", name, re.ASCII) or re.search(r"[/#]|^-", name):
        raise SettingsError(_("kiosk.toml 的 printer.name 必須是 CUPS 的印表機名稱，不可有空白、/ 或 #。"))
    return name


def read_office_columns(table: Table) -> tuple[tuple[str, str], ...]:
    """Read ``[office_columns]``: the heading and the key of each column."""
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
