"""The characters that are safe to keep, show and compare.

Text from people and files may contain terminal commands (C0, C1), bidirectional marks and invisible characters. They
are dropped or refused before a text is kept, and dropped again before it is shown (Unicode Technical Report 36).

Every function is linear in the text. NFKC, which is quadratic in combining marks and makes 18 characters of U+FDFA,
sees only :data:`MAX_FIELD_LENGTH` characters.
"""

from __future__ import annotations

import re
import unicodedata

MAX_FIELD_LENGTH = 512
"""The characters of a field that are read; every field accepts fewer, so longer texts are refused anyway."""

_CONTROLS = r"\x00-\x1f\x7f-\x9f\u2028\u2029"
# Default_Ignorable_Code_Point (https://www.unicode.org/Public/UCD/latest/ucd/DerivedCoreProperties.txt), the rest of
# category Cf, and two blank characters: U+2800 of Braille and the half-width Hangul filler U+FFA0.
_INVISIBLE = (
    r"\u00ad\u034f\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u115f\u1160\u17b4\u17b5\u180b-\u180f"
    r"\u200b-\u200f\u202a-\u202e\u2060-\u206f\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb"
)
_SURROGATES = r"\ud800-\udfff"
_NONCHARACTERS = r"\ufdd0-\ufdef\ufffe\uffff"
_UNSAFE = re.compile(f"[{_CONTROLS}{_INVISIBLE}{_SURROGATES}{_NONCHARACTERS}]+")

# A pattern of its own, because these in one set with the others make every search three times slower.
_BEYOND = re.compile(r"[\U00010000-\U0010ffff]")
_UNSAFE_BEYOND = re.compile(
    r"[\U000e0000-\U000e0fff\U000110bd\U000110cd\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a]+"
)
_SEPARATORS = re.compile(r"[\s\-\u2010-\u2015\u2212]+")


def remove_unsafe_chars(text: str) -> str:
    """Remove the characters that must not reach a terminal or a record.

    These are controls (also newline and tab), bidirectional marks, zero-width and other invisible characters, variation
    selectors, tags, surrogates and noncharacters. Private use stays, because schools write rare names with it.
    """
    if text.isascii() and text.isprintable():
        return text
    kept = _UNSAFE.sub("", text)
    return _UNSAFE_BEYOND.sub("", kept) if _BEYOND.search(kept) else kept


def is_safe(text: str) -> bool:
    """Return whether :func:`remove_unsafe_chars` would change nothing."""
    if _UNSAFE.search(text):
        return False
    first = _BEYOND.search(text)
    return first is None or _UNSAFE_BEYOND.search(text, first.start()) is None


def half_width(text: str) -> str:
    """Return the compatibility form (NFKC), in which full-width letters and digits become ASCII.

    At most :data:`MAX_FIELD_LENGTH` characters are read and returned.
    """
    if text.isascii():
        return text[:MAX_FIELD_LENGTH]
    return unicodedata.normalize("NFKC", text[:MAX_FIELD_LENGTH])[:MAX_FIELD_LENGTH]


def compact(text: str) -> str:
    """Return the text in half width without blanks, dashes and invisible characters, to compare numbers by.

    At most :data:`MAX_FIELD_LENGTH` characters are read and returned.
    """
    if text.isascii() and text.isalnum():
        return text[:MAX_FIELD_LENGTH]
    return half_width(
        _SEPARATORS.sub("", remove_unsafe_chars(half_width(remove_unsafe_chars(text[:MAX_FIELD_LENGTH]))))
    )
