"""What a scanner types in one burst lands in the right fields (T08)."""

from __future__ import annotations

import pytest

from tests.terminal.samples import F6, F7, sample, typed


def assert_bursts_land(bursts: int, *, stall: bool) -> None:
    with sample("--traps") as terminal:
        for number in range(bursts):
            account, middle, secret = f"P110{number:04}", f"m{number}", f"A1234{number:05}"
            between = "\t" if number % 2 else "\r"
            keys = f"{F7}{account}{between}{middle}{between}{secret}"
            terminal.does(F6 + keys if stall else keys, typed(account, middle, secret))
            assert secret.encode() not in terminal.raw


def test_bursts_of_three_fields() -> None:
    assert_bursts_land(20, stall=False)


def test_bursts_while_the_app_is_busy() -> None:
    assert_bursts_land(3, stall=True)


@pytest.mark.long
def test_a_hundred_bursts_of_three_fields() -> None:
    assert_bursts_land(100, stall=False)


@pytest.mark.long
def test_twenty_bursts_while_the_app_is_busy() -> None:
    assert_bursts_land(20, stall=True)


def test_a_paste_between_keys_keeps_its_place() -> None:
    with sample() as terminal:
        terminal.does("ab\x1b[200~cd\x1b[201~e\tf\x1b[200~gh\x1b[201~\tA123456789", typed("abcde", "fgh", "A123456789"))


def test_a_click_between_keys_keeps_its_place() -> None:
    with sample() as terminal:
        terminal.does(
            "one\x1b[<0;1;3M\x1b[<0;1;3mtwo\x1b[<0;1;4M\x1b[<0;1;4mA123456789", typed("one", "two", "A123456789")
        )


def test_a_shift_tab_in_a_burst_goes_back() -> None:
    with sample() as terminal:
        terminal.does("a\tb\tc\x1b[Z\x1b[ZA\tB\tC", typed("aA", "bB", "cC"))
