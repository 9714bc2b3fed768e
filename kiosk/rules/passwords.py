"""The rules for chosen passwords.

Families: letters and digits, more than eight characters (the guide's steps 一 and 變更密碼). A national ID satisfies
that, so IDs, personal data on file and common passwords are refused as well (NIST SP 800-63B, 5.1.1.2). Staff, whose
passwords open the whole school: fifteen characters of any kind.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from enum import Enum, auto
from functools import cache
from importlib.resources import files

from kiosk.rules.identity import looks_like_id

MIN_LENGTH = 9
MAX_LENGTH = 128
_SHORTEST_PERSONAL = 4
_PRINTABLE = re.compile(r"[\x21-\x7e]*", re.ASCII)
_LETTER = re.compile(r"[A-Za-z]", re.ASCII)
_DIGIT = re.compile(r"[0-9]", re.ASCII)
_NOT_LETTER_OR_DIGIT = re.compile(r"[^a-z0-9]+", re.ASCII)
_ID_WITHIN = re.compile(r"(?=([a-z][a-d1289][0-9]{8}))", re.ASCII)

# A likely guess costs little, an unpredictable character costs one; see `_effort`.
_MIN_EFFORT = 6.0
_MIN_CHARACTERS = 5
_COST_OF_RUN = 1.5
_COST_OF_WORD = 2.5
_COST_OF_YEAR = 1.0
_COST_OF_DATE = 3.0
_COST_OF_REPEAT = 0.5
_SHORTEST_RUN = 3
_MAX_PIECE_LENGTH = 32
_LENGTH_OF_YEAR, _LENGTH_OF_DATE = 4, 8
_RUNS = (
    *("abcdefghijklmnopqrstuvwxyz", "012345678901234567890", "0246802468", "1357913579"),
    *("qwertyuiop[]", "asdfghjkl;'", "zxcvbnm,./", "azertyuiop", "qwertz"),
    *("1qaz", "2wsx", "3edc", "4rfv", "5tgb", "6yhn", "7ujm", "8ik,", "9ol.", "0p;/"),
    *("zse4", "xdr5", "cft6", "vgy7", "bhu8", "nji9", "mko0", "147", "258", "369", "159", "357"),
)
_UNSHIFTED = str.maketrans('!@#$%^&*()_+{}|:"<>?~', "1234567890-=[]\\;',./`")
_SIGNS_FOR_LETTERS = tuple(
    str.maketrans("@430$5!17+89", f"aaeossi{one}ttbg") for one in "il"
)  # p@ssw0rd, l0ve, t3st, baby as 8a8y; 1 for i and for l
_YEAR = re.compile(r"(?:19[3-9]|20[0-4])[0-9]", re.ASCII)
_DATE = re.compile(r"(?:19[3-9]|20[0-4])[0-9](?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])", re.ASCII)
_DOUBLED = re.compile(r"(.)\1+")


@dataclass(frozen=True)
class PasswordTicks:
    """The parts of the guide's rule that a password meets."""

    letter: bool
    digit: bool
    length: bool

    @property
    def all(self) -> bool:
        """Whether every part is met."""
        return self.letter and self.digit and self.length


@dataclass(frozen=True)
class PasswordRule:
    """The requirements for one kind of login, besides those for all."""

    min_length: int
    letter_and_digit: bool


FAMILY_RULE = PasswordRule(MIN_LENGTH, letter_and_digit=True)
STAFF_RULE = PasswordRule(15, letter_and_digit=False)


class PasswordFault(Enum):
    """Why a password is refused."""

    TOO_SHORT = auto()
    TOO_LONG = auto()
    NO_LETTER = auto()
    NO_DIGIT = auto()
    NOT_ASCII = auto()
    COMMON = auto()
    IDENTITY = auto()
    PERSONAL = auto()


def ticks(password: str) -> PasswordTicks:
    """Return the parts of the guide's rule that hold, for display during typing."""
    head = password[: MAX_LENGTH + 1]
    return PasswordTicks(bool(_LETTER.search(head)), bool(_DIGIT.search(head)), len(password) >= MIN_LENGTH)


def _words_of(file: str) -> frozenset[str]:
    """Return the words of a list beside this module, each also reversed; # begins a comment line."""
    lines = (files("kiosk.rules") / file).read_text("utf-8").splitlines()
    words = [word for line in lines if not line.startswith("#") for word in line.split()]
    return frozenset(words) | frozenset(word[::-1] for word in words)


@cache
def _common_words() -> frozenset[str]:
    return _words_of("common_words.txt")


@cache
def _common_passwords() -> frozenset[str]:
    return _words_of("common_passwords.txt")


@cache
def _run_pieces() -> frozenset[str]:
    """Return every piece of a keyboard row, column or sequence, in both directions."""
    return frozenset(
        line[start:end]
        for run in _RUNS
        for line in (run, run[::-1])
        for start in range(len(line))
        for end in range(start + _SHORTEST_RUN, len(line) + 1)
    )


def _effort(text: str) -> float:
    """Return the lowest cost of composing a lower-case text from likely guesses, up to `_MIN_EFFORT`.

    These are, after zxcvbn (D. Wheeler, USENIX Security 2016): keyboard rows, columns and sequences, repeated
    characters, common words (also reversed, or with signs for letters), years, dates, and a repetition of the previous
    piece. Every other character costs 1.
    """
    plain = text.translate(_UNSHIFTED)
    spellings = (text, *(text.translate(signs) for signs in _SIGNS_FOR_LETTERS))
    costs = [_MIN_EFFORT] * (len(text) + 1)
    costs[0] = 0.0
    for start, cost in enumerate(costs):
        if cost >= _MIN_EFFORT or start == len(text):
            continue
        costs[start + 1] = min(costs[start + 1], cost + 1)
        for end in range(start + 2, min(len(text), start + _MAX_PIECE_LENGTH) + 1):
            costs[end] = min(costs[end], cost + _cost_of_piece(plain, spellings, start, end))
    return costs[-1]


def _cost_of_piece(plain: str, spellings: tuple[str, ...], start: int, end: int) -> float:
    """Return the cost of a piece of two or more characters."""
    length = end - start
    piece = plain[start:end]
    if length <= start and piece == plain[start - length : start]:
        return _COST_OF_REPEAT
    if length >= _SHORTEST_RUN and (piece in _run_pieces() or piece.count(piece[0]) == length):
        return _COST_OF_RUN
    if any(spelling[start:end] in _common_words() for spelling in spellings):
        return _COST_OF_WORD
    if length == _LENGTH_OF_YEAR and _YEAR.fullmatch(piece):
        return _COST_OF_YEAR
    return _COST_OF_DATE if length == _LENGTH_OF_DATE and _DATE.fullmatch(piece) else float(length)


def _is_easy(text: str) -> bool:
    """Return whether a lower-case text is easily guessed, also as interleaved (1a2b3c4d5) or doubled (112233abc)."""
    interleaved = _effort(text[::2]) + _effort(text[1::2])
    undoubled = _effort(_DOUBLED.sub(r"\1", text))
    few = len(set(text)) < _MIN_CHARACTERS
    return few or text in _common_passwords() or min(_effort(text), interleaved, undoubled) < _MIN_EFFORT


def _holds_personal(text: str, personal: Collection[str]) -> bool:
    """Return whether a personal value is half of a text or leaves little to guess, separators ignored."""
    shown = _NOT_LETTER_OR_DIGIT.sub("", text)
    for value in personal:
        part = _NOT_LETTER_OR_DIGIT.sub("", value[:MAX_LENGTH].lower())
        if len(part) < _SHORTEST_PERSONAL or part not in shown:
            continue
        rest = shown.replace(part, "")
        if len(rest) * 2 <= len(shown) or _effort(rest) < _MIN_EFFORT:
            return True
    return False


def fault(password: str, personal: Collection[str] = (), rule: PasswordRule = FAMILY_RULE) -> PasswordFault | None:
    """Return the first fault of a password as typed, or None.

    ``personal`` values must not dominate it: student number, mobile, birth date.
    """
    if len(password) < rule.min_length:
        return PasswordFault.TOO_SHORT
    if len(password) > MAX_LENGTH:
        return PasswordFault.TOO_LONG
    if not _PRINTABLE.fullmatch(password):
        return PasswordFault.NOT_ASCII
    found = ticks(password)
    if rule.letter_and_digit and not found.letter:
        return PasswordFault.NO_LETTER
    if rule.letter_and_digit and not found.digit:
        return PasswordFault.NO_DIGIT
    lower = password.lower()
    if any(map(looks_like_id, _ID_WITHIN.findall(_NOT_LETTER_OR_DIGIT.sub("", lower)))):
        return PasswordFault.IDENTITY
    if _holds_personal(lower, personal):
        return PasswordFault.PERSONAL
    return PasswordFault.COMMON if _is_easy(lower) else None
