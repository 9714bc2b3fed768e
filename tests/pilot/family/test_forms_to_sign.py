"""同意簽署回傳 at the kiosk: the states of both forms, and printing them."""

from __future__ import annotations

from dataclasses import replace

import pytest
from textual.widgets import Static

from kiosk.services.documents.printer import PrintFailed, PrintFault
from kiosk.services.school import School
from kiosk.services.signing import print_job
from kiosk.services.texts.card_services import load_card_services
from tests.pilot.family.test_every_screen import weak_texts
from tests.pilot.people import SIZES, QuickParent, parent_at

_MOTHER = ("林小花", "媽媽", "B200300401", "0910100200", "flower@example.org")


class Printer:
    """Takes what would go to CUPS."""

    def __init__(self) -> None:
        self.titles: list[str] = []
        self.fault: PrintFault | None = None

    def __call__(self, printer: str, pdf: bytes, title: str) -> None:
        if self.fault is not None:
            raise PrintFailed(self.fault)
        self.titles.append(title)


@pytest.fixture
def printer(monkeypatch: pytest.MonkeyPatch) -> Printer:
    printer = Printer()
    monkeypatch.setattr(print_job, "send_to_printer", printer)
    return printer


@pytest.fixture
def printing(school: School) -> School:
    """The same school with a printer."""
    return replace(school, settings=replace(school.settings, printer="office"))


async def _to_hub(parent: QuickParent) -> None:
    await parent.logs_in("P110001", "A123456789")
    await parent.changes_password("Harbour7lights")


async def _applies(parent: QuickParent) -> None:
    await parent.confirms()
    await parent.opens("apply", "ConsentScreen")
    await parent.consents()
    await parent.chooses_mode()
    await parent.fills_in(*_MOTHER)
    await parent.sends()
    await parent.sees("ReceiptScreen")
    await parent.presses("enter")
    await parent.logs_in("P110001", "Harbour7lights")
    await parent.sees("MenuScreen")


async def _answers_card(parent: QuickParent) -> None:
    await parent.opens("card", "StudentCardScreen")
    await parent.clicks("#send")
    await parent.answers_notice()
    await parent.sees("MenuScreen")


def _papers(parent: QuickParent) -> list[str]:
    return [str(paper.content) for paper in parent.app.screen.query(".paper").results(Static)]


async def test_before_anything_was_sent_the_menu_item_says_what_to_do(school: School) -> None:
    async with parent_at(school) as parent:
        await _to_hub(parent)
        await parent.opens("sign", "FormsToSignScreen")
        assert _papers(parent) == [
            "親子帳號申請書\n還沒有申請，請先按「申辦親子帳號」。",
            "學生證多元功能申請書\n還沒有填答，請先按「學生證多元功能開通服務」。",
        ]
        assert not parent.app.screen.query("#print")
        await parent.goes_back("MenuScreen")


@pytest.mark.parametrize("size", SIZES)
async def test_both_forms_are_printed_and_show_it(printing: School, printer: Printer, size: tuple[int, int]) -> None:
    async with parent_at(printing, size) as parent:
        await _to_hub(parent)
        await _applies(parent)
        await _answers_card(parent)
        await parent.opens("sign", "FormsToSignScreen")
        assert all("【未列印】 > 已列印 > 已簽回" in paper for paper in _papers(parent))
        assert "申請編號 115-000-0001-" in _papers(parent)[0]
        assert list(weak_texts(parent.app)) == []
        await parent.presses("enter")
        await parent.answers_notice()
        await parent.sees("FormsToSignScreen")
        assert all("未列印 > 【已列印】 > 已簽回" in paper for paper in _papers(parent))
        assert "文件編號 D115-000-0001-" in _papers(parent)[0]
        assert printer.titles == ["kiosk 2 forms"]
        await parent.clicks("#print", then="NoticeScreen")
        assert printer.titles == ["kiosk 2 forms"] * 2, "once more, on demand"


async def test_a_printer_that_does_not_take_it_is_said_and_can_be_tried_again(
    printing: School, printer: Printer
) -> None:
    printer.fault = PrintFault.REFUSED
    async with parent_at(printing) as parent:
        await _to_hub(parent)
        await _answers_card(parent)
        await parent.opens("sign", "FormsToSignScreen")
        await parent.clicks("#print", then="NoticeScreen")
        assert "印表機沒有接受列印" in str(parent.app.screen.query_one(".large").render())
        await parent.presses("enter", then="FormsToSignScreen")
        assert "【未列印】" in _papers(parent)[1]
        printer.fault = None
        await parent.clicks("#print", then="NoticeScreen")
        assert len(printer.titles) == 1


async def test_without_a_printer_the_school_prints(school: School) -> None:
    visitor = school.sign_in.student("P110001", "A123456789", "test").visitor
    visitor = school.sign_in.change_password(visitor, "Harbour7lights")
    services = load_card_services(None)
    school.card.answer(visitor, services, {item.key: False for item in services.items})
    async with parent_at(school) as parent:
        await parent.logs_in("P110001", "Harbour7lights")
        await parent.opens("sign", "FormsToSignScreen")
        assert not parent.app.screen.query("#print")
        assert "由學校列印" in str(parent.app.screen.query_one("#advice").render())
