"""The table alone: keys, mouse, marks, what it draws, and what it holds of a million rows."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import pytest
from rich.cells import cell_len
from textual import on
from textual.app import App, ComposeResult
from textual.pilot import Pilot

from kiosk.terminal.screen_text import visible_lines
from kiosk.testing.person import until
from kiosk.widgets.table.column_layout import Column
from kiosk.widgets.table.paged_table import PagedTable
from kiosk.widgets.table.paged_window import Cell, Fetch, PageRequest, Row, RowPage, Side, Toned, list_source
from tests.pilot.naughty import NAUGHTY

_MILLION = 1_000_000
COLUMNS = (Column("編號", 8), Column("姓名", 8, grows=1), Column("標記", 12, grows=2), Column("等待", 6, from_width=90))


def row(number: int, name: Cell = "王小明") -> Row[int]:
    return Row(f"id{number}", number, (f"{number}", name, Toned("待補文件", "blocked"), "3 天"), number)


class Host(App[int]):
    """An app around one table; hears what it says."""

    ALLOW_SELECT = False

    def __init__(self, fetch: Fetch[int], *, marks: dict[str, int] | None = None, columns: Sequence[Column]) -> None:
        super().__init__()
        self._given = fetch
        self._marks = marks
        self._columns = columns
        self.opened: list[int] = []
        self.moved: list[int] = []

    def compose(self) -> ComposeResult:
        yield PagedTable[int](self._columns, marks=self._marks, empty="沒有符合的申請。", id="table")

    def on_mount(self) -> None:
        self.table.show(self._given)

    @property
    def table(self) -> PagedTable[int]:
        return self.query_one(PagedTable)

    @on(PagedTable.Opened, "#table")
    def _open(self) -> None:
        assert self.table.current is not None
        self.opened.append(self.table.current.value)

    @on(PagedTable.Moved, "#table")
    def _move(self) -> None:
        if self.table.current is not None:  # else the list is empty
            self.moved.append(self.table.current.value)


class Shown:
    def __init__(self, app: Host, pilot: Pilot[int]) -> None:
        self.app = app
        self.pilot = pilot
        self.table = app.table

    @property
    def at(self) -> int:
        assert self.table.current is not None
        return self.table.current.value

    def lines(self) -> list[str]:
        return visible_lines(self.app.screen)

    def line_of(self, text: str) -> int:
        return next(place for place, line in enumerate(self.lines()) if text in line)

    async def presses(self, *keys: str) -> None:
        await self.pilot.press(*keys)
        await until(self.pilot, lambda: not self.table._is_fetching)
        await self.pilot.pause()


@asynccontextmanager
async def showing(
    fetch: Fetch[int],
    *,
    marks: dict[str, int] | None = None,
    size: tuple[int, int] = (80, 12),
    columns: Sequence[Column] = COLUMNS,
) -> AsyncIterator[Shown]:
    app = Host(fetch, marks=marks, columns=columns)
    async with app.run_test(size=size) as pilot:
        shown = Shown(app, pilot)
        await until(pilot, lambda: shown.table.is_loaded)
        await pilot.pause()
        yield shown


async def a_million(wanted: PageRequest) -> RowPage[int]:
    match wanted.side:
        case Side.FIRST:
            numbers = range(min(wanted.limit, _MILLION))
        case Side.LAST:
            numbers = range(_MILLION - wanted.limit, _MILLION)
        case Side.AFTER:
            assert isinstance(wanted.key, int)
            numbers = range(wanted.key + 1, min(_MILLION, wanted.key + 1 + wanted.limit))
        case Side.BEFORE:
            assert isinstance(wanted.key, int)
            numbers = range(max(0, wanted.key - wanted.limit), wanted.key)
    return RowPage([row(number) for number in numbers], numbers[0] > 0, numbers[-1] < _MILLION - 1)


async def test_keys_go_through_a_million_rows_and_few_are_held() -> None:
    async with showing(a_million) as shown:
        await shown.presses("down", "down")
        assert shown.at == 2
        for _page in range(40):
            await shown.presses("pagedown")
        assert shown.at == 2 + 40 * 9
        assert "第 354 至 363 列" in shown.lines()[-1]
        await shown.presses("end")
        assert shown.at == _MILLION - 1
        assert "下面還有" not in shown.lines()[-1]
        await shown.presses("up", "pageup")
        assert shown.at == _MILLION - 11
        assert len(shown.table.rows_held) <= 120
        await shown.presses("home")
        assert shown.at == 0
        assert "上面還有" not in shown.lines()[-1]
        assert "下面還有" in shown.lines()[-1]


async def test_a_burst_of_page_keys_that_outruns_the_pages_arrives() -> None:
    async def slow(wanted: PageRequest) -> RowPage[int]:
        await asyncio.sleep(0)
        return await a_million(wanted)

    async with showing(slow) as shown:
        await shown.presses(*["pagedown"] * 6)
        assert shown.at == 54


async def test_every_key_that_moves_the_cursor_says_so() -> None:
    async with showing(list_source([row(number) for number in range(5)])) as shown:
        await shown.presses("down", "end", "home", "pagedown", "up")
        assert shown.app.moved == [0, 1, 4, 0, 4, 3]


async def test_the_cursor_is_seen_without_colour() -> None:
    async with showing(a_million) as shown:
        await shown.presses("down")
        marked = [line for line in shown.lines() if line.startswith("＞")]
        assert len(marked) == 1
        assert marked[0].split()[0] == "＞1"


async def test_marks_are_words_and_stay_when_other_rows_are_shown() -> None:
    async with showing(a_million, marks={}) as shown:
        await shown.presses("space", "down", "space", "down", "space", "space")
        assert list(shown.table.marks) == ["id0", "id1"]
        assert sum("[V]" in line for line in shown.lines()) == 2
        assert "已選 2 件" in shown.lines()[-1]
        shown.table.show_rows([row(7), row(1)])
        await until(shown.pilot, lambda: shown.table.is_loaded)
        await shown.pilot.pause()
        assert ["[V]" in line for line in shown.lines()[1:3]] == [False, True]


async def test_everything_by_mouse() -> None:
    async with showing(a_million, marks={}) as shown:
        await shown.pilot.click("#table", offset=(20, 4))
        assert shown.at == 3
        assert shown.app.opened == []
        await shown.pilot.click("#table", offset=(20, 4))
        assert shown.app.opened == [3]
        await shown.pilot.click("#table", offset=(3, 6))
        assert shown.table.marks == {"id5": 5}
        assert shown.app.opened == [3]
        await shown.pilot.click("#table", offset=(20, 0))
        await shown.pilot.click("#table", offset=(20, 11))
        assert shown.at == 5
        await shown.pilot._post_mouse_events([_wheel()], "#table", offset=(20, 4), button=0)
        assert shown.line_of("＞") == 3
        await shown.presses("enter")
        assert shown.app.opened == [3, 5]


def _wheel() -> type:
    from textual.events import MouseScrollDown

    return MouseScrollDown


async def test_rows_that_cannot_be_marked_have_no_mark() -> None:
    async with showing(a_million) as shown:
        await shown.presses("space")
        assert shown.table.marks == {}
        assert not any("[ ]" in line for line in shown.lines())


@pytest.mark.parametrize("size", [(60, 12), (80, 12), (100, 12), (140, 12)])
async def test_lines_keep_their_width_and_wide_screens_show_more(size: tuple[int, int]) -> None:
    long = "阿里山鄒族自治區長老教會附設幼兒園王小明"
    async with showing(list_source([row(1, long), row(2, "王" * 3 + "a")]), size=size) as shown:
        assert all(cell_len(line) == size[0] for line in shown.lines())
        assert ("等待" in shown.lines()[0]) == (size[0] >= 90)
        if size[0] == 60:
            assert "阿里山鄒族自治.. " in shown.lines()[1]


@pytest.mark.parametrize("text", NAUGHTY)
async def test_what_people_wrote_is_shown_as_it_is_and_does_nothing(text: str) -> None:
    async with showing(list_source([row(1, text), row(2)])) as shown:
        lines = shown.lines()
        assert len(lines) == 12
        assert all(cell_len(line) == 80 for line in lines)
        assert not any(character in "".join(lines) for character in "\x1b\x9b\u202e\u200b\x07\t")
        await shown.pilot.click("#table", offset=(14, 1))
        assert shown.app.return_code is None


async def test_an_empty_list_says_so_and_every_key_is_harmless() -> None:
    async with showing(list_source([]), marks={}) as shown:
        assert "沒有符合的申請。" in shown.lines()[1]
        await shown.presses("down", "up", "pagedown", "pageup", "home", "end", "space", "enter")
        await shown.pilot.click("#table", offset=(10, 3))
        assert shown.app.opened == []


async def test_the_list_that_was_asked_for_last_is_the_one_shown() -> None:
    go_on = asyncio.Event()

    async def late(wanted: PageRequest) -> RowPage[int]:
        await go_on.wait()
        return RowPage([row(666)], has_before=False, has_more=False)

    async with showing(a_million) as shown:
        shown.table.show(late)
        await shown.pilot.pause()
        shown.table.show_rows([row(7)])
        await until(shown.pilot, lambda: shown.table.is_loaded)
        go_on.set()
        await shown.pilot.pause(0.05)
        assert shown.at == 7


async def test_a_page_that_failed_is_asked_for_again_with_the_next_key() -> None:
    refused = 1

    async def failing(wanted: PageRequest) -> RowPage[int] | None:
        nonlocal refused
        if wanted.side is Side.AFTER and refused:
            refused -= 1
            return None
        return await a_million(wanted)

    async with showing(failing) as shown:
        await shown.presses("pagedown", "pagedown", "pagedown", "pagedown")
        assert shown.at == 36


async def test_reloading_stays_where_it_was() -> None:
    numbers = list(range(200))

    async def fetch(wanted: PageRequest) -> RowPage[int]:
        assert wanted.key is None or isinstance(wanted.key, int)
        key = -1 if wanted.key is None else wanted.key
        found = [n for n in numbers if (n < key if wanted.side is Side.BEFORE else n > key)]
        found = found[-wanted.limit :] if wanted.side is Side.BEFORE else found[: wanted.limit]
        ends = (found[0] > numbers[0], found[-1] < numbers[-1]) if found else (bool(numbers), False)
        return RowPage([row(n) for n in found], *ends)

    async with showing(fetch) as shown:
        for _page in range(6):
            await shown.presses("pagedown")
        line = shown.line_of("＞")
        numbers.remove(54)
        shown.table.reload()
        await until(shown.pilot, lambda: shown.table.is_loaded)
        await shown.presses()
        assert shown.at == 55
        assert shown.line_of("＞") == line
