"""Finds what in this process still holds a text, through everything the garbage collector knows."""

from __future__ import annotations

import gc
import io
import sys
import threading
from collections.abc import Awaitable, Callable, Sequence
from re import Pattern
from types import BuiltinFunctionType, FunctionType, WrapperDescriptorType
from typing import Any, TypeVar

import psutil

from kiosk.testing.clock import FakeClock
from kiosk.testing.person import until
from tests.pilot.people import QuickPerson, leave_no_trace_of_the_pilot

NUMERALS = "零一二三四五六七八九"
P = TypeVar("P", bound=QuickPerson)
Memory = tuple[int, int]
"""Resident bytes early on and at the end."""

_HOLD_NOTHING_TYPED = frozenset({FunctionType, BuiltinFunctionType, WrapperDescriptorType, type})
"""What makes up the program; closures' cells and classes' dictionaries are looked through on their own."""


def holders_of(text: Pattern[str]) -> dict[str, list[str]]:
    """Find the objects that hold a string, or bytes, in which a pattern is found.

    Looks through whatever `gc.get_referents` knows: attributes, slots, frames of waiting coroutines and of other
    threads, closures, function caches and tracebacks. It also looks into untracked containers, which hold only strings.
    Garbage that was not collected counts as held. Frozen objects are looked through too, and no longer frozen.

    Returns:
        For each text found the types of its holders.
    """
    gc.unfreeze()
    roots: list[Any] = gc.get_objects()
    roots += [frame.f_locals for thread, frame in sys._current_frames().items() if thread != threading.get_ident()]
    search = _Search(text)
    search.seen.add(id(roots))
    for root in roots:
        if type(root) not in _HOLD_NOTHING_TYPED:
            search.look_into(root)
    return search.found


def in_numerals(sign: str, serial: int) -> str:
    """A text with a serial number that no other text of the tests contains."""
    return sign + "".join(NUMERALS[int(digit)] for digit in f"{serial:06}")


async def walk_away(person: QuickPerson, clock: FakeClock) -> None:
    """Stay idle until the kiosk is at its resting login again."""
    app = person.kiosk
    clock.advance(300)
    app.tick()
    await until(person.pilot, lambda: len(app.screen_stack) == 1)
    await person.sees(person.screen)
    await person.settles()
    await leave_no_trace_of_the_pilot()


async def memory_of(
    person: P,
    clock: FakeClock,
    sessions: Sequence[Callable[[P, int], Awaitable[None]]],
    rounds: int,
    take_back: Callable[[], None],
    typed: Pattern[str],
) -> Memory:
    """Make sessions of each kind in turn, measure, and check that no object is left with a text of theirs.

    Args:
        person: at the resting login.
        clock: of the kiosk.
        sessions: one function a kind; it gets the serial number of the round, from 0 on.
        rounds: how many sessions.
        take_back: clears what a session left on file, so that all find the same school.
        typed: finds the texts that may not stay.

    Returns:
        The bytes of memory after the first tenth of the rounds, one of each kind at least, and at the end.
    """
    process, early = psutil.Process(), 0
    for serial in range(rounds):
        await sessions[serial % len(sessions)](person, serial)
        await walk_away(person, clock)
        take_back()
        if serial + 1 == max(len(sessions), rounds // 10):
            gc.collect()
            early = process.memory_info().rss
            gc.freeze()  # as the kiosk itself does once all is loaded; what is frozen is looked through too
    gc.collect()
    late = process.memory_info().rss  # before the search, which takes memory of its own
    assert holders_of(typed) == {}
    return early, late


class _Search:
    """One search; remembers which objects and strings it has looked at."""

    def __init__(self, text: Pattern[str]) -> None:
        self.found: dict[str, list[str]] = {}
        self.seen: set[int] = set()
        self._text = text
        self._harmless: set[int] = set()

    def look_into(self, root: Any) -> None:
        """Look at what an object holds, and into the untracked containers among it."""
        waiting = [(root, "")]
        while waiting:
            holder, outside = waiting.pop()
            if id(holder) in self.seen:
                continue
            self.seen.add(id(holder))
            for part in [holder.getvalue()] if type(holder) is io.StringIO else gc.get_referents(holder):
                if isinstance(part, str):
                    self._look_at(part, part, holder, outside)
                elif isinstance(part, (bytes, bytearray)):
                    self._look_at(part, part.decode("utf-8", "ignore"), holder, outside)
                elif isinstance(part, (dict, tuple, io.StringIO)) and not gc.is_tracked(part):
                    waiting.append((part, f"{outside}{_name(holder)} > "))

    def _look_at(self, part: object, said: str, holder: Any, outside: str) -> None:
        if id(part) in self._harmless:
            return
        match = self._text.search(said)
        if match is None:
            self._harmless.add(id(part))
        else:
            self.found.setdefault(match.group(), []).append(f"{outside}{_name(holder)}")


def _name(holder: Any) -> str:
    return f"{type(holder).__module__}.{type(holder).__qualname__}"
