"""Reading rendered forms back: their text, and their codes as a scanner would at 150 dpi."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import pypdfium2
import zxingcpp

from kiosk.domain.documents import FormContent, FormKind, PrintableForm
from kiosk.rules.strokes import Drawing
from kiosk.services.documents.form_contents import FormContents
from kiosk.services.documents.pdf_renderer import render
from kiosk.services.school import School

SCHOOL = "本市某高級中學"
NUMBER, TOKEN = "D115-000-0001-9", "ABCDEFGHIJKLMNOPQRSTUVWX"
ISSUED = date(2026, 9, 1)
_DPI = 150
DRAWING = Drawing(
    700,
    180,
    (
        tuple((95 + 10 * step, 90 + (20 if step % 4 > 1 else -20), 16 * step) for step in range(30)),
        ((405, 30, 600), (405, 50, 620), (415, 90, 640), (415, 130, 660), (405, 150, 700)),
    ),
)
"""A signature as a terminal tells it, cell by cell."""


def sheet(content: FormContent, number: str = NUMBER, token: str = TOKEN) -> PrintableForm:
    return PrintableForm(number, token, ISSUED, content)


def printed(*contents: FormContent) -> bytes:
    return render([sheet(content) for content in contents], SCHOOL)


def pages(pdf: bytes) -> list[str]:
    """The text of each page, without the breaks of lines."""
    document = pypdfium2.PdfDocument(pdf)
    return ["".join(page.get_textpage().get_text_bounded().split()) for page in document]


def lines(pdf: bytes, page: int = 0) -> list[str]:
    """The lines of a page."""
    text: str = pypdfium2.PdfDocument(pdf)[page].get_textpage().get_text_bounded()
    return [line.strip() for line in text.splitlines() if line.strip()]


def codes(pdf: bytes, page: int = 0) -> dict[str, str]:
    """What a reader finds on a page, by the kind of code."""
    picture = pypdfium2.PdfDocument(pdf)[page].render(scale=_DPI / 72).to_pil().convert("L")
    return {code.format.name: code.text for code in zxingcpp.read_barcodes(picture)}


def without_blanks(texts: Sequence[str]) -> list[str]:
    return ["".join(text.split()) for text in texts]


def content_of(school: School, kind: FormKind, subject_id: str) -> FormContent:
    """What a form of the school says now."""
    with school.store.read() as session:
        content = FormContents(session, school.store.keys, school.settings.text_folder).content(kind, subject_id)
    assert content is not None
    return content
