"""What the registrar decided on an error report, and the end of a binding, as the parent's menu tells it."""

from __future__ import annotations

import pytest
from sqlmodel import select

from db.models.applications import Ticket
from db.models.school import Student
from kiosk.domain.application_status import ApplicationState
from kiosk.screens.family.menu import MenuScreen, account_word
from kiosk.services.school import School
from kiosk.services.students.confirmation import ApplicationSummary, MenuState, StudentView
from kiosk.services.students.error_reports import Correct, Decline, ErrorReports
from kiosk.widgets.wrapped_text import WrappedText
from tests.builders.school import add_member
from tests.pilot.people import parent_at

_ID, _CHOSEN = "A123456789", "Harbour7lights"
_REASON = "與戶籍謄本上的姓名不同，請攜帶三個月內的戶籍謄本正本到註冊組，由註冊組更正學籍之後再確認"


def _answered(school: School) -> str:
    """A visit reported two fields, the registrar answered; gives the student's id."""
    visitor = school.sign_in.student("P110001", _ID, "lobby").visitor
    visitor = school.sign_in.change_password(visitor, _CHOSEN)
    school.student_data.report_errors(visitor, {"class_name": "科一智", "name": "王曉明"})
    with school.store.read() as session:
        ticket_id = session.exec(select(Ticket.id)).one()
    decisions: dict[str, Correct | Decline] = {"class_name": Correct("科一智"), "name": Decline(_REASON)}
    ErrorReports(school.store, school.settings, school.clock).decide(add_member(school), ticket_id, 1, decisions)
    return visitor.student_id


@pytest.mark.parametrize("size", [(80, 24), (100, 30), (60, 20)])
async def test_the_answer_stands_above_the_menu_item_that_has_the_focus(school: School, size: tuple[int, int]) -> None:
    student_id = _answered(school)
    async with parent_at(school, size) as parent:
        await parent.logs_in("P110001", _CHOSEN)
        await parent.sees("MenuScreen")
        await parent.pilot.pause()
        screen = parent.app.screen
        said = screen.query_one("#outcomes", WrappedText)
        text = str(said.render()).replace("\n", "")
        assert "班級　已更正為 科一智" in text
        assert f"姓名　未更正：{_REASON}" in text
        body, item = screen.query_one("#body"), screen.query_one("#confirm")
        assert screen.focused is item
        assert body.region.contains_region(said.region)
        assert body.region.contains_region(item.region)
        await parent.confirms()
        assert not parent.app.screen.query("#outcomes")
    with school.store.read() as session:
        assert session.get_one(Student, student_id).data_state == "confirmed"


async def test_every_state_has_a_word_and_an_ended_application_opens_the_menu_item_again(
    school: School,
) -> None:
    assert [account_word(state.value) for state in ApplicationState] == [state.label for state in ApplicationState]
    student = StudentView("王小明", "科二智", "110001", is_adult=False)
    ended = ApplicationSummary("0" * 32, "115-000-0001-1", "ended", ("劉〇花",), ())
    state = MenuState(student, "confirmed", (), "ended", (ended,), "agree", needs_student_consent=False, forms_signed=1)
    async with parent_at(school) as parent:
        await parent.app.push_screen(MenuScreen(state, has_draft=False))
        await parent.sees("MenuScreen")
        assert parent.app.focused is parent.app.screen.query_one("#apply")
        assert "已終止" in parent.text("#applications")
