"""Signing on the screen: dragging, taking back, sending; and the check by staff."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlmodel import select
from textual.widgets import Button

from db.models.documents import Signature
from kiosk.demo.family_visits import DEMO_PASSWORD
from kiosk.rules.strokes import CELL_HEIGHT, CELL_WIDTH
from kiosk.services.documents.register import drawing_of
from kiosk.services.school import School
from kiosk.services.texts.card_services import load_card_services
from kiosk.testing.person import until
from kiosk.widgets.signature_pad import SignaturePad
from tests.pilot.family.test_every_screen import weak_texts
from tests.pilot.people import SIZES, QuickParent, at_work, parent_at

_PASSWORD = "Harbour7lights"


@pytest.fixture
def offering(school: School) -> School:
    """The school lets parents sign on the screen; the child's card was answered."""
    allowed = replace(school, settings=replace(school.settings, sign_on_screen=True))
    visitor = allowed.sign_in.student("P110001", "A123456789", "test").visitor
    visitor = allowed.sign_in.change_password(visitor, _PASSWORD)
    services = load_card_services(None)
    allowed.card.answer(visitor, services, {item.key: False for item in services.items})
    return allowed


async def _to_pad(parent: QuickParent) -> None:
    await parent.logs_in("P110001", _PASSWORD)
    await parent.opens("sign", "FormsToSignScreen")
    await parent.clicks("#sign", then="SignatureScreen")
    await until(parent.pilot, lambda: parent.app.screen.query_one(SignaturePad).size.height > 0)


async def _drags(parent: QuickParent, *places: tuple[int, int]) -> None:
    """Press, move and let go over the pad, cell by cell."""
    await parent.pilot.mouse_down("#pad", offset=places[0])
    for place in places[1:]:
        await parent.pilot.hover("#pad", offset=place)
    await parent.pilot.mouse_up("#pad", offset=places[-1])


def _drawn(parent: QuickParent) -> str:
    pad = parent.app.screen.query_one(SignaturePad)
    return "".join(pad.render_line(row).text for row in range(pad.size.height)).replace(" ", "")


@pytest.mark.parametrize("size", SIZES)
async def test_a_parent_signs_with_the_mouse(offering: School, size: tuple[int, int]) -> None:
    async with parent_at(offering, size) as parent:
        await _to_pad(parent)
        assert list(weak_texts(parent.app)) == []
        await parent.presses("enter")
        await parent.is_told("請在白框內簽上全名")
        await _drags(parent, (5, 1), (9, 2), (13, 3), (17, 2))
        assert _drawn(parent)
        await _drags(parent, (20, 1), (20, 4))
        assert list(weak_texts(parent.app)) == []
        await parent.clicks("#send")
        await parent.answers_notice()
        await parent.sees("FormsToSignScreen")
        assert "已在螢幕簽名，待學校查驗本人及證件" in "".join(parent.words()).replace(" ", "")
    with offering.store.read() as session:
        signature = session.exec(select(Signature)).one()
        drawing = drawing_of(offering.store.keys, signature)
    first, second = drawing.strokes
    middle_of_a_cell = (CELL_WIDTH // 2, CELL_HEIGHT // 2)
    assert first[0][:2] == (5 * CELL_WIDTH + middle_of_a_cell[0], CELL_HEIGHT + middle_of_a_cell[1])
    assert second[-1][1] == 4 * CELL_HEIGHT + middle_of_a_cell[1]


async def test_strokes_are_taken_back(offering: School) -> None:
    async with parent_at(offering) as parent:
        await _to_pad(parent)
        assert parent.app.screen.query_one("#undo", Button).disabled
        await _drags(parent, (5, 1), (15, 1))
        first = _drawn(parent)
        await _drags(parent, (5, 3), (15, 3))
        assert len(_drawn(parent)) > len(first)
        await parent.clicks("#undo")
        await until(parent.pilot, lambda: _drawn(parent) == first)
        await parent.clicks("#clear")
        await until(parent.pilot, lambda: not _drawn(parent))
        await parent.goes_back("FormsToSignScreen")


async def test_leaving_asks_where_something_is_drawn_and_a_drag_may_leave_the_pad(offering: School) -> None:
    async with parent_at(offering) as parent:
        await _to_pad(parent)
        await parent.pilot.mouse_down("#pad", offset=(5, 1))
        await parent.pilot.hover("#title")
        await parent.pilot.mouse_up("#title")
        assert parent.app.mouse_captured is None
        assert _drawn(parent)
        await parent.goes_back("NoticeScreen")
        assert parent.text("#heading") == "要離開嗎？"
        await parent.presses("enter", then="SignatureScreen")
        assert _drawn(parent), "nothing was lost by the question"


async def test_a_form_that_changed_meanwhile_is_said(offering: School) -> None:
    async with parent_at(offering) as parent:
        await _to_pad(parent)
        visitor = offering.sign_in.student("P110001", _PASSWORD, "elsewhere").visitor
        services = load_card_services(None)
        offering.card.answer(visitor, services, {item.key: True for item in services.items})
        await _drags(parent, (5, 1), (15, 2), (25, 1))
        await parent.clicks("#send", then="NoticeScreen")
        assert parent.text("#heading") == "沒有存入"
    with offering.store.read() as session:
        assert session.exec(select(Signature)).all() == []


async def test_where_it_is_not_offered_the_menu_item_says_nothing_of_it(offering: School) -> None:
    usual = replace(offering, settings=replace(offering.settings, sign_on_screen=False))
    async with parent_at(usual) as parent:
        await parent.logs_in("P110001", _PASSWORD)
        await parent.opens("sign", "FormsToSignScreen")
        assert not parent.app.screen.query("#sign")
        assert "螢幕" not in "".join(parent.words())


@pytest.mark.parametrize("size", SIZES)
async def test_staff_see_the_signature_and_tick_the_id(demo: School, size: tuple[int, int]) -> None:
    async with at_work(demo, "REGISTRAR", size) as reviewer:
        await reviewer.opens("scan", "ScanScreen")
        await reviewer.clicks("#signatures", then="SignaturesScreen")
        await until(reviewer.pilot, lambda: reviewer.text("#drawn").strip())
        assert list(weak_texts(reviewer.app)) == []
        await reviewer.presses("f2")
        await reviewer.is_told("這份申請書已簽回")
        await until(reviewer.pilot, lambda: not reviewer.text("#drawn").strip())
        await reviewer.goes_back("ScanScreen")
        await reviewer.goes_back("StaffMenuScreen")
    visitor = demo.sign_in.student("P110103", DEMO_PASSWORD, "test").visitor
    assert demo.student_data.hub(visitor).forms_signed == 1
