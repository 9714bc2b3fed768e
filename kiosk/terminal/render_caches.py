"""Clears render caches that may still hold what a visitor typed."""

from __future__ import annotations

import gc

from rich.cells import cached_cell_len
from rich.segment import Segment
from textual._context import visible_screen_stack
from textual._styles_cache import StylesCache


def clear_render_caches() -> None:
    """Clear Rich's and Textual's caches of painted text, and collect dismissed screens; takes some 20 ms.

    A cache keeps typed text until a thousand other texts replace it. Textual keeps the screen last seen behind another
    until the mouse moves. `tests/pilot/family/test_nothing_left.py` searches every object of the process.
    """
    visible_screen_stack.set([])
    cached_cell_len.cache_clear()
    Segment._split_cells.cache_clear()
    StylesCache.get_inner_outer.cache_clear()
    gc.collect()
