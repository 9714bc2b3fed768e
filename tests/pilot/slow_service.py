"""A service that keeps a screen waiting."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from typing import Any

from textual.pilot import Pilot


class Slow:
    """A service that answers when it is told to."""

    def __init__(self, service: Callable[..., Any]) -> None:
        self._service = service
        self.called, self.goes_on, self.done = threading.Event(), threading.Event(), threading.Event()

    def __call__(self, *arguments: Any) -> Any:
        self.called.set()
        assert self.goes_on.wait(30)
        try:
            return self._service(*arguments)
        finally:
            self.done.set()

    async def answer(self, pilot: Pilot[int]) -> None:
        """Let it answer, and the app take the answer until it is idle again."""
        self.goes_on.set()
        assert await asyncio.to_thread(self.done.wait, 30)
        await pilot.pause()
