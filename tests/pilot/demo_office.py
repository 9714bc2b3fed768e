"""The invented school's office: what its staff find there."""

from __future__ import annotations

from collections.abc import Sequence

from textual.widgets import Static

from db.models.applications import Application
from kiosk.demo.people import invented_id
from kiosk.services.auth.staff_session import CommandLine, Role, StaffMember
from kiosk.services.office import StaffServices, open_office
from kiosk.services.review.queue_filter import QueueFilter, QueueSort
from kiosk.services.school import School
from kiosk.testing.person import until
from tests.pilot.people import STAFF_PASSWORD, QuickReviewer


def office_of(school: School) -> StaffServices:
    return open_office(school)


def member_of(school: School, account: str) -> StaffMember:
    return school.sign_in.staff(account, STAFF_PASSWORD, "elsewhere").member


def application_of(school: School, student_number: str) -> str:
    """The id of the only application of a student."""
    registrar = member_of(school, "REGISTRAR")
    page = office_of(school).queue.page(registrar, QueueFilter(search=student_number), QueueSort())
    return page.rows[0].application_id


def add_colleague(school: School, account: str, role: Role, classes: tuple[str, ...], national_id: str) -> None:
    """One more of the staff, past the first password."""
    office_of(school).staff_accounts.add(
        CommandLine(),
        account=account,
        name="同事",
        role=role,
        classes=classes,
        national_id=national_id,
        first_password="first-of-seven-lanterns",
    )
    signed_in = school.sign_in.staff(account, "first-of-seven-lanterns", "elsewhere")
    school.sign_in.change_staff_password(signed_in.member, STAFF_PASSWORD)


def father_id(place: int) -> str:
    """The ID that the invented roster has of a father, by the student's place from 0."""
    return invented_id("F", 1, 9100000 + place)


def application_row(school: School, application_id: str) -> Application:
    with school.store.read() as session:
        found = session.get_one(Application, application_id)
        session.expunge(found)
        return found


def state_of(school: School, student_number: str) -> str:
    return application_row(school, application_of(school, student_number)).state


def holds_of(school: School, student_number: str, account: str = "REGISTRAR") -> list[str]:
    view = office_of(school).review.open(member_of(school, account), application_of(school, student_number))
    return [block.value for block in view.blocks]


def comparison(reviewer: QuickReviewer) -> dict[str, Sequence[str]]:
    """Each line of the applicant's comparison, by its field."""
    table = reviewer.app.screen.query_one("#compare-1")
    lines = [str(line).split() for line in str(table.render()).splitlines()]
    return {cells[0]: cells[1:] for cells in lines if cells}


def line_of(reviewer: QuickReviewer) -> str:
    """The application's own line, empty while there is none."""
    return "".join(str(line.content) for line in reviewer.app.screen.query("#what").results(Static))


async def open_at(reviewer: QuickReviewer, student_number: str) -> None:
    await reviewer.opens_queue()
    await reviewer.opens_application(student_number)
    await until(reviewer.pilot, lambda: reviewer.app.screen.query_one("#compare-1").size.width)  # it is laid out


def is_in_sight(reviewer: QuickReviewer, selector: str) -> bool:
    screen = reviewer.app.screen
    return screen.query_one("#body").region.contains_region(screen.query_one(selector).region)
