"""What a terminal sends for the keys that the tests press."""

from __future__ import annotations

ENTER, ESCAPE, TAB, BACKTAB = "\r", "\x1b", "\t", "\x1b[Z"
UP, DOWN, RIGHT = "\x1b[A", "\x1b[B", "\x1b[C"
PAGE_UP, PAGE_DOWN = "\x1b[5~", "\x1b[6~"
CTRL_U = "\x15"
F2, F3, F4 = "\x1bOQ", "\x1bOR", "\x1bOS"
F5, F6, F7, F8, F9 = (f"\x1b[{number}~" for number in (15, 17, 18, 19, 20))


def drag(places: list[tuple[int, int]]) -> str:
    """Press the left button at the first place, move over the others, and let go at the last (SGR 1006).

    Args:
        places: columns and rows, from 1.
    """
    first, last = places[0], places[-1]
    moves = "".join(f"\x1b[<32;{column};{row}M" for column, row in places[1:])
    return f"\x1b[<0;{first[0]};{first[1]}M{moves}\x1b[<0;{last[0]};{last[1]}m"


def click(column: int, row: int) -> str:
    """Press the left button at a place, from 1, and let it go."""
    return drag([(column, row)])
