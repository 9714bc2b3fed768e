"""The people of the invented school: 300 students in ten classes, their parents, and logins to try."""

from __future__ import annotations

import random
from dataclasses import dataclass

from kiosk.services.files.table_reader import Sheet

_CLASSES = ("科一智", "科一仁", "機二智", "機二仁", "資二智", "資二仁", "電三智", "電三仁", "園一智", "園二智")
_STUDENTS_PER_CLASS = 30
_FAMILY = "陳林黃張李王吳劉蔡楊許鄭謝洪郭邱曾廖賴徐"
_GIVEN = "志明俊傑雅婷怡君家豪淑芬冠宇詩涵承恩品妍宗翰欣怡柏翰佳穎彥廷思妤宥翔心怡"
_LETTERS = "ABCDEFGHJKLMNPQRSTUVXYWZIO"
_WEIGHTS = (8, 7, 6, 5, 4, 3, 2, 1)
_HEADER = (
    "學號", "姓名", "班級", "座號", "身分證字號", "出生年月日",
    "父親姓名", "父親身分證字號", "父親行動電話", "母親姓名", "母親身分證字號", "母親行動電話", "母親電子郵件",
)  # fmt: skip


@dataclass(frozen=True)
class DemoLogin:
    """A login to try; ``what`` says what it opens."""

    account: str
    password: str
    what: str


def invented_id(letter: str, sex: int, serial: int) -> str:
    """Return a national ID with a valid check digit; ``serial`` gives its last seven digits before that one."""
    digits = f"{sex}{serial:07}"
    code = 10 + _LETTERS.index(letter)
    total = code // 10 + code % 10 * 9 + sum(w * int(d) for w, d in zip(_WEIGHTS, digits, strict=True))
    return f"{letter}{digits}{-total % 10}"


def invented_roster() -> Sheet:
    """Return the roster of the invented school, the same at every call."""
    chance = random.Random(109)
    rows = []
    for place in range(len(_CLASSES) * _STUDENTS_PER_CLASS):
        family, mother_family = chance.choice(_FAMILY), chance.choice(_FAMILY)
        year = 2007 if place == 7 else 2009 + place % 3
        rows.append(
            (
                place + 2,
                (
                    f"{110001 + place}",
                    family + "".join(chance.sample(_GIVEN, 2)),
                    _CLASSES[place // _STUDENTS_PER_CLASS],
                    str(place % _STUDENTS_PER_CLASS + 1),
                    invented_id("A", 1 + place % 2, 9000000 + place),
                    f"{year - 1911}年{1 + place % 12}月{1 + place % 28}日",
                    family + "".join(chance.sample(_GIVEN, 2)),
                    invented_id("F", 1, 9100000 + place),
                    f"0900{place:06}",
                    mother_family + "".join(chance.sample(_GIVEN, 2)),
                    invented_id("H", 2, 9200000 + place),
                    f"0901{place:06}",
                    f"parent{place}@example.org",
                ),
            )
        )
    return Sheet(_HEADER, tuple(rows))


def people_by_number(roster: Sheet) -> dict[str, dict[str, str]]:
    """Return each student's row of the roster by its headings, by student number."""
    return {cells[0]: dict(zip(roster.header, cells, strict=True)) for _, cells in roster.rows}
