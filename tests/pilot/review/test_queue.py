"""The queue in front of the staff: counts, filters, searches, a scanner, order, marks, keys and mouse."""

from __future__ import annotations

from sqlmodel import select
from textual import events
from textual.keys import _character_to_key
from textual.widgets import Button, Input

from db.models.applications import Application
from kiosk.services.school import School
from kiosk.testing.person import until
from kiosk.widgets.table.paged_table import PagedTable
from tests.pilot.demo_office import application_of, line_of, member_of, office_of
from tests.pilot.people import QuickReviewer, at_work

NUMBER, CLASS, SEAT, STUDENT, APPLICANTS, STATE, FLAGS = 0, 1, 2, 3, 4, 6, 8


def _label(reviewer: QuickReviewer, selector: str) -> str:
    return " ".join(str(reviewer.app.screen.query_one(selector, Button).label).split())


def _table(reviewer: QuickReviewer) -> PagedTable[object]:
    return reviewer.app.screen.query_one(PagedTable)


def _row_of(school: School, application_id: str) -> Application:
    with school.store.read() as session:
        found = session.exec(select(Application).where(Application.id == application_id)).one()
        session.expunge(found)
        return found


async def test_states_are_counted_and_narrow_the_list(demo: School) -> None:
    async with at_work(demo) as reviewer:
        await reviewer.opens_queue()
        assert _label(reviewer, "#state-under_review") == "[審核中] 11"
        assert _label(reviewer, "#state-all") == "全部 15"
        assert len(await reviewer.chooses_state("all")) == 15
        (rejected,) = await reviewer.chooses_state("rejected")
        assert rejected[STATE] == "不通過"
        await reviewer.presses("left")
        (approved,) = await reviewer.sees_rows()
        assert approved[STATE] == "已開通"
        await reviewer.presses("right", "right")
        (withdrawn,) = await reviewer.sees_rows()
        assert withdrawn[STATE] == "已撤回"


async def test_the_line_above_says_how_many_are_bound_in_the_class_that_is_looked_at(demo: School) -> None:
    async with at_work(demo, "REGISTRAR") as reviewer:
        await reviewer.opens_queue()
        await until(reviewer.pilot, lambda: "已綁定" in reviewer.text("#steps"))
        await until(reviewer.pilot, lambda: "已綁定 4/300 人（1%）" in reviewer.text("#steps"))
        await reviewer.presses("f3", then="ChoiceScreen")
        names = [cells[0] for cells in await reviewer.sees_rows()]
        await reviewer.presses(*["down"] * names.index("科一智"), "enter", then="QueueScreen")
        rows = await reviewer.sees_rows()
        assert {cells[CLASS] for cells in rows} == {"科一智"}
        assert _label(reviewer, "#by-class") == "班級 科一智"
        await until(reviewer.pilot, lambda: "已綁定 1/30 人（3%）" in reviewer.text("#steps"))
        await reviewer.presses("f3", then="ChoiceScreen")
        await reviewer.sees_rows()
        await reviewer.presses("home", "down", "enter")  # classes without a teacher
        await reviewer.sees("QueueScreen")
        classes = {cells[CLASS] for cells in await reviewer.sees_rows()}
        assert classes
        assert "科一智" not in classes


async def test_a_flag_narrows_the_list_and_is_explained(demo: School) -> None:
    async with at_work(demo) as reviewer:
        await reviewer.opens_queue()
        await reviewer.presses("f4", then="ChoiceScreen")
        names = [cells[0] for cells in await reviewer.sees_rows()]
        await reviewer.presses(*["down"] * names.index("待補文件"))
        await reviewer.reads("要查驗證明文件正本")
        await reviewer.presses("enter", then="QueueScreen")
        rows = await reviewer.sees_rows()
        assert len(rows) == 2
        assert all("文件" in cells[FLAGS] for cells in rows)
        assert _label(reviewer, "#by-flag") == "標記 待補文件"


async def test_a_search_finds_by_number_student_number_and_name_in_any_state(demo: School) -> None:
    row = _row_of(demo, application_of(demo, "110013"))
    async with at_work(demo) as reviewer:
        await reviewer.opens_queue()
        for text in (row.number, "110013", row.student_name, row.student_name[1:], row.number.replace("-", "")):
            await reviewer.opens_application(text)
            await until(reviewer.pilot, lambda: "110013" in reviewer.text("#who"))
            await reviewer.goes_back("QueueScreen")
        await reviewer.opens_application("110018")  # refused, while the list shows what waits
        await until(reviewer.pilot, lambda: "不通過" in line_of(reviewer))
        await reviewer.goes_back("QueueScreen")
        await reviewer.searches("沒有這個人")
        await reviewer.presses("enter")
        await reviewer.is_told("沒有找到")


async def test_a_scanned_receipt_opens_its_application_wherever_the_focus_is(demo: School) -> None:
    """A scanner types 22 characters and Enter faster than anything is painted."""
    token = _row_of(demo, application_of(demo, "110014")).receipt_token
    async with at_work(demo) as reviewer:
        await reviewer.opens_queue()
        for before, focus in (("", "#table"), ("11001", "#search"), ("", "#many")):
            await reviewer.searches(before)
            reviewer.app.screen.query_one(focus).focus()
            keys = [events.Key(_character_to_key(character), character) for character in token]
            for key in [*keys, events.Key("enter", None)]:
                reviewer.send(key)
            await reviewer.sees("ApplicationScreen")
            await until(reviewer.pilot, lambda: "110014" in reviewer.text("#who"))
            await reviewer.goes_back("QueueScreen")


async def test_the_list_can_be_ordered(demo: School) -> None:
    async with at_work(demo) as reviewer:
        await reviewer.opens_queue()
        await reviewer.presses("f5", then="ChoiceScreen")
        orders = await reviewer.sees_rows()
        await reviewer.presses("home", *["down"] * orders.index(("班級座號", "倒序")), "enter", then="QueueScreen")
        seats = [int(cells[SEAT]) for cells in await reviewer.sees_rows()]
        assert seats == sorted(seats, reverse=True)
        assert len(set(seats)) > 1
        assert _label(reviewer, "#by-sort") == "排序 班級座號（倒序）"


async def test_marks_outlive_filters_an_application_and_its_decision(demo: School) -> None:
    async with at_work(demo) as reviewer:
        await reviewer.opens_queue()
        for number in ("110013", "110014", "110009"):
            await reviewer.searches(number)
            _table(reviewer).focus()
            await reviewer.presses("space")
        await reviewer.searches("")
        await reviewer.chooses_state("rejected")
        assert len(_table(reviewer).marks) == 3
        await reviewer.opens_application("110009")
        await reviewer.goes_back("QueueScreen")
        await reviewer.sees_rows()
        assert len(_table(reviewer).marks) == 3
        assert "已選 3 件" in "".join(reviewer.words())
        await reviewer.opens_application("110013")
        await reviewer.approves()
        await reviewer.sees_rows()
        assert set(_table(reviewer).marks) == {application_of(demo, one) for one in ("110014", "110009")}


async def test_a_mark_knows_what_was_done_to_its_application_since(demo: School) -> None:
    """Marked, then its last paper ticked: the approval in bulk goes by what it is now."""
    teacher = member_of(demo, "TEACHER")
    application_id = application_of(demo, "110009")
    async with at_work(demo) as reviewer:
        await reviewer.opens_queue()
        await reviewer.searches("110009")
        _table(reviewer).focus()
        await reviewer.presses("space", "enter", then="ApplicationScreen")
        await reviewer.receives_form()
        await reviewer.sees_documents()
        await reviewer.goes_back("QueueScreen")
        await reviewer.sees_rows()
        await reviewer.presses("f6", then="BulkApprovalScreen")
        assert [cells[0] for cells in await reviewer.sees_rows()] == [_row_of(demo, application_id).number]
    assert office_of(demo).review.open(teacher, application_id).blocks == ()


async def test_a_mouse_does_what_keys_do(demo: School) -> None:
    async with at_work(demo) as reviewer:
        await reviewer.opens_queue()
        rows = await reviewer.sees_rows()
        assert await reviewer.pilot.click(PagedTable, offset=(3, 3))  # the mark of the third row
        await reviewer.pilot.pause()
        (marked,) = _table(reviewer).marks.values()
        assert marked.number == rows[2][NUMBER]  # type: ignore[attr-defined]
        assert await reviewer.pilot.click(PagedTable, offset=(20, 5))
        await reviewer.pilot.pause()
        current = _table(reviewer).current
        assert current is not None
        assert current.cells[NUMBER] == rows[4][NUMBER]
        assert reviewer.screen == "QueueScreen"
        assert await reviewer.pilot.click(PagedTable, offset=(20, 5))
        await reviewer.sees("ApplicationScreen")
        assert str(rows[4][NUMBER]) in reviewer.text("#what")


async def test_a_list_that_is_come_back_to_is_as_it_was_left(demo: School) -> None:
    async with at_work(demo) as reviewer:
        await reviewer.opens_queue()
        await reviewer.chooses_state("all")
        await reviewer.presses("down", "down", "down")
        await reviewer.presses("enter", then="ApplicationScreen")
        opened = reviewer.text("#what")
        await reviewer.goes_back("QueueScreen")
        rows = await reviewer.sees_rows()
        current = _table(reviewer).current
        assert current is not None
        assert str(current.cells[NUMBER]) in opened
        assert current.cells[NUMBER] == rows[3][NUMBER]
        assert _label(reviewer, "#state-all").startswith("[全部]")


async def test_a_search_is_typed_at_the_table(demo: School) -> None:
    async with at_work(demo) as reviewer:
        await reviewer.opens_queue()
        await reviewer.types("110013")
        search = reviewer.app.screen.query_one("#search", Input)
        await until(reviewer.pilot, lambda: search.value == "110013")
        assert reviewer.app.focused is search
        assert len(await reviewer.sees_rows()) == 1
