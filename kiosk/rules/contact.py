"""Mobile numbers and e-mail addresses.

A wrong e-mail is the worst error of an application: it becomes the parent's account and the only notice of approval.
"""

from __future__ import annotations

import re
from enum import Enum, auto

from kiosk.rules.text_safety import half_width, scrub

_LONGEST_INPUT = 320
_LONGEST_EMAIL = 254  # RFC 5321, 4.5.3.1.3, less the angle brackets
_LONGEST_LOCAL_PART = 64  # RFC 5321, 4.5.3.1.1
_MOBILE = re.compile(r"09[0-9]{8}", re.ASCII)
_LOCAL_PART = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*", re.ASCII)
_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?", re.ASCII)
_TOP_LABEL = re.compile(r"[a-z]{2,63}|xn--[a-z0-9-]{1,59}", re.ASCII)
_KNOWN_DOMAINS = (
    "gmail.com",
    "yahoo.com.tw",
    "yahoo.com",
    "hotmail.com",
    "outlook.com",
    "icloud.com",
    "msn.com",
    "live.com",
    "pchome.com.tw",
    "kimo.com",
    "seed.net.tw",
    "ms.tp.edu.tw",
    "mail.com",
    "hinet.net",
    "googlemail.com",
    "me.com",
    "gmx.com",
    "proton.me",
    "qq.com",
    "163.com",
)


class MobileFault(Enum):
    """Why a mobile number is refused."""

    EMPTY = auto()
    NOT_MOBILE = auto()
    LENGTH = auto()
    PATTERN = auto()


class EmailFault(Enum):
    """Why an address is refused."""

    EMPTY = auto()
    NO_AT = auto()
    LENGTH = auto()
    LOCAL_PART = auto()
    DOMAIN = auto()


class InvalidMobile(ValueError):
    """Not a mobile number of Taiwan; ``fault`` says why."""

    def __init__(self, fault: MobileFault) -> None:
        super().__init__(fault.name)
        self.fault = fault


class InvalidEmail(ValueError):
    """Not an e-mail address; ``fault`` says why."""

    def __init__(self, fault: EmailFault) -> None:
        super().__init__(fault.name)
        self.fault = fault


def parse_mobile(text: str) -> str:
    """Ten digits beginning with 09, from any usual way to write them (+886 9…, spaces, dashes).

    Raises:
        InvalidMobile: with the fault.
    """
    value = re.sub(r"[\s\-‐-―().]", "", half_width(scrub(text[:_LONGEST_INPUT])))
    if not value:
        raise InvalidMobile(MobileFault.EMPTY)
    for prefix in ("+886", "00886", "886"):
        if value.startswith(prefix):
            value = "0" + value.removeprefix(prefix).removeprefix("0")
            break
    if not re.fullmatch(r"[0-9]+", value, re.ASCII):
        raise InvalidMobile(MobileFault.PATTERN)
    if not value.startswith("09"):
        raise InvalidMobile(MobileFault.NOT_MOBILE)
    if not _MOBILE.fullmatch(value):
        raise InvalidMobile(MobileFault.LENGTH)
    return value


def parse_email(text: str) -> str:
    """An address as mailers take it (RFC 5321), the domain lower-cased, no quoted local part.

    Raises:
        InvalidEmail: with the fault.
    """
    if len(text) > _LONGEST_INPUT:
        raise InvalidEmail(EmailFault.LENGTH)
    value = re.sub(r"\s", "", half_width(scrub(text)))
    if not value:
        raise InvalidEmail(EmailFault.EMPTY)
    if value.count("@") != 1:
        raise InvalidEmail(EmailFault.NO_AT)
    local, _, domain = value.partition("@")
    if len(value) > _LONGEST_EMAIL or len(local) > _LONGEST_LOCAL_PART:
        raise InvalidEmail(EmailFault.LENGTH)
    if not _LOCAL_PART.fullmatch(local):
        raise InvalidEmail(EmailFault.LOCAL_PART)
    labels = domain.lower().split(".")
    if len(labels) < 2 or not all(map(_LABEL.fullmatch, labels)) or not _TOP_LABEL.fullmatch(labels[-1]):
        raise InvalidEmail(EmailFault.DOMAIN)
    return f"{local}@{domain.lower()}"


def suggest_email(email: str) -> str | None:
    """The address with the domain it likely meant (gmial.com, yahoo.com.yw …), or None where nothing is suspicious."""
    local, _, domain = email.partition("@")
    if not domain or domain in _KNOWN_DOMAINS:
        return None
    close = min(_KNOWN_DOMAINS, key=lambda known: _distance(domain, known))
    allowed = 1 if len(domain) < 7 else 2
    return f"{local}@{close}" if _distance(domain, close) <= allowed else None


def _distance(one: str, two: str) -> int:
    """Edits between two short words: insert, delete, replace, swap neighbours."""
    if abs(len(one) - len(two)) > 2:
        return 9
    before: list[int] = []
    row = list(range(len(two) + 1))
    for i, a in enumerate(one, 1):
        following = [i]
        for j, b in enumerate(two, 1):
            best = min(row[j] + 1, following[j - 1] + 1, row[j - 1] + (a != b))
            if i > 1 and j > 1 and a == two[j - 2] and one[i - 2] == b:
                best = min(best, before[j - 2] + 1)
            following.append(best)
        before, row = row, following
    return row[-1]


def holds_id(email: str, national_id: str) -> bool:
    """Whether the address discloses the ID, whose last six are the first password of the city's sign-on."""
    return bool(national_id) and national_id.lower() in email.lower()


def mask_mobile(mobile: str) -> str:
    """All but the last three digits as ``*``."""
    return "*" * max(0, len(mobile) - 3) + mobile[-3:]


def mask_email(email: str) -> str:
    """The first character and the domain."""
    local, _, domain = email.partition("@")
    return f"{local[:1]}***@{domain}"
