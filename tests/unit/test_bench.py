"""The benchmark's groups import, and a bar holds up to its limit; nothing is timed."""

from __future__ import annotations

import importlib

import pytest

from bench.__main__ import GROUPS
from bench.report import Bar, Rounds


@pytest.mark.parametrize("group", GROUPS)
def test_every_group_offers_bars(group: str) -> None:
    assert callable(importlib.import_module(f"bench.{group}").bars)


@pytest.mark.parametrize(("figure", "holds"), [(0.9, True), (1.0, True), (1.1, False)])
def test_a_bar_holds_up_to_its_limit(figure: float, holds: bool) -> None:
    assert Bar("a bar", figure, 1.0).holds == holds


def test_a_ratio_is_the_median_of_the_rounds_ratios() -> None:
    figures = iter([{"ours": 2.0, "bare": 1.0}, {"ours": 9.0, "bare": 3.0}, {"ours": 4.0, "bare": 4.0}])
    assert Rounds(3, lambda: next(figures)).ratio("a bar", 2.0, "ours", "bare").figure == 2.0
