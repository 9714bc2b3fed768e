"""The applicant's form, the read-back and the code from the mail, each alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from textual.widgets import Button, Input

from kiosk.domain.application_form import FIELDS, ApplicantEntry, Basis, Mode
from kiosk.rules.line_breaks import cell_width
from kiosk.screens.base.kiosk_screen import Nav
from kiosk.screens.family.applicant_form import Answer, ApplicantFormScreen
from kiosk.screens.family.summary import SummaryScreen
from kiosk.services.texts.loader import TextName, load_text
from kiosk.testing.person import until
from tests.pilot.hosts import Shown, showing
from tests.pilot.people import SIZES

_MOTHER = ApplicantEntry(
    name="林小花",
    relation="媽媽",
    national_id="B200300401",
    national_id_again="B200300401",
    mobile="0910100200",
    email="flower@example.org",
    email_again="flower@example.org",
)
_FATHER = replace(
    _MOTHER,
    name="王大明",
    relation="爸爸",
    national_id="A100000001",
    national_id_again="A100000001",
    mobile="0910100201",
    email="father@example.org",
    email_again="father@example.org",
)


def form(
    entry: ApplicantEntry | None = None, mode: Mode = Mode.ONE_PARENT, other: ApplicantEntry | None = None
) -> ApplicantFormScreen:
    return ApplicantFormScreen(
        mode,
        date(2026, 9, 1),
        position=2 if other else 1,
        entry=entry,
        other=other,
        warning=load_text(TextName.WARNING, None).body,
        email_notice=load_text(TextName.EMAIL_NOTICE, None).body,
    )


def value(shown: Shown[Answer | Nav], key: str) -> str:
    return shown.screen.query_one(f"#{key}", Input).value


def complaints(shown: Shown[Answer | Nav]) -> str:
    """What is said about the fields, its line breaks taken out."""
    return "".join("".join(str(one.render()).split("\n")) for one in shown.screen.query(".complaint"))


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("mode", list(Mode))
async def test_the_warning_stands_above_the_form_while_the_name_is_typed(
    tmp_path: Path, size: tuple[int, int], mode: Mode
) -> None:
    async with showing(tmp_path, form(mode=mode), size) as shown:
        assert shown.in_sight(".warning")
        assert shown.in_sight("#name")
        assert shown.one("#name").has_focus
        assert shown.one(".warning").region.y < shown.one("#name").region.y


@pytest.mark.parametrize("mode", list(Mode))
async def test_one_applicant_fits_the_design_size_without_scrolling(tmp_path: Path, mode: Mode) -> None:
    gmail = replace(_MOTHER, email="flower@gmial.com")
    async with showing(tmp_path, form(gmail, mode), (100, 30)) as shown:
        assert shown.one("#suggestion").display
        assert shown.one("#body").max_scroll_y == 0
        for described in FIELDS:
            assert shown.in_sight(f"#{described.key}")


@pytest.mark.parametrize("size", SIZES)
async def test_tab_goes_in_reading_order_and_the_focus_is_always_in_sight(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    async with showing(tmp_path, form(), size) as shown:
        places = []
        for _press in range(len(shown.screen.focus_chain)):
            focused = shown.app.focused
            assert focused is not None
            inside = shown.one("#body").region.contains_region(focused.region)
            assert inside or focused.parent is shown.one("#actions"), focused.id
            places.append(focused.id)
            await shown.parent.presses("tab")
            await shown.pilot.pause()
        order = [place for place in places if place]
        assert order == [
            *("name", "relation", "national_id", "national_id_again", "mobile"),
            *("no-email", "email", "email_again", "send", "save", "back"),
        ]


async def test_everything_by_mouse(tmp_path: Path) -> None:
    async with showing(tmp_path, form()) as shown:
        for key in ("name", "national_id", "national_id_again", "mobile", "email", "email_again"):
            await shown.clicks(f"#{key}")
            await shown.parent.types(getattr(_MOTHER, key))
        buttons = shown.screen.query(".relation").results(Button)
        assert await shown.pilot.click(next(button for button in buttons if str(button.label) == "媽媽"))
        await shown.clicks("#send")
        assert await shown.answered() == Answer(_MOTHER)


async def test_enter_in_the_last_field_sends_once(tmp_path: Path) -> None:
    async with showing(tmp_path, form(_MOTHER)) as shown:
        shown.one("#email_again").focus()
        await shown.parent.presses("enter", "enter")
        assert await shown.answered() == Answer(_MOTHER)
        await shown.pilot.pause()
        assert len(shown.answers) == 1


@pytest.mark.parametrize("size", SIZES)
async def test_a_long_message_is_read_to_its_end(tmp_path: Path, size: tuple[int, int]) -> None:
    holds_id = replace(_MOTHER, email="B200300401@example.org", email_again="B200300401@example.org")
    async with showing(tmp_path, form(holds_id), size) as shown:
        await shown.parent.presses("enter")
        shown.one("#email_again").focus()
        await shown.parent.presses("enter")
        await until(shown.pilot, lambda: shown.screen.query(".complaint"))
        await until(shown.pilot, lambda: shown.in_sight(".complaint") and shown.in_sight("#email"))
        assert complaints(shown).endswith("請改用別的信箱。")
        assert shown.one("#email").has_focus
        assert all(cell_width(line) <= size[0] for line in shown.words().split("\n"))
        assert value(shown, "email") == "B200300401@example.org"


async def test_messages_go_when_their_reason_goes(tmp_path: Path) -> None:
    slipped = replace(_MOTHER, national_id_again="B200300410", mobile="0910")
    async with showing(tmp_path, form(slipped)) as shown:
        await shown.clicks("#send")
        await until(shown.pilot, lambda: len(shown.screen.query(".complaint")) == 2)
        assert "前後對調" in complaints(shown)
        assert "手機：" in complaints(shown)
        shown.screen.query_one("#national_id_again", Input).value = _MOTHER.national_id
        await shown.clicks("#send")
        await until(shown.pilot, lambda: len(shown.screen.query(".complaint")) == 1)
        assert not shown.one("#national_id_again").has_class("wrong")
        shown.screen.query_one("#mobile", Input).value = _MOTHER.mobile
        await shown.clicks("#send")
        assert await shown.answered() == Answer(_MOTHER)


async def test_two_applicants_may_not_share_number_or_address(tmp_path: Path) -> None:
    async with showing(tmp_path, form(_MOTHER, Mode.TWO_PARENTS, other=_MOTHER)) as shown:
        await shown.clicks("#send")
        await until(shown.pilot, lambda: shown.screen.query(".complaint"))
        assert shown.one("#national_id").has_class("wrong")
        assert shown.one("#email").has_class("wrong")
        assert not shown.answers


async def test_the_likely_domain_is_offered_and_applied(tmp_path: Path) -> None:
    async with showing(tmp_path, form()) as shown:
        assert not shown.one("#suggestion").display
        await shown.clicks("#email")
        await shown.parent.types("flower@gmial.com")
        assert "flower@gmail.com" in shown.label("#suggestion")
        await shown.clicks("#suggestion")
        assert value(shown, "email") == "flower@gmail.com"
        assert shown.one("#email_again").has_focus
        assert not shown.one("#suggestion").display


async def test_no_email_is_said_in_words_and_asks_for_none(tmp_path: Path) -> None:
    without = replace(_MOTHER, email="flower@gmial.com", email_again="")
    async with showing(tmp_path, form(without)) as shown:
        assert "否，我有電子郵件" in shown.label("#no-email")
        assert shown.one("#suggestion").display
        await shown.clicks("#no-email")
        assert "是，學校改用電話通知" in shown.label("#no-email")
        assert not shown.one("#email").display
        assert not shown.one("#suggestion").display
        shown.one("#mobile").focus()
        await shown.parent.presses("enter")
        answer = await shown.answered()
        assert isinstance(answer, Answer)
        assert answer.entry.no_email


async def test_an_address_not_in_use_is_not_corrected(tmp_path: Path) -> None:
    kept = replace(_MOTHER, email="flower@gmial.com", no_email=True)
    async with showing(tmp_path, form(kept)) as shown:
        await shown.clicks("#name")
        assert not shown.one("#suggestion").display
        shown.screen.query_one("#email", Input).value = "flower@gamil.com"
        await shown.pilot.pause()
        assert not shown.one("#suggestion").display


@pytest.mark.parametrize(("choice", "expected"), [("drop", Nav.BACK), ("save", Answer(_FATHER, save=True))])
async def test_escape_asks_before_losing_what_was_typed(tmp_path: Path, choice: str, expected: Answer | Nav) -> None:
    async with showing(tmp_path, form(replace(_FATHER, name=""))) as shown:
        await shown.parent.types(_FATHER.name)
        await shown.parent.goes_back("NoticeScreen")
        assert not shown.answers
        await shown.parent.clicks("#stay", then="ApplicantFormScreen")
        assert value(shown, "name") == _FATHER.name
        await shown.clicks("#back")
        await shown.parent.answers_notice(f"{choice}")
        assert await shown.answered() == expected


async def test_an_untouched_form_is_left_without_a_question(tmp_path: Path) -> None:
    async with showing(tmp_path, form(_MOTHER)) as shown:
        await shown.parent.presses("escape")
        assert await shown.answered() is Nav.BACK


@pytest.mark.parametrize("typed", ["王[/]小明", "[@click=app.quit]王[/]", "𠮷野"])
async def test_a_name_is_never_markup(tmp_path: Path, typed: str) -> None:
    entry = replace(_MOTHER, name=typed)
    async with showing(tmp_path, form(entry)) as shown:
        assert value(shown, "name") == typed
    async with showing(tmp_path, SummaryScreen(Mode.ONE_PARENT, Basis.PARENTS, [entry])) as read:
        assert typed in read.words()


@pytest.mark.parametrize("size", SIZES)
async def test_the_read_back_shows_both_applicants_by_keyboard_alone(tmp_path: Path, size: tuple[int, int]) -> None:
    screen = SummaryScreen(Mode.TWO_PARENTS, Basis.PARENTS, [_MOTHER, _FATHER])
    async with showing(tmp_path, screen, size) as shown:
        seen = shown.words()
        for _page in range(4):
            await shown.parent.presses("pagedown")
            await shown.pilot.pause()
            seen += shown.words()
        for entry in (_MOTHER, _FATHER):
            assert entry.name in seen
            assert entry.email in seen
        assert "B 200 300 401" in seen
        assert "0910 100 201" in seen
        assert shown.one("#send").has_focus
        await shown.parent.presses("enter")
        assert await shown.answered() is True


async def test_the_read_back_is_left_by_mouse_to_change_something(tmp_path: Path) -> None:
    async with showing(tmp_path, SummaryScreen(Mode.ONE_PARENT, Basis.CARER, [_MOTHER])) as shown:
        assert "委託證明書" in shown.words()
        await shown.clicks("#back")
        assert await shown.answered() is Nav.BACK


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("by", ["enter", "click"])
async def test_a_wrong_field_and_its_message_come_into_sight_from_the_end_of_the_form(
    tmp_path: Path, by: str, size: tuple[int, int]
) -> None:
    typo = replace(_MOTHER, national_id="B200300400", national_id_again="B200300400", email="flower@gmial.com")
    async with showing(tmp_path, form(replace(typo, email_again=typo.email)), size) as shown:
        shown.one("#email_again").focus()
        if by == "enter":
            await shown.parent.presses("enter")
        else:
            await shown.clicks("#send")
        await until(shown.pilot, lambda: shown.one("#national_id").has_focus)
        await shown.pilot.wait_for_scheduled_animations()
        await until(shown.pilot, lambda: shown.in_sight(".complaint") and shown.in_sight("#national_id"))
        await shown.pilot.pause()
        assert shown.in_sight("#national_id")
