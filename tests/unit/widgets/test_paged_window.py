"""The window on a long list, against the whole list."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from kiosk.widgets.table.paged_window import MIN_PAGE_SIZE, PagedWindow, PageRequest, Row, RowPage, Side, TablePosition

_PAGES = 4


def row(number: int) -> Row[int]:
    return Row(f"id{number}", number, (f"第 {number} 列",), number)


class Whole:
    """The whole list, served by key as a database does."""

    def __init__(self, length: int) -> None:
        self.numbers = list(range(length))

    def page(self, wanted: PageRequest) -> RowPage[int]:
        numbers = self.numbers
        match wanted.side:
            case Side.FIRST:
                found = numbers[: wanted.limit]
            case Side.LAST:
                found = numbers[-wanted.limit :]
            case Side.AFTER:
                found = [n for n in numbers if n > wanted.key][: wanted.limit]  # type: ignore[operator]
            case Side.BEFORE:
                found = [n for n in numbers if n < wanted.key][-wanted.limit :]  # type: ignore[operator]
        if not found:
            return RowPage((), has_before=bool(numbers), has_more=False)
        return RowPage([row(n) for n in found], found[0] > numbers[0], found[-1] < numbers[-1])


class Reader:
    """A window that is fed whatever it wants."""

    def __init__(self, length: int, height: int) -> None:
        self.whole = Whole(length)
        self.window: PagedWindow[int] = PagedWindow()
        self.window.resize(height)
        self.largest_page = self.window.page_size
        self.opens(TablePosition())

    def opens(self, place: TablePosition) -> None:
        wanted = self.window.begin(place)
        self.window.take_first(self.whole.page(wanted), wanted, place)
        self.settles()

    def settles(self) -> None:
        while (wanted := self.window.next_request()) is not None:
            self.window.take(self.whole.page(wanted), wanted)

    def jumps(self, side: Side) -> None:
        wanted = self.window.jump(side)
        if wanted is not None:
            self.window.take_first(self.whole.page(wanted), wanted, TablePosition())
        self.settles()

    @property
    def at(self) -> int:
        assert self.window.current is not None
        return self.window.current.value

    def seen(self) -> list[int]:
        lines = (self.window.in_sight(line) for line in range(self.window.height))
        return [found.value for found in lines if found is not None]

    def holds_together(self) -> None:
        window = self.window
        numbers = [held.value for held in window.rows]
        first = numbers[0]
        assert numbers == list(range(first, first + len(numbers)))
        assert window.before in (None, first)
        assert window.has_before == (first > 0)
        assert window.has_more == (numbers[-1] < self.whole.numbers[-1])
        assert window.top <= window.cursor < window.top + window.height
        assert len(self.seen()) == min(window.height, len(self.whole.numbers))
        self.largest_page = max(self.largest_page, window.page_size)
        assert len(numbers) <= _PAGES * self.largest_page


_MOVES = st.one_of(
    st.integers(-MIN_PAGE_SIZE, MIN_PAGE_SIZE).map(lambda rows: ("move", rows)),
    st.integers(-9, 9).map(lambda rows: ("scroll", rows)),
    st.sampled_from([("jump", Side.FIRST), ("jump", Side.LAST)]),
    st.integers(1, 40).map(lambda height: ("resize", height)),
    st.just(("reopen", None)),
)


@given(length=st.integers(1, 700), height=st.integers(1, 40), moves=st.lists(_MOVES, max_size=30))
def test_the_window_shows_the_list_after_any_moves(length: int, height: int, moves: list[tuple[str, object]]) -> None:
    reader = Reader(length, height)
    for name, by in moves:
        at = reader.at
        match name, by:
            case "move", int(rows):
                reader.window.move(rows)
                reader.settles()
                assert reader.at == max(0, min(length - 1, at + rows))
            case "scroll", int(rows):
                reader.window.scroll(rows)
                reader.settles()
            case "jump", Side() as side:
                reader.jumps(side)
                assert reader.at == (0 if side is Side.FIRST else length - 1)
            case "resize", int(rows):
                reader.window.resize(rows)
                reader.settles()
                assert reader.at == at
            case _:
                seen = reader.seen()
                reader.opens(reader.window.place())
                assert (reader.at, reader.seen()) == (at, seen)
        reader.holds_together()


def test_a_cursor_ahead_of_the_pages_reaches_its_row() -> None:
    reader = Reader(300, 10)
    window = reader.window
    for _press in range(5):
        window.move(9)
    window.move(30)
    assert reader.at < 75  # the pages have not come
    reader.settles()
    assert reader.at == 75


def test_a_place_whose_row_is_gone_opens_at_its_line() -> None:
    reader = Reader(100, 10)
    reader.window.move(57)
    reader.settles()
    place = reader.window.place()
    reader.whole.numbers.remove(57)
    reader.opens(place)
    assert reader.at == 58


def test_an_empty_list_has_no_row() -> None:
    window: PagedWindow[int] = PagedWindow()
    wanted = window.begin(TablePosition())
    window.take_first(RowPage((), has_before=False, has_more=False), wanted, TablePosition())
    window.move(1)
    window.scroll(-3)
    assert window.jump(Side.LAST) is None
    assert window.current is None
    assert window.next_request() is None
    assert window.in_sight(0) is None
