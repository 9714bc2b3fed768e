"""Pages in both directions of a list that can only be read forwards.

Only the keys at which pages began are kept, never their rows.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Hashable, Sequence
from typing import Generic, TypeVar

from kiosk.widgets.table.paged_window import PageRequest, Row, RowPage, Side

V = TypeVar("V")
ReadOn = Callable[[Hashable, int], Awaitable[Sequence[Row[V]] | None]]
"""Returns at most this many rows after a key (None: from the first); None on failure."""


class ForwardOnlySource(Generic[V]):
    """The pages of a list that is read forwards."""

    def __init__(self, read: ReadOn[V]) -> None:
        self._read = read
        self._starts: list[Hashable] = [None]

    async def fetch(self, request: PageRequest) -> RowPage[V] | None:
        """Return a page, or None on failure."""
        match request.side:
            case Side.FIRST:
                return await self._after(None, request.limit)
            case Side.AFTER:
                return await self._after(request.key, request.limit)
            case Side.BEFORE:
                return await self._before(request.key, request.limit)
            case Side.LAST:
                return await self._last(request.limit)

    async def _after(self, key: Hashable, limit: int) -> RowPage[V] | None:
        rows = await self._read(key, limit + 1)
        if rows is None:
            return None
        if key not in self._starts:
            self._starts.append(key)
        return RowPage(rows[:limit], has_before=key is not None, has_more=len(rows) > limit)

    async def _before(self, key: Hashable, limit: int) -> RowPage[V] | None:
        """Read from the start of an earlier page as far as the key."""
        for start in reversed(self._starts):
            rows = await self._read(start, 2 * limit)
            if rows is None:
                return None
            keys = [row.key for row in rows]
            if key in keys and keys[0] != key:
                found = rows[: keys.index(key)]
                return RowPage(found[-limit:], has_before=start is not None or len(found) > limit, has_more=True)
        return RowPage((), has_before=False, has_more=True)

    async def _last(self, limit: int) -> RowPage[V] | None:
        """Read to the end and return the last page."""
        page = await self._after(self._starts[-1], limit)
        while page is not None and page.has_more:
            page = await self._after(page.rows[-1].key, limit)
        return page
