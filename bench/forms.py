"""The bars on paper forms: one, with the libraries loaded for it, and a hundred in one file."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date

from bench.homes import Run
from bench.report import Bar
from docs.form_pictures import binding
from kiosk.domain.documents import PrintableForm
from kiosk.services.documents.pdf_renderer import render

_FORMS = 100
_ONE_SECONDS, _ALL_SECONDS = 0.5, 2.0


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
    first = _seconds(lambda: render(sheets[:1], "本校"))
    many = _seconds(lambda: render(sheets, "本校"))
    return [
        Bar("a paper form / 0.5 s", first / _ONE_SECONDS, 1.0, f"{first:.2f} s"),
        Bar(f"{_FORMS} paper forms in one file / 2 s", many / _ALL_SECONDS, 1.0, f"{many:.2f} s"),
    ]


def _seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began
