"""A smaller cost of a small picture: what a change does not touch is not rendered for it."""

from __future__ import annotations

from collections.abc import Iterable

from textual._compositor import Compositor
from textual.geometry import Region
from textual.strip import Strip


class CroppingCompositor(Compositor):
    """Renders for a part of a screen the lines of the widgets that show there.

    Textual's own asks for every line of every widget in a container that the part overlaps, which for one key in a
    field is the whole screen, and then leaves out what is outside.
    """

    def _get_renders(self, crop: Region | None = None) -> Iterable[tuple[Region, Region, list[Strip]]]:
        if crop is None:
            yield from super()._get_renders()
            return
        for widget, (region, clip) in self.visible_widgets.items():
            lines = Region(clip.x, crop.y, clip.width, crop.height).intersection(clip)
            shown = region.intersection(lines)
            if shown and crop.overlaps(shown):
                yield region, lines, widget.render_lines(shown.translate(-region.offset))
