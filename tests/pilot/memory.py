"""Finds what in this process still holds a text: everything the collector knows, and what hangs on it."""

from __future__ import annotations

import gc
import io
import sys
import threading
from collections.abc import Awaitable, Callable
from re import Pattern
from types import BuiltinFunctionType, FunctionType, WrapperDescriptorType
from typing import Any

import psutil

Memory = tuple[int, int]
"""Bytes of memory early on and at the end."""

_HOLD_NOTHING_TYPED = frozenset({FunctionType, BuiltinFunctionType, WrapperDescriptorType, type})
"""What makes up the program; closures' cells and classes' dictionaries are looked through on their own."""


def holders_of(text: Pattern[str]) -> dict[str, list[str]]:
    """Find the objects that hold a string, or bytes, in which a pattern is found.

    Looks through instance attributes, slots, the frames of waiting coroutines and of other threads, closures, caches
    of functions and tracebacks: whatever `gc.get_referents` tells, also of the containers that the collector does not
    track because they hold only strings.

    Garbage that was not collected counts as held; what was frozen is looked through too, and no longer frozen.

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


async def memory_of(rounds: int, kinds: int, make: Callable[[int], Awaitable[None]], left: Pattern[str]) -> Memory:
    """Make rounds of several kinds in turn, measure, and hold that no object is left with a text of theirs.

    Args:
        rounds: how many.
        kinds: how many kinds there are.
        make: makes one, by its serial number from 0 on.
        left: finds the texts that may not stay.

    Returns:
        The bytes of memory after the first tenth of the rounds, one of each kind at least, and at the end.
    """
    process, early = psutil.Process(), 0
    for serial in range(rounds):
        await make(serial)
        if serial + 1 == max(kinds, rounds // 10):
            gc.collect()
            early = process.memory_info().rss
            gc.freeze()  # as the kiosk itself does once all is loaded; what is frozen is looked through too
    gc.collect()
    late = process.memory_info().rss  # before the search, which takes memory of its own
    assert holders_of(left) == {}
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
