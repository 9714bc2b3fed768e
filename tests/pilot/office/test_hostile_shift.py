"""T05 on the staff's screens: kept names, classes, reasons and notes are only text, and so is what staff type."""

from __future__ import annotations

import asyncio
import re

import pytest
from textual.widgets import Button, Input, Static

from kiosk.demo.seed import demo_logins
from kiosk.domain.reason import MAX_REASON_LENGTH
from kiosk.rules.text_safety import is_safe, remove_unsafe_chars
from kiosk.services.school import School
from kiosk.testing.person import until
from kiosk.widgets.comparison_table import ComparisonTable
from kiosk.widgets.table.column_layout import words_of
from kiosk.widgets.table.paged_table import PagedTable
from kiosk.widgets.wrapped_text import WrappedText
from tests.builders.damaged_files import Change, spoil
from tests.pilot.naughty import NAUGHTY
from tests.pilot.people import QuickReviewer, reviewer_at
from tests.pilot.staff_walker import SCREENS, go_to

SHOWS_MOST = ["audit", "queue", "class", "application", "return", "ticket", "calls", "member"]
"""The audit first, before signing in again and again has filled it with rows of its own."""
SHOWS_SOMEBODY = [*SHOWS_MOST, *(one for one in SCREENS if one not in (*SHOWS_MOST, "login", "change"))]
"""Screens on which something that is kept stands, if only who is signed in."""
TOGETHER = 12
"""Texts that are planted as one, so that all of them are seen in time."""
_BLANK = re.compile(r"\s+")
_MIN_SHOWN = 2
"""Characters of a text that stand even in the narrowest column."""


def said_on(reviewer: QuickReviewer) -> str:
    """Every word of the screen that stands, as its widgets hold it."""
    screen = reviewer.app.screen
    words = [str(part.content) for part in screen.query(Static)]
    words += [str(button.label) for button in screen.query(Button)]
    words += [cell for table in screen.query(PagedTable) for row in table.rows_held for cell in words_of(row)]
    words += [field.value for field in screen.query(Input)]
    words += [prose._text for prose in screen.query(WrappedText)]
    words += [
        word for table in screen.query(ComparisonTable) for pair in table._pairs for word in (pair.left, pair.right)
    ]
    return remove_unsafe_chars("".join(words))


def _without_blanks(text: str) -> str:
    return _BLANK.sub("", text)


async def pages_of(reviewer: QuickReviewer) -> str:
    """Everything that is painted, from the top of the body to its end."""
    painted, body = list[str](), reviewer.app.screen.query_one("#body")
    await until(reviewer.pilot, lambda: any(line.strip() for line in reviewer.words()))
    for _page in range(20):
        painted += reviewer.words()
        if body.scroll_y >= body.max_scroll_y:
            break
        body.scroll_page_down(animate=False)
        await reviewer.pilot.pause()
    return _without_blanks("".join(painted))


async def come_home(reviewer: QuickReviewer) -> None:
    """Back to the resting login, whatever stands and whatever is asked on the way."""
    while len(reviewer.app.screen_stack) > 1:
        await reviewer.sees(reviewer.screen)
        await reviewer.leaves("enter" if reviewer.screen == "OneTimeCodeScreen" else "escape")
        await until(reviewer.pilot, lambda: reviewer.screen != "StaffBlankScreen")


async def assert_shown_as_they_are(school: School, texts: tuple[str, ...], screens: list[str]) -> None:
    async with reviewer_at(school) as reviewer:
        before = ""
        for text in texts:
            name = f"{text}|"
            spoil(school, _replacing(before, name))
            before = name
            shown = _without_blanks(remove_unsafe_chars(text))[:_MIN_SHOWN]
            for screen in screens:
                await go_to(reviewer, screen)
                assert shown in _without_blanks(said_on(reviewer)), screen
                painted = await pages_of(reviewer)
                assert shown in painted, screen
                if screen == "application" and len(text) < MAX_REASON_LENGTH:
                    assert _without_blanks(remove_unsafe_chars(text)) in painted, "running text is painted in full"
                for place in reviewer.app.screen.query(
                    "#heading, #steps, .paper, .blocked, ComparisonTable, PagedTable"
                ):
                    if place.region.area > 0:
                        await reviewer.pilot.click(place)
                        break
                await come_home(reviewer)
            assert reviewer.app.return_code is None


def _replacing(before: str, now: str) -> Change:
    """Gives each kept text the new beginning in place of the one before."""
    return lambda _field, kept: now + kept.removeprefix(before)


async def test_naughty_strings_that_are_kept_are_shown_as_they_are(demo: School) -> None:
    await assert_shown_as_they_are(demo, ("[@click=app.quit]王[/foo]",), SHOWS_MOST)


@pytest.mark.long
async def test_naughty_strings_that_are_kept_are_shown_as_they_are_on_every_screen(demo: School) -> None:
    await assert_shown_as_they_are(demo, ("[/foo][@click=app.quit]王[/小明",), SHOWS_SOMEBODY)


@pytest.mark.long
@pytest.mark.timeout(3600)
async def test_every_naughty_string_that_is_kept_is_shown_as_it_is(demo: School) -> None:
    texts = [text for text in NAUGHTY if len(text) < MAX_REASON_LENGTH]
    together = ["".join(texts[place : place + TOGETHER]) for place in range(0, len(texts), TOGETHER)]
    alone = [text for text in NAUGHTY if len(text) >= MAX_REASON_LENGTH]
    await assert_shown_as_they_are(demo, (*together, *alone), SHOWS_MOST)


SENDING = ("queue", "ticket", "desk", "add", "member")
"""Where a text is also sent; no password is guessed, and notes have a test of their own."""
WITH_FIELDS = ("login", "change", "queue", "reason", "ticket", "desk", "add", "member", "confirm", "bulk")


async def assert_inert_where_typed(school: School, screen: str, texts: tuple[str, ...]) -> None:
    """Every field of a screen takes every text as it is, and sending it harms nothing."""
    async with reviewer_at(school) as reviewer:
        await go_to(reviewer, screen)
        for text in texts:
            stands = reviewer.app.screen
            for field in [field for field in stands.query(Input) if field.display]:
                field.clear()
                field.insert_text_at_cursor(text)
                await reviewer.settles()
                clean = remove_unsafe_chars(text)[: field.max_length or None]
                assert field.password or field.id in HALF_WIDTH or field.value == clean
            if screen in SENDING:
                await _send(reviewer)
            if reviewer.app.screen is not stands:
                if screen == "ticket":  # some of the texts are a class or a number, and settle the report
                    await asyncio.to_thread(_report, school, len(text))
                await come_home(reviewer)
                await go_to(reviewer, screen)
        assert reviewer.app.return_code is None


def _report(school: School, name_length: int) -> None:
    login = demo_logins()[1]
    visitor = school.sign_in.student(login.account, login.password, "K1").visitor
    school.student_data.report_errors(visitor, {"name": "王" * (name_length % 10 + 2)})


HALF_WIDTH = ("account", "national_id", "student_number")
"""Fields that take full-width letters as half-width ones."""


async def _send(reviewer: QuickReviewer) -> None:
    for verdict in reviewer.app.screen.query(".verdict").results(Button):
        if str(verdict.id).startswith("correct"):
            verdict.press()
            await reviewer.settles()
    reviewer.app.screen.query(Input).first().focus()
    await reviewer.presses("enter")
    await reviewer.pilot.pause()


@pytest.mark.parametrize("screen", ["queue", "add"])
async def test_naughty_strings_that_staff_type_are_inert(demo: School, screen: str) -> None:
    await assert_inert_where_typed(demo, screen, NAUGHTY[::20])


@pytest.mark.long
@pytest.mark.parametrize("screen", WITH_FIELDS)
async def test_every_naughty_string_that_staff_type_is_inert(demo: School, screen: str) -> None:
    await assert_inert_where_typed(demo, screen, NAUGHTY)


async def assert_notes_are_read_as_they_were_written(school: School, texts: tuple[str, ...]) -> None:
    """From the field through the database to the history, each in full."""
    async with reviewer_at(school) as reviewer:
        await go_to(reviewer, "application")
        for text in texts:
            await reviewer.notes(text)
            await until(reviewer.pilot, lambda text=text: f"備註：{text}" in said_on(reviewer))  # type: ignore[misc]


NOTES = tuple(
    text for text in NAUGHTY if is_safe(text) and len(text) <= MAX_REASON_LENGTH and " ".join(text.split()) == text
)


async def test_a_naughty_note_is_read_as_it_was_written(demo: School) -> None:
    await assert_notes_are_read_as_they_were_written(demo, NOTES[:24:4])


@pytest.mark.long
@pytest.mark.timeout(3600)
async def test_every_naughty_note_is_read_as_it_was_written(demo: School) -> None:
    await assert_notes_are_read_as_they_were_written(demo, NOTES)
