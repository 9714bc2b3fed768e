"""T38: after a visit no object of the process holds what was typed, and many visits cost no memory."""

from __future__ import annotations

import asyncio
import functools
import gc
import re
import weakref
from collections import deque
from collections.abc import Callable
from contextvars import ContextVar, copy_context
from types import SimpleNamespace

import pytest
from rich.text import Text
from sqlmodel import delete

from db.models.applications import Applicant, Application, Draft
from db.models.documents import SignedForm
from kiosk.demo.people import invented_id
from kiosk.services.school import School
from kiosk.terminal.render_caches import clear_render_caches
from kiosk.testing.clock import FakeClock
from tests.pilot.memory import NUMERALS, Memory, holders_of, in_numerals, memory_of, walk_away
from tests.pilot.people import QuickParent, parent_at
from tests.pilot.walker import READY, go_to, make_ready

pytestmark = [pytest.mark.alone, pytest.mark.usefixtures("freeze_again")]
"""The more a process has done, the longer a search through it takes."""

TYPED = re.compile(rf"客[{NUMERALS}]{{6}}|K296\d{{6}}|09770\d{{5}}|visitor00\d{{4}}")
"""Any visitor's name, ID, mobile or e-mail; no text of the tests themselves."""


def name_of(serial: int) -> str:
    return in_numerals("客", serial)


def id_of(serial: int) -> str:
    return invented_id("K", 2, 9600000 + serial)


def mobile_of(serial: int) -> str:
    return f"0977{serial:06}"


def email_of(serial: int) -> str:
    return f"visitor{serial:06}@example.org"


async def leave_the_login_half_typed(parent: QuickParent, serial: int) -> None:
    await parent.types(mobile_of(serial))
    await parent.presses("tab")
    await parent.types(id_of(serial))


async def fail_to_sign_in(parent: QuickParent, serial: int) -> None:
    await parent.logs_in(mobile_of(serial), id_of(serial))
    await parent.is_told("不正確")


async def leave_an_error_report(parent: QuickParent, serial: int) -> None:
    await go_to(parent, "report")
    await parent.types(name_of(serial))


async def fill_in(parent: QuickParent, serial: int) -> None:
    await go_to(parent, "form")
    await parent.fills_in(name_of(serial), "媽媽", id_of(serial), mobile_of(serial), email_of(serial))
    await parent.sees("SummaryScreen")


async def leave_the_form(parent: QuickParent, serial: int) -> None:
    await go_to(parent, "form")
    await parent.types(name_of(serial))
    await parent.presses("enter", "enter")
    await parent.types(id_of(serial))


async def drop_the_form(parent: QuickParent, serial: int) -> None:
    await fill_in(parent, serial)
    for seen in ("ApplicantFormScreen", "NoticeScreen"):
        await parent.goes_back(seen)
    await parent.clicks("#drop")
    for seen in ("BasisScreen", "ApplicationModeScreen", "MenuScreen"):
        await parent.sees(seen)
        await parent.presses("escape")


async def leave_at_the_question(parent: QuickParent, serial: int) -> None:
    """The form stands behind the question whether to leave, and the mouse is moved."""
    await leave_the_form(parent, serial)
    await parent.goes_back("NoticeScreen")
    await parent.moves_the_mouse()


async def keep_a_draft(parent: QuickParent, serial: int) -> None:
    await fill_in(parent, serial)
    await parent.goes_back("ApplicantFormScreen")
    await parent.clicks("#save")
    await parent.answers_notice()


async def wait_for_the_code(parent: QuickParent, serial: int) -> None:
    await fill_in(parent, serial)
    await parent.presses("enter", then="EmailCodeScreen")
    await parent.is_told("目前無法寄信")


async def apply_and_leave_at_the_next_childs_login(parent: QuickParent, serial: int) -> None:
    await wait_for_the_code(parent, serial)
    await parent.clicks("#skip", then="ReceiptScreen")
    await parent.clicks("#another", then="LoginScreen")
    await parent.types(mobile_of(serial))


VISITS = (
    leave_the_login_half_typed,
    fail_to_sign_in,
    leave_an_error_report,
    fill_in,
    leave_the_form,
    drop_the_form,
    leave_at_the_question,
    keep_a_draft,
    wait_for_the_code,
    apply_and_leave_at_the_next_childs_login,
)


def take_back(school: School) -> None:
    """Clear what a visit left on file."""
    with school.store.write() as unit:
        for table in (Applicant, SignedForm, Application, Draft):
            unit.session.exec(delete(table))
        unit.audit("test", "test.taken_back", READY)


async def visit_often(school: School, clock: FakeClock, visits: int) -> Memory:
    """Make visits of every kind in turn; see :func:`memory_of`."""
    async with parent_at(make_ready(school), (80, 24)) as parent:
        return await memory_of(parent, clock, VISITS, visits, lambda: take_back(school), TYPED)


async def test_some_visits_leave_nobodys_data(school: School, clock: FakeClock) -> None:
    early, late = await visit_often(school, clock, 2 * len(VISITS))
    assert late < early * 1.10


@pytest.mark.long
@pytest.mark.timeout(5400)
async def test_two_thousand_visits_leave_nobodys_data(
    school: School, clock: FakeClock, capsys: pytest.CaptureFixture[str]
) -> None:
    early, late = await visit_often(school, clock, 2_000)
    with capsys.disabled():
        print(f"\nT38: 2,000 visits, RSS {early / 2**20:.1f} -> {late / 2**20:.1f} MiB, no text left")  # noqa: T201
    assert late < early * 1.10


async def test_the_search_finds_what_is_still_on_the_screen(school: School, clock: FakeClock) -> None:
    """The negative control on the real screens."""
    async with parent_at(make_ready(school), (80, 24)) as parent:
        await leave_at_the_question(parent, 0)
        assert any(id_of(0) in text for text in holders_of(TYPED))
        await walk_away(parent, clock)


class _Screenlike:
    """Refers to itself, as screens and their widgets do to each other."""

    def __init__(self) -> None:
        self.own = self


def test_what_refers_to_itself_is_collected_when_a_visitor_is_forgotten() -> None:
    gc.disable()
    try:
        left = weakref.ref(_Screenlike())
        assert left() is not None
        clear_render_caches()
        assert left() is None
    finally:
        gc.enable()


class _Slotted:
    __slots__ = ("kept",)

    def __init__(self, kept: object) -> None:
        self.kept = kept


def _in_a_traceback(text: str) -> object:
    try:
        raise ValueError
    except ValueError as error:
        return error


def _in_a_closure(text: str) -> object:
    return lambda: text


def _in_a_cache(text: str) -> object:
    @functools.lru_cache
    def measure(text: str) -> int:
        return len(text)

    measure(text)
    return measure


def _in_a_context(text: str) -> object:
    context = copy_context()
    context.run(ContextVar[str]("leak").set, text)
    return context


async def _wait_with(text: str, gone: asyncio.Event) -> None:
    await gone.wait()
    assert text


leaked: list[object] = []
LEAKS: dict[str, Callable[[str], object]] = {
    "itself": lambda text: text,
    "a list": lambda text: [text],
    "nested tuples": lambda text: ((("", text),),),
    "a dictionary of strings": lambda text: {"typed": text},
    "an attribute": lambda text: SimpleNamespace(kept=text),
    "a slot": _Slotted,
    "a queue": lambda text: deque([text]),
    "rich text": Text,
    "bytes": lambda text: [text.encode()],
    "a partial function": lambda text: functools.partial(str, text),
    "a traceback": _in_a_traceback,
    "a closure": _in_a_closure,
    "a cache": _in_a_cache,
    "a context": _in_a_context,
}


async def test_a_planted_leak_is_found() -> None:
    """The negative control of the search itself: each way to keep a text, planted, is seen."""
    for serial, plant in enumerate(LEAKS.values()):
        leaked.append(plant(name_of(serial)))
    gone = asyncio.Event()
    task = asyncio.create_task(_wait_with(name_of(len(LEAKS)), gone))
    await asyncio.sleep(0)
    found = holders_of(TYPED).keys()
    assert {name for serial, name in enumerate([*LEAKS, "a waiting task"]) if name_of(serial) not in found} == set()
    leaked.clear()
    gone.set()
    await task
    del task, found
    assert holders_of(TYPED) == {}
