"""The invented school, filled: its roster, visits in every state, and the staff's decisions."""

from __future__ import annotations

from kiosk.demo.family_visits import DEMO_PASSWORD, DemoVisits
from kiosk.demo.people import DemoLogin, invented_roster, people_by_number
from kiosk.demo.staff_work import fill_demo_office
from kiosk.domain.application_form import Basis, Mode
from kiosk.domain.school_calendar import today
from kiosk.services.imports.roster_check import check_roster
from kiosk.services.imports.roster_import import import_roster
from kiosk.services.imports.roster_records import sheet_records
from kiosk.services.school import School


def fill_demo_school(school: School) -> None:
    """Fill an empty home with the school, its families' visits and its staff's work."""
    sheet = invented_roster()
    roster = check_roster(sheet_records(sheet), school.settings.student_no_pattern, today(school.clock))
    import_roster(school.store, roster, "0" * 64, "demo", lambda _done, _all: None)
    visits = DemoVisits(school, people_by_number(sheet))
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
    fill_demo_office(visits)


def demo_logins() -> tuple[DemoLogin, ...]:
    """Return students' logins to try."""
    people = people_by_number(invented_roster())
    return (
        DemoLogin("P110001", people["110001"]["身分證字號"], "第一次登入"),
        DemoLogin("P110002", DEMO_PASSWORD, "資料已確認"),
        DemoLogin("P110005", DEMO_PASSWORD, "有暫存的申請"),
        DemoLogin("P110006", DEMO_PASSWORD, "審核中"),
        DemoLogin("P110012", people["110012"]["身分證字號"], "第一次登入"),
    )
