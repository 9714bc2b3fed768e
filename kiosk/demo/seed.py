"""An invented school: 300 students in ten classes with guardians, visits in every state, and staff who decide."""

from __future__ import annotations

import random
from dataclasses import dataclass

from kiosk.demo.family_visits import DEMO_PASSWORD, DemoVisits
from kiosk.domain.application_form import Basis, Mode
from kiosk.domain.school_calendar import today
from kiosk.services.files.table_reader import Sheet
from kiosk.services.imports.roster_check import check_roster
from kiosk.services.imports.roster_import import import_roster
from kiosk.services.school import School

CLASSES = ("科一智", "科一仁", "機二智", "機二仁", "資二智", "資二仁", "電三智", "電三仁", "園一智", "園二智")
STUDENTS_A_CLASS = 30
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
    """A login to try, and what one sees with it."""

    account: str
    password: str
    what: str


def invented_id(letter: str, sex: int, serial: int) -> str:
    """A national ID that passes its check digit and is nobody's on purpose: seven digits of ``serial``."""
    digits = f"{sex}{serial:07}"
    code = 10 + _LETTERS.index(letter)
    total = code // 10 + code % 10 * 9 + sum(w * int(d) for w, d in zip(_WEIGHTS, digits, strict=True))
    return f"{letter}{digits}{-total % 10}"


def invented_roster() -> Sheet:
    """The roster of the invented school; always the same."""
    chance = random.Random(109)
    rows = []
    for place in range(len(CLASSES) * STUDENTS_A_CLASS):
        family, mother_family = chance.choice(_FAMILY), chance.choice(_FAMILY)
        year = 2007 if place == 7 else 2009 + place % 3
        rows.append(
            (
                place + 2,
                (
                    f"{110001 + place}",
                    family + "".join(chance.sample(_GIVEN, 2)),
                    CLASSES[place // STUDENTS_A_CLASS],
                    str(place % STUDENTS_A_CLASS + 1),
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


def fill_demo_school(school: School) -> None:
    """Make the school and its visits in an empty home."""
    sheet = invented_roster()
    roster = check_roster(sheet, school.settings.student_no_pattern, today(school.clock))
    import_roster(school.store, roster, "0" * 64, "demo", lambda _done, _all: None)
    people = {cells[0]: dict(zip(_HEADER, cells, strict=True)) for _, cells in sheet.rows}
    visits = DemoVisits(school, people)
    visits.confirms("110002")
    visits.reports_an_error("110003", {"class_name": "資二智"})
    visits.refuses("110004")
    visits.leaves_a_draft("110005")
    visits.applies("110006", Mode.ONE_PARENT, Basis.PARENTS, ("母親",))
    visits.applies("110007", Mode.TWO_PARENTS, Basis.PARENTS, ("父親", "母親"))
    visits.applies("110008", Mode.ONE_PARENT, Basis.PARENTS, ("父親",))
    visits.applies("110009", Mode.ONE_PARENT, Basis.SOLE_CUSTODY, ("母親",))
    visits.applies("110010", Mode.ONE_PARENT, Basis.PARENTS, ("父親",))
    visits.applies("110010", Mode.ONE_PARENT, Basis.PARENTS, ("母親",))
    visits.withdraws("110011")
    from kiosk.demo.staff_work import fill_demo_office  # it needs what is defined here

    fill_demo_office(visits)


def demo_logins() -> tuple[DemoLogin, ...]:
    """A few logins to try."""
    cells = {row[0]: row for _, row in invented_roster().rows}
    return (
        DemoLogin("P110001", cells["110001"][4], "第一次登入"),
        DemoLogin("P110002", DEMO_PASSWORD, "資料已確認"),
        DemoLogin("P110005", DEMO_PASSWORD, "有暫存的申請"),
        DemoLogin("P110006", DEMO_PASSWORD, "審核中"),
        DemoLogin("P110012", cells["110012"][4], "第一次登入"),
    )
