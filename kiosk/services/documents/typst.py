"""Makes PDFs with typst from bundled templates and the bundled font: the same input gives the same bytes everywhere.

Data reaches a template as JSON, so typed text is never markup.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path

from kiosk.services.documents.font_coverage import FONT_FOLDER

TEMPLATES = Path(__file__).parents[2] / "forms"


class NotTypeset(Exception):
    """The template refused its input; ``reason`` is typst's message, not for people."""

    def __init__(self, reason: str) -> None:
        super().__init__("not typeset")
        self.reason = reason


def typeset(template: str, made_on: date, inputs: Mapping[str, object], title: str | None = None) -> bytes:
    """Return one PDF of a template of ``kiosk/forms``, dated ``made_on``; ``title`` is None if the template sets it.

    Raises:
        NotTypeset: the template refused.
    """
    import typst

    given = {name: json.dumps(value, ensure_ascii=False) for name, value in inputs.items()}
    given["date"] = json.dumps([made_on.year, made_on.month, made_on.day])
    if title is not None:
        given["title"] = title
    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[FONT_FOLDER])
    compiler = typst.Compiler(root=TEMPLATES, font_paths=fonts, ignore_system_fonts=True)
    try:
        made = compiler.compile(input=TEMPLATES / template, format="pdf", sys_inputs=given)
    except typst.TypstError as error:
        raise NotTypeset(error.message) from None
    assert isinstance(made, bytes)
    return made
