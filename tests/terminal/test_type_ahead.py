"""What a scanner types in one burst lands in the right fields (T08)."""

from __future__ import annotations

import pytest

from tests.terminal.keys import BACKTAB, F6, F7, click
from tests.terminal.samples import sample, typed

MIXED = {
    "ab\x1b[200~cd\x1b[201~e\tf\x1b[200~gh\x1b[201~\tA123456789": typed("abcde", "fgh", "A123456789"),
    f"one{click(1, 3)}two{click(1, 4)}B123456789": typed("one", "two", "B123456789"),
    f"a\tb\tc{BACKTAB * 2}A\tB\tC": typed("aA", "bB", "cC"),
}
"""A paste, a click and a Shift+Tab between keys, and where each key belongs."""


@pytest.mark.parametrize(("bursts", "stalled"), [(20, 3), pytest.param(100, 20, marks=pytest.mark.long)])
def test_a_burst_lands_where_it_belongs(bursts: int, stalled: int) -> None:
    """The last bursts come while the app is busy."""
    with sample("--traps") as terminal:
        for number in range(bursts + stalled):
            account, middle, secret = f"P110{number:04}", f"m{number}", f"A1234{number:05}"
            between = "\t" if number % 2 else "\r"
            keys = f"{F7}{account}{between}{middle}{between}{secret}"
            terminal.does(keys if number < bursts else F6 + keys, typed(account, middle, secret))
            assert secret.encode() not in terminal.raw
        for keys, seen in MIXED.items():
            terminal.does(F7 + keys, seen)
