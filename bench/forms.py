"""The bars on paper forms: one, with the libraries loaded for it, and a hundred in one file."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from bench.homes import Run
from bench.report import Bar, seconds
from docs.form_pictures import binding
from kiosk.domain.documents import PrintableForm
from kiosk.services.documents.pdf_renderer import render

_FORMS = 100


def bars(_run: Run) -> list[Bar]:
    """Render each once; both are quick enough for every run."""
    content = binding()
    sheets = [
        PrintableForm(
            f"D115-000-{place:04}-0",
            f"ABCDEFGHIJKLMNOPQRST{place:04}",
            date(2026, 9, 1),
            replace(content, facts={**content.facts, "student": {"name": f"王小明{place}", "number": f"{place}"}}),
        )
        for place in range(_FORMS)
    ]
    return [
        Bar("a paper form, s", seconds(lambda: render(sheets[:1], "本校")), 0.5),
        Bar(f"{_FORMS} paper forms in one file, s", seconds(lambda: render(sheets, "本校")), 2.0),
    ]
