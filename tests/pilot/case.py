"""One application in front of the staff, as tests look at it and into the database behind it."""

from __future__ import annotations

from collections.abc import Sequence

from textual.widgets import Static

from db.models.applications import Application
from kiosk.services.school import School
from kiosk.testing.person import until
from tests.pilot.demo_office import (
    application_of,
    member_of,
    office_of,
)
from tests.pilot.quick import QuickReviewer


def application_row(school: School, application_id: str) -> Application:
    with school.store.read() as session:
        found = session.get_one(Application, application_id)
        session.expunge(found)
        return found


def state_of(school: School, student_number: str) -> str:
    return application_row(school, application_of(school, student_number)).state


def holds_of(school: School, student_number: str, account: str = "REGISTRAR") -> list[str]:
    view = office_of(school).review.open(member_of(school, account), application_of(school, student_number))
    return [hold.value for hold in view.holds]


def seen(reviewer: QuickReviewer) -> str:
    return "\n".join(reviewer.words())


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
