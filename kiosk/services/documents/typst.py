"""Making PDFs with typst: bundled templates and font only, so that the same input makes the same bytes everywhere.

What persons wrote goes in as JSON, never as markup.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path

from kiosk.services.documents.font_coverage import FONT_FOLDER

TEMPLATES = Path(__file__).parents[2] / "forms"


class NotTypeset(Exception):
    """The template refused; ``reason`` is typst's own message, not for people."""

    def __init__(self, reason: str) -> None:
        super().__init__("not typeset")
        self.reason = reason


def typeset(template: str, made_on: date, inputs: Mapping[str, object], title: str | None = None) -> bytes:
    """One PDF.

    Args:
        template: a file of ``kiosk/forms``.
        made_on: the day it bears, in its metadata too.
        inputs: what the template takes, each to be given as JSON.
        title: the document's; None where the template sets it.

    Raises:
        NotTypeset: it cannot be made.
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
