"""What is painted of a part of a screen is what Textual itself would paint of it."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console
from textual._compositor import ChopsUpdate, Compositor
from textual.geometry import Region
from textual.screen import Screen

from kiosk.services.school import School
from kiosk.terminal.cropping_compositor import CroppingCompositor
from tests.pilot.demo_office import at_work, demo, demo_home
from tests.pilot.family.test_applicant_form import form
from tests.pilot.family.test_consent import screen as consent_screen
from tests.pilot.hosts import showing

__all__ = ["demo", "demo_home"]

_PARTS = 150
_SIZES = ((100, 30), (80, 24))
_CONSOLE = Console()


def _painted(screen: Screen[Any], parts: set[Region]) -> str:
    screen._compositor._dirty_regions = set(parts)
    update = screen._compositor.render_partial_update()
    assert isinstance(update, ChopsUpdate)
    return str(update.render_segments(_CONSOLE))


def _some_parts(size: tuple[int, int], chance: random.Random) -> set[Region]:
    """One to three parts of the screen."""
    width, height = size
    whole = Region(0, 0, width, height)
    return {
        Region(
            chance.randrange(width), chance.randrange(height), chance.randint(1, width), chance.randint(1, height)
        ).intersection(whole)
        for _part in range(chance.randint(1, 3))
    }


def _compare(screen: Screen[Any], size: tuple[int, int], monkeypatch: pytest.MonkeyPatch) -> None:
    chance = random.Random(0)
    assert isinstance(screen._compositor, CroppingCompositor)
    wanted = [_some_parts(size, chance) for _ in range(_PARTS)]
    ours = [_painted(screen, parts) for parts in wanted]
    monkeypatch.setattr(CroppingCompositor, "_get_renders", Compositor._get_renders)
    assert ours == [_painted(screen, parts) for parts in wanted]


@pytest.mark.parametrize("size", _SIZES)
@pytest.mark.parametrize("make", [consent_screen, form])
@pytest.mark.parametrize("pages", [0, 1])
async def test_any_part_of_a_step_is_painted_as_textual_would(
    tmp_path: Path,
    size: tuple[int, int],
    make: Callable[[], Screen[Any]],
    pages: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with showing(tmp_path, make(), size) as shown:
        for _page in range(pages):
            await shown.parent.presses("pagedown")
        await shown.pilot.pause()
        _compare(shown.screen, size, monkeypatch)


async def test_any_part_of_the_queue_is_painted_as_textual_would(demo: School, monkeypatch: pytest.MonkeyPatch) -> None:
    async with at_work(demo) as reviewer:
        await reviewer.opens_queue()
        await reviewer.pilot.pause()
        _compare(reviewer.app.screen, (100, 30), monkeypatch)
