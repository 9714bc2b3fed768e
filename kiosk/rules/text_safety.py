"""What may stand in a text a person typed or a file brought: no control, bidirectional or invisible characters."""

from __future__ import annotations

import re
import unicodedata

_UNSAFE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ufffe\uffff"
    "\ud800-\udfff\U000e0000-\U000e007f]"
)


def scrub(text: str) -> str:
    """The text without control, C1, bidirectional, zero-width, surrogate and tag characters, and without newlines.

    They would reach the terminal through any widget, as commands or as a lie about the order of what is read
    (Unicode Technical Report 36).
    """
    return _UNSAFE.sub("", text)


def is_clean(text: str) -> bool:
    """Whether :func:`scrub` would leave the text as it is."""
    return _UNSAFE.search(text) is None


def half_width(text: str) -> str:
    """The text in its compatibility form (NFKC): full-width letters and digits of an input method become ASCII."""
    return unicodedata.normalize("NFKC", text)
