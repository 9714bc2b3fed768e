"""Keeps keys, pastes and mouse events in order while the app is busy.

Textual hands a character to the focused widget at once. It runs a binding only when its key has come back up to the
App. Text that a scanner sends after Tab would land in the field before, a password in clear. So after a key that may be
a command, later input waits until the widgets from the focus up to the App are idle.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any

from textual import events
from textual.app import App
from textual.errors import NoWidget
from textual.message_pump import MessagePump

MAX_KEPT = 2_048
"""The most events that wait; beyond them every event is dropped until the queue is empty."""

_UNCHECKED_IN_A_ROW = 64
_ROUNDS_FOR_A_COMMAND = 2
_ROUNDS_FOR_CHARACTERS = 1
_TURNS_IN_ONE_WIDGET = 8
_LOOK_AGAIN_SECONDS = 0.25
_MAX_WAIT_SECONDS = 5.0


class TypeAheadGate:
    """Passes input to the app in order, one command at a time."""

    def __init__(self, app: App[Any], deliver: Callable[[events.Event], Awaitable[None]]) -> None:
        """Guard an app's input.

        Args:
            app: the app.
            deliver: hands one event to the app.
        """
        self._app = app
        self._deliver = deliver
        self._kept: deque[events.Event] = deque()
        self._dropping = False
        self._unchecked = 0
        self._settling: asyncio.Task[None] | None = None

    def waiting(self) -> int:
        """Return the number of events that wait."""
        return len(self._kept)

    def drop(self) -> None:
        """Drop all waiting events."""
        self._kept.clear()
        self._dropping = False

    async def accept(self, event: events.Event) -> None:
        """Pass an event on, at once or after the events before it."""
        if self._settling is None:
            await self._pass_on(event)
        elif self._kept and _only_hovers(event) and _only_hovers(self._kept[-1]):
            self._kept[-1] = event
        elif not self._dropping:
            self._kept.append(event)
            self._dropping = len(self._kept) >= MAX_KEPT

    async def _pass_on(self, event: events.Event) -> None:
        target = self._target(event)
        command = self._may_be_a_command(event, target)
        await self._deliver(event)
        self._unchecked += 1
        if target is None:
            return
        if command:
            self._close(target, _ROUNDS_FOR_A_COMMAND)
        elif self._unchecked >= _UNCHECKED_IN_A_ROW:
            self._close(target, _ROUNDS_FOR_CHARACTERS)

    def _target(self, event: events.Event) -> MessagePump | None:
        """Return the widget that the event goes to, or the screen; None before the first screen."""
        if not self._app.screen_stack:
            return None
        screen = self._app.screen
        if isinstance(event, events.MouseEvent):
            try:
                return self._app.mouse_captured or screen.get_widget_at(int(event.x), int(event.y))[0]
            except NoWidget:
                return screen
        return screen.focused or screen

    def _may_be_a_command(self, event: events.Event, target: MessagePump | None) -> bool:
        """Return whether the event may do more than type a character into a field."""
        if isinstance(event, events.Key):
            focused = self._app.focused
            if focused is None or focused is not target or not event.is_printable:
                return True
            return not focused.check_consume_key(event.key, event.character)
        return isinstance(event, events.MouseUp)

    def _close(self, target: MessagePump, rounds: int) -> None:
        """Hold input until the target and every widget above it has caught up."""
        self._unchecked = 0
        self._settling = asyncio.create_task(self._settle(target, rounds))

    async def _settle(self, target: MessagePump, rounds: int) -> None:
        loop = asyncio.get_running_loop()
        deadline = loop.time() + _MAX_WAIT_SECONDS
        caught_up = True
        for _round in range(rounds):
            pump: MessagePump | None = target
            while pump is not None and caught_up:
                caught_up = await self._has_caught_up(pump, deadline)
                pump = pump._parent
        if not caught_up:
            self.drop()  # lost input is better than input in a wrong field
        if not self._app.call_later(self._open):
            self._settling = None

    async def _has_caught_up(self, pump: MessagePump, deadline: float) -> bool:
        """Wait until a widget has emptied its queue; return False after the deadline."""
        loop = asyncio.get_running_loop()
        for _turn in range(_TURNS_IN_ONE_WIDGET):
            reached = asyncio.Event()
            if not pump.call_later(reached.set):
                return True  # a closing widget handles nothing more
            while not reached.is_set():
                try:
                    await asyncio.wait_for(reached.wait(), _LOOK_AGAIN_SECONDS)
                except TimeoutError:
                    if not pump.is_running:
                        return True
                    if loop.time() > deadline:
                        return False
            if not pump.message_queue_size:
                return True
        return True

    async def _open(self) -> None:
        """Pass waiting events on, up to the next command."""
        self._settling = None
        while self._kept and self._settling is None:
            await self._pass_on(self._kept.popleft())
        if not self._kept:
            self._dropping = False


def _only_hovers(event: events.Event) -> bool:
    """Return whether the mouse moves without a pressed button; only the last such event matters."""
    return isinstance(event, events.MouseMove) and not event.button
