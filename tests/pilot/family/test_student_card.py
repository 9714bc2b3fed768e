"""學生證多元功能開通服務 at the kiosk: by keyboard, by mouse, at every size."""

from __future__ import annotations

import pytest
from textual.widgets import Button

from kiosk.services.school import School
from kiosk.services.students.card_register import card_rows
from kiosk.testing.parent import Parent
from kiosk.testing.person import until
from tests.pilot.family.test_every_screen import weak_texts
from tests.pilot.people import SIZES, QuickParent, parent_at

_ITEMS = ("easycard", "library", "taipeipass", "attendance")


async def _to_card(parent: QuickParent) -> None:
    await parent.logs_in("P110001", "A123456789")
    await parent.changes_password("Harbour7lights")
    await parent.opens("card", "StudentCardScreen")


def _chosen(school: School) -> dict[str, bool]:
    (row,) = card_rows(school.store)
    return {item["key"]: item["chosen"] for item in row.items}


def _says(parent: QuickParent, item: str) -> str:
    return str(parent.app.screen.query_one(f"#{item}", Button).label)


@pytest.mark.parametrize("size", SIZES)
async def test_one_item_by_keyboard(school: School, size: tuple[int, int]) -> None:
    async with parent_at(school, size) as parent:
        await _to_card(parent)
        assert all(_says(parent, item).startswith("【不開通】") for item in _ITEMS), "all off at first"
        assert "臺北市立圖書館" in _says(parent, "library")
        await parent.presses("down", "enter")
        assert _says(parent, "library").startswith("【開通】市立圖書館借書證")
        assert list(weak_texts(parent.app)) == []
        await parent.presses("tab", "tab", "tab", "enter", then="NoticeScreen")
        assert list(weak_texts(parent.app)) == []
        await parent.presses("enter", then="MenuScreen")
        assert _chosen(school) == {item: item == "library" for item in _ITEMS}
        await parent.opens("card", "StudentCardScreen")
        assert _says(parent, "library").startswith("【開通】"), "the last answer stands there"


async def test_no_to_all_by_mouse_and_changed_later(school: School) -> None:
    async with parent_at(school) as quick:
        parent = Parent(quick.pilot)  # who clicks where a thing stands
        await _to_card(quick)
        await parent.clicks("#send")
        await parent.sees("NoticeScreen")
        await parent.clicks("#ok")
        await parent.sees("MenuScreen")
        assert _chosen(school) == dict.fromkeys(_ITEMS, False)
        await parent.clicks("#card")
        await parent.sees("StudentCardScreen")
        await parent.clicks("#attendance")
        attendance = parent.app.screen.query_one("#attendance")
        await until(parent.pilot, lambda: not attendance.has_class("-active"))
        await parent.clicks("#attendance")
        await parent.clicks("#easycard")
        await parent.clicks("#send")
        await parent.sees("NoticeScreen")
        assert _chosen(school) == {item: item == "easycard" for item in _ITEMS}


async def test_leaving_with_a_change_is_asked_for_and_keeps_nothing(school: School) -> None:
    async with parent_at(school) as parent:
        await _to_card(parent)
        await parent.presses("enter", "escape")
        await parent.answers_notice("drop")
        await parent.sees("MenuScreen")
        await parent.opens("card", "StudentCardScreen")
        await parent.goes_back("MenuScreen")
        assert card_rows(school.store) == ()
