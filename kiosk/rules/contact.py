"""Mobile numbers and e-mail addresses.

A wrong e-mail is the worst error of an application: it becomes the parent's account and receives the only notice.
"""

from __future__ import annotations

import re
from enum import Enum, auto

from kiosk.rules.fault_error import FaultError
from kiosk.rules.identity import FIRST_PASSWORD_LENGTH, mask_id, normalise_id
from kiosk.rules.text_safety import compact, half_width, remove_unsafe_chars

_MAX_INPUT_LENGTH = 320
_MAX_EMAIL_LENGTH = 254  # RFC 5321, 4.5.3.1.3, less the angle brackets
_MAX_LOCAL_PART_LENGTH = 64  # RFC 5321, 4.5.3.1.1
_MOBILE = re.compile(r"09[0-9]{8}", re.ASCII)
_LOCAL_PART = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*", re.ASCII)
_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?", re.ASCII)
_TOP_LABEL = re.compile(r"[a-z]{2,63}|xn--[a-z0-9-]{1,59}", re.ASCII)
_FULL_STOPS = str.maketrans({"。": "."})  # NFKC makes ． a dot and ｡ a 。
_SEPARATORS_OF_MOBILES = re.compile(r"[().]+")
_NOT_LETTER_OR_DIGIT = re.compile(r"[^a-z0-9]+", re.ASCII)
_HIDDEN_LOCAL_PART = 3

# The domains in use in Taipei, the likeliest first, to suggest for a misspelt one.
_SUGGESTED_DOMAINS = (
    "gmail.com",
    "yahoo.com.tw",
    "hotmail.com",
    "outlook.com",
    "icloud.com",
    "yahoo.com",
    "pchome.com.tw",
    "livemail.tw",
    "seed.net.tw",
    "msa.hinet.net",
    "kimo.com",
)
# Real domains within one or two edits of those, never questioned.
_REAL_ENDINGS = {
    "gmx": "com de net",
    "hotmail": "co.jp co.uk com.tw de es fr it",
    "live": "com com.tw",
    "mail": "com ru",
    "outlook": "com.tw de es fr jp kr tw",
    "yahoo": "ca co.id co.in co.jp co.kr co.th co.uk com.ar com.au com.br com.cn "
    "com.hk com.mx com.my com.ph com.sg com.tr com.vn de es fr in it",
}
_OTHER_REAL_DOMAINS = (
    "126.com 163.com aol.com email.com fastmail.com foxmail.com googlemail.com hinet.net mac.com me.com "
    "msn.com naver.com pchome.tw pm.me proton.me protonmail.com qq.com rocketmail.com sina.com so-net.net.tw "
    "tmail.com url.com.tw xuite.net yam.com ymail.com zmail.com"
)
_REAL_DOMAINS = frozenset(
    (
        *_SUGGESTED_DOMAINS,
        *(f"{service}.{ending}" for service, endings in _REAL_ENDINGS.items() for ending in endings.split()),
        *_OTHER_REAL_DOMAINS.split(),
    )
)
_REAL_PATTERN = re.compile(r"(?:ms[a-z]?[0-9]{0,3}\.hinet\.net|(?:[a-z0-9-]+\.)+(?:edu|gov|mil)\.tw)", re.ASCII)
# A service's name with a wrong ending, or with none.
_WRONG_ENDINGS = {
    "gmail": "gmail.com",
    "gmail.com.tw": "gmail.com",
    "gmail.tw": "gmail.com",
    "gmail.net": "gmail.com",
    "gmail.org": "gmail.com",
    "yahoo": "yahoo.com.tw",
    "yahoo.tw": "yahoo.com.tw",
    "hotmail": "hotmail.com",
    "outlook": "outlook.com",
    "icloud": "icloud.com",
    "icloud.com.tw": "icloud.com",
    "pchome": "pchome.com.tw",
    "pchome.com": "pchome.com.tw",
    "kimo": "kimo.com",
    "kimo.com.tw": "kimo.com",
    "hinet": "msa.hinet.net",
}
_LONG_DOMAIN = 9
_MAX_SUGGESTED_LENGTH = max(map(len, _SUGGESTED_DOMAINS))


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


class InvalidMobile(FaultError[MobileFault], ValueError):
    """Not a mobile number of Taiwan."""


class InvalidEmail(FaultError[EmailFault], ValueError):
    """Not an e-mail address."""


def parse_mobile(text: str) -> str:
    """Return ten digits from 09 on, read from any usual form (+886 9…, spaces, dashes).

    Raises:
        InvalidMobile: with the fault.
    """
    if len(text) > _MAX_INPUT_LENGTH:
        raise InvalidMobile(MobileFault.LENGTH)
    value = _SEPARATORS_OF_MOBILES.sub("", compact(text))
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


def normalise_email(text: str) -> str:
    """Return a text in half width, with dots for 。, without blanks and invisible characters.

    The result need not be an address; all after 320 characters is ignored.
    """
    plain = half_width(remove_unsafe_chars(text[:_MAX_INPUT_LENGTH])).translate(_FULL_STOPS)
    return half_width("".join(plain.split()))[:_MAX_INPUT_LENGTH]


def email_key(email: str) -> str:
    """Return the spelling to compare addresses by; mail servers in use ignore case in the local part too."""
    return normalise_email(email).lower()


def parse_email(text: str) -> str:
    """Return a normalised address (RFC 5321) with a lower-case domain; quoted local parts are refused.

    Raises:
        InvalidEmail: with the fault.
    """
    if len(text) > _MAX_INPUT_LENGTH:
        raise InvalidEmail(EmailFault.LENGTH)
    value = normalise_email(text)
    if not value:
        raise InvalidEmail(EmailFault.EMPTY)
    if value.count("@") != 1:
        raise InvalidEmail(EmailFault.NO_AT)
    local, _, domain = value.partition("@")
    if len(value) > _MAX_EMAIL_LENGTH or len(local) > _MAX_LOCAL_PART_LENGTH:
        raise InvalidEmail(EmailFault.LENGTH)
    if not _LOCAL_PART.fullmatch(local):
        raise InvalidEmail(EmailFault.LOCAL_PART)
    labels = domain.lower().split(".")
    if len(labels) < 2 or not all(map(_LABEL.fullmatch, labels)) or not _TOP_LABEL.fullmatch(labels[-1]):
        raise InvalidEmail(EmailFault.DOMAIN)
    return f"{local}@{domain.lower()}"


def suggest_email(email: str) -> str | None:
    """Return the address with its likely domain (for gmial.com, gmail.com.tw, gmail,com, name@gmail …).

    Ask the person and never correct: the address may be right. Return None for a known real domain (foxmail.com,
    ms12.hinet.net, any school's) and for a domain like none known. The address may be incomplete.
    """
    if len(email) > _MAX_INPUT_LENGTH:
        return None
    local, _, typed = normalise_email(email).partition("@")
    likely = _likely_domain(typed.lower())
    if likely is None or len(local) > _MAX_LOCAL_PART_LENGTH or not _LOCAL_PART.fullmatch(local):
        return None
    return f"{local}@{likely}"


def _likely_domain(typed: str) -> str | None:
    """Return the known domain nearest to an unknown one; of two equally near the likelier."""
    domain = typed.replace(",", ".")
    if domain in _REAL_DOMAINS or _REAL_PATTERN.fullmatch(domain):
        return None if domain == typed else domain
    if domain in _WRONG_ENDINGS:
        return _WRONG_ENDINGS[domain]
    if len(domain) > _MAX_SUGGESTED_LENGTH + 2:
        return None
    close = min(_SUGGESTED_DOMAINS, key=lambda known: _distance(domain, known))
    allowed = 2 if len(close) >= _LONG_DOMAIN and domain[:1] == close[:1] else 1
    return close if _distance(domain, close) <= allowed else None


def _distance(one: str, two: str) -> int:
    """Count the edits between two short words: insert, delete, replace, swap neighbours."""
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
    """Return whether an address contains the ID or its last six characters, the first password of the city's sign-on.

    Case, width and separators between the characters are ignored.
    """
    secret = normalise_id(national_id)[-FIRST_PASSWORD_LENGTH:].lower()
    shown = _NOT_LETTER_OR_DIGIT.sub("", email_key(email))
    return len(secret) == FIRST_PASSWORD_LENGTH and secret in shown


def mask_mobile(mobile: str) -> str:
    """Mask a mobile number as an identity number is masked."""
    return mask_id(mobile)


def mask_email(email: str) -> str:
    """Return f***@example.com; a local part of three characters or fewer, or no address, is masked entirely."""
    local, _, domain = email.rpartition("@")
    if not local or not domain:
        return "***"
    return f"{local[0] if len(local) > _HIDDEN_LOCAL_PART else ''}***@{domain}"
