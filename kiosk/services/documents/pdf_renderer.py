"""The paper forms as PDF: one page each, the same bytes for the same data and the same version of the kiosk.

Data reaches the templates (``kiosk/forms``) as JSON and never as text of the template, so nothing that a person typed
is ever markup. Only the bundled font is used and the date is the document's own: no machine's fonts or clock shows.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

from kiosk.domain.documents import FormContent, FormFault, FormRefused, PrintableForm
from kiosk.i18n import _
from kiosk.services.documents.font_coverage import missing_characters, printable_value
from kiosk.services.documents.typst import NotTypeset, typeset

LAYOUT = "1"
"""The version of the templates; stands in the foot of each form."""

_FINGERPRINT_DIGITS = 16


def missing_in(content: FormContent) -> tuple[str, ...]:
    """The placeholders for characters that the font lacks; they are written in by hand."""
    return missing_characters([content.facts, content.words])


def fingerprint(sha256: str) -> str:
    """The first digits of a hash, in groups, to be compared by eye."""
    digits = sha256[:_FINGERPRINT_DIGITS]
    return " ".join(digits[place : place + 4] for place in range(0, len(digits), 4))


def bar_text(number: str) -> str:
    """What the bars say for a document's number: the number without dashes."""
    return number.replace("-", "")


def render(sheets: Sequence[PrintableForm], school_name: str) -> bytes:
    """One PDF of all sheets, a page each; its date is the first sheet's.

    Args:
        sheets: at least one.
        school_name: stands at the head of each.

    Raises:
        FormRefused: what is on a form does not fit on its page even in small type.
    """
    title = sheets[0].content.kind.label if len(sheets) == 1 else _("申請書")
    forms = [_form(sheet, school_name) for sheet in sheets]
    try:
        return typeset("main.typ", sheets[0].issued_on, {"forms": forms}, title)
    except NotTypeset as refused:
        fault = FormFault.TOO_LONG if "form-too-long" in refused.reason else FormFault.UNRENDERABLE
        raise FormRefused(fault) from None


def _form(sheet: PrintableForm, school_name: str) -> dict[str, Any]:
    """One form as its template takes it."""
    content = sheet.content
    return {
        "kind": content.kind,
        "number": sheet.number,
        "bars": _bars(bar_text(sheet.number)),
        "qr": _qr(sheet.token),
        "layout": LAYOUT,
        "fingerprint": fingerprint(content.sha256),
        "missing": missing_in(content),
        "school": printable_value(school_name),
        "facts": printable_value(content.facts),
        "words": printable_value(content.words),
        "marks": {str(place): dict(mark) for place, mark in sheet.marks.items()},
    }


def _bars(text: str) -> str:
    """Code 128 (ISO/IEC 15417) as modules, 1 for a bar and 0 for a space."""
    from barcode.codex import Code128

    modules: str = Code128(text).build()[0]
    return modules


def _qr(token: str) -> str:
    """A QR code (ISO/IEC 18004) as SVG; the paper around is its quiet zone."""
    import segno

    svg = io.BytesIO()
    segno.make(token, error="m", micro=False).save(svg, kind="svg", border=0, xmldecl=False, nl=False)
    return svg.getvalue().decode()
