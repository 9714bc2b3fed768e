"""An invented school: 300 students in ten classes with guardians, and visits in every state, by the real services."""

from __future__ import annotations

import random
from dataclasses import asdict, dataclass
from uuid import uuid4

from kiosk.services.application_form import ApplicantEntry, Basis, Mode
from kiosk.services.consents import Choice
from kiosk.services.roster_check import check_roster
from kiosk.services.roster_file import Sheet
from kiosk.services.roster_import import import_roster
from kiosk.services.school import School
from kiosk.services.texts import load_consent
from kiosk.services.today import today
from kiosk.services.visitor import Visitor

CLASSES = ("科一智", "科一仁", "機二智", "機二仁", "資二智", "資二仁", "電三智", "電三仁", "園一智", "園二智")
STUDENTS_A_CLASS = 30
_FAMILY = "陳林黃張李王吳劉蔡楊許鄭謝洪郭邱曾廖賴徐"
_GIVEN = "志明俊傑雅婷怡君家豪淑芬冠宇詩涵承恩品妍宗翰欣怡柏翰佳穎彥廷思妤宥翔心怡"
_LETTERS = "ABCDEFGHJKLMNPQRSTUVXYWZIO"
_WEIGHTS = (8, 7, 6, 5, 4, 3, 2, 1)
_PASSWORD = "Harbour7lights"
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
    visits = _Visits(school, people)
    visits.confirms("110002")
    visits.reports_an_error("110003")
    visits.refuses("110004")
    visits.leaves_a_draft("110005")
    visits.applies("110006", Mode.ONE_PARENT, Basis.PARENTS, ("母親",))
    visits.applies("110007", Mode.TWO_PARENTS, Basis.PARENTS, ("父親", "母親"))
    visits.applies("110008", Mode.ONE_PARENT, Basis.PARENTS, ("父親",))
    visits.applies("110009", Mode.ONE_PARENT, Basis.SOLE_CUSTODY, ("母親",))
    visits.applies("110010", Mode.ONE_PARENT, Basis.PARENTS, ("父親",))
    visits.applies("110010", Mode.ONE_PARENT, Basis.PARENTS, ("母親",))
    visits.withdraws("110011")


def demo_logins() -> tuple[DemoLogin, ...]:
    """A few logins to try."""
    cells = {row[0]: row for _, row in invented_roster().rows}
    return (
        DemoLogin("P110001", cells["110001"][4], "第一次登入"),
        DemoLogin("P110002", _PASSWORD, "資料已確認"),
        DemoLogin("P110005", _PASSWORD, "有暫存的申請"),
        DemoLogin("P110006", _PASSWORD, "審核中"),
        DemoLogin("P110012", cells["110012"][4], "第一次登入"),
    )


class _Visits:
    def __init__(self, school: School, people: dict[str, dict[str, str]]) -> None:
        self.school = school
        self.people = people
        self._visitors: dict[str, Visitor] = {}

    def _visitor(self, number: str) -> Visitor:
        if number not in self._visitors:
            first = self.people[number]["身分證字號"]
            visitor = self.school.sign_in.student(f"P{number}", first, "demo").visitor
            self._visitors[number] = self.school.sign_in.change_password(visitor, _PASSWORD)
        return self._visitors[number]

    def _consent(self, number: str, choice: Choice) -> Visitor:
        visitor = self._visitor(number)
        text = load_consent(None)
        self.school.consents.record(visitor, text, choice, language=text.source.language, read_to_end=True)
        return visitor

    def _entry(self, number: str, who: str) -> ApplicantEntry:
        person = self.people[number]
        email = person.get(f"{who}電子郵件", "")
        national_id = person[f"{who}身分證字號"]
        return ApplicantEntry(
            name=person[f"{who}姓名"],
            relation="爸爸" if who == "父親" else "媽媽",
            national_id=national_id,
            national_id_again=national_id,
            mobile=person[f"{who}行動電話"],
            email=email,
            email_again=email,
            no_email=not email,
        )

    def confirms(self, number: str) -> Visitor:
        visitor = self._visitor(number)
        self.school.student_data.confirm(visitor)
        return visitor

    def reports_an_error(self, number: str) -> None:
        self.school.student_data.report_errors(self._visitor(number), {"class_name": "資二智"})

    def refuses(self, number: str) -> None:
        self.confirms(number)
        self._consent(number, "refuse")

    def leaves_a_draft(self, number: str) -> None:
        self.confirms(number)
        entry = self._entry(number, "母親")
        values = {"mode": Mode.ONE_PARENT, "basis": Basis.PARENTS, "entries": [asdict(entry)]}
        self.school.drafts.save(self._visitor(number), "application", values, entry.national_id)

    def applies(self, number: str, mode: Mode, basis: Basis, people: tuple[str, ...]) -> str:
        self.confirms(number)
        visitor = self._consent(number, "agree")
        entries = [self._entry(number, who) for who in people]
        self.school.applications.submit(visitor, uuid4().hex, mode, basis, entries)
        return entries[0].national_id

    def withdraws(self, number: str) -> None:
        national_id = self.applies(number, Mode.ONE_PARENT, Basis.PARENTS, ("父親",))
        visitor = self._visitor(number)
        application = self.school.student_data.hub(visitor).applications[0]
        self.school.applications.withdraw(visitor, application.id, national_id)
