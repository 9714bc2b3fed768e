"""Finds what in this process still holds a text: everything the collector knows, and what hangs on it."""

from __future__ import annotations

import asyncio
import gc
import heapq
import io
import sys
import threading
from re import Pattern
from types import BuiltinFunctionType, FunctionType, WrapperDescriptorType
from typing import Any

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


def take_cancelled_timers_away() -> None:
    """The pilot waits for at most 30 s; a timer that is cancelled stays in the loop, with its context, until then.

    What hung on those contexts is collected here; the kiosk collects what it made itself.
    """
    loop: Any = asyncio.get_running_loop()
    loop._scheduled = [timer for timer in loop._scheduled if not timer.cancelled()]
    loop._timer_cancelled_count = 0
    heapq.heapify(loop._scheduled)
    gc.collect()


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
