"""The paper forms as PDF, one page each; the same data gives the same bytes.

The date is the document's own, and :mod:`kiosk.services.documents.typst` uses no font or clock of the machine.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

from kiosk.domain.documents import FormContent, FormFault, FormRefused, PrintableForm
from kiosk.i18n import _
from kiosk.services.documents.font_coverage import missing_characters, printable_value
from kiosk.services.documents.typst import NotTypeset, typeset

_LAYOUT = "1"
"""The version of the templates, in each form's footer."""

_FINGERPRINT_DIGITS = 16


def missing_in(content: FormContent) -> tuple[str, ...]:
    """Return the placeholders of a form, to be filled in by hand."""
    return missing_characters([content.facts, content.words])


def fingerprint(sha256: str) -> str:
    """Return the first digits of a hash in groups, for comparison by eye."""
    digits = sha256[:_FINGERPRINT_DIGITS]
    return " ".join(digits[place : place + 4] for place in range(0, len(digits), 4))


def render(sheets: Sequence[PrintableForm], school_name: str) -> bytes:
    """Return one PDF of at least one sheet, a page each, dated as the first.

    Raises:
        FormRefused: a form does not fit its page even in small type, or typst refused it.
    """
    title = sheets[0].content.kind.label if len(sheets) == 1 else _("申請書")
    forms = [_form(sheet, school_name) for sheet in sheets]
    try:
        return typeset("main.typ", sheets[0].issued_on, {"forms": forms}, title)
    except NotTypeset as refused:
        fault = FormFault.TOO_LONG if "form-too-long" in refused.reason else FormFault.UNRENDERABLE
        raise FormRefused(fault) from None


def _form(sheet: PrintableForm, school_name: str) -> dict[str, Any]:
    """Return the template's input for one form."""
    content = sheet.content
    return {
        "kind": content.kind,
        "number": sheet.number,
        "bars": _bars(sheet.number.replace("-", "")),
        "qr": _qr(sheet.token),
        "layout": _LAYOUT,
        "fingerprint": fingerprint(content.sha256),
        "missing": missing_in(content),
        "school": printable_value(school_name),
        "facts": printable_value(content.facts),
        "words": printable_value(content.words),
        "marks": {str(place): dict(mark) for place, mark in sheet.marks.items()},
    }


def _bars(text: str) -> str:
    """Return the modules of Code 128 (ISO/IEC 15417), 1 for a bar and 0 for a space."""
    from barcode.codex import Code128

    modules: str = Code128(text).build()[0]
    return modules


def _qr(token: str) -> str:
    """Return a QR code (ISO/IEC 18004) as SVG; the paper around it is the quiet zone."""
    import segno

    svg = io.BytesIO()
    segno.make(token, error="m", micro=False).save(svg, kind="svg", border=0, xmldecl=False, nl=False)
    return svg.getvalue().decode()
