"""What is left of painted text beyond the widgets that showed it."""

from __future__ import annotations

import gc

from rich.cells import cached_cell_len
from rich.segment import Segment
from textual._context import visible_screen_stack
from textual._styles_cache import StylesCache


def clear_render_caches() -> None:
    """Empty the caches of functions that take painted text as an argument, and collect the screens that are gone.

    The caches, Rich's and Textual's, would keep what a visitor typed until a thousand other texts have taken its place;
    the screens, which refer to themselves, until the collector's next turn, and the one last seen behind another until
    the mouse moves again: called by the app itself, this lets go of it. Found with Textual 8.2.8 by looking through
    every object of the process after a visit; the same test guards an upgrade. Takes some 20 ms.
    """
    visible_screen_stack.set([])
    cached_cell_len.cache_clear()
    Segment._split_cells.cache_clear()
    StylesCache.get_inner_outer.cache_clear()
    gc.collect()
