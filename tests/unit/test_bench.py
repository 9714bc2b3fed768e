"""The benchmark's groups import, and a bar compares both ways; nothing is timed."""

from __future__ import annotations

import importlib

import pytest

from bench.__main__ import GROUPS
from bench.report import Bar


@pytest.mark.parametrize("module", GROUPS.values())
def test_every_group_offers_bars(module: str) -> None:
    assert callable(importlib.import_module(module).bars)


@pytest.mark.parametrize(("ratio", "at_most", "at_least"), [(0.9, True, False), (1.0, True, True), (1.1, False, True)])
def test_a_bar_holds_up_to_its_limit_or_from_it(ratio: float, at_most: bool, at_least: bool) -> None:
    assert Bar("a bar", ratio, 1.0).holds == at_most
    assert Bar("a bar", ratio, 1.0, at_least=True).holds == at_least
