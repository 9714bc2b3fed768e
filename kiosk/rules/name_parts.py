"""Family name and given name of a whole name, for formats that keep them apart.

A convention and no more: no rule tells where a name divides, so whoever is given the parts is given the whole as well.
A Chinese name has one character of family name, or two where it is one of the compound ones; a name in other letters
has its first word, which is how residence permits write it.
"""

from __future__ import annotations

import re

_CHINESE = re.compile(r"[\u3007\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
_COMPOUND = frozenset(
    ("歐陽", "司馬", "上官", "司徒", "諸葛", "夏侯", "皇甫", "尉遲", "公孫", "慕容", "令狐", "長孫", "宇文", "東方")
)
_COMPOUND_OF_TWO_FAMILIES = frozenset(("張簡", "范姜", "張廖", "郭羅", "葉劉"))
"""Families of Taiwan that joined two names; with three characters the second may as well begin the given name."""


def split_name(name: str) -> tuple[str, str]:
    """Give (family name, given name), neither empty; a name of one part is both."""
    if _CHINESE.match(name):
        two = name[:2]
        is_compound = (two in _COMPOUND and len(name) > 2) or (two in _COMPOUND_OF_TWO_FAMILIES and len(name) > 3)
        length = 2 if is_compound else 1
        family, given = name[:length], name[length:].strip()
    else:
        family, _blank, given = name.partition(" ")
    return (family, given) if given else (name, name)


def join_name(family: str, given: str) -> str:
    """The whole name of two parts; two that are the same are one name in other letters (Suparman), two in Chinese."""
    if _CHINESE.match(family):
        return family + given
    return family if family == given else f"{family} {given}".strip()
