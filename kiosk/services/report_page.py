"""The report as a PDF, with a bar for each class; made by typst with the bundled font, as the paper forms are."""

from __future__ import annotations

import json
from pathlib import Path

from kiosk.rules.roc_dates import format_roc
from kiosk.services.form_font import FONT_FOLDER, printable_value
from kiosk.services.forms import FormFault, FormRefused
from kiosk.services.report import ClassRate, Report

_TEMPLATES = Path(__file__).parents[1] / "forms"


def report_pdf(report: Report, school_name: str) -> bytes:
    """The pages; the same report makes the same bytes.

    Raises:
        FormRefused: it cannot be made.
    """
    import typst

    content = {
        "school": school_name,
        "day": format_roc(report.on),
        "total": _rate(report.school),
        "classes": [_rate(one) for one in report.classes],
        "holds": [[hold.label, count] for hold, count in report.holds],
        "sections": [
            {"title": section.title, "header": section.header, "rows": section.rows} for section in report.sections
        ],
    }
    inputs = {
        "report": json.dumps(printable_value(content), ensure_ascii=False),
        "date": json.dumps([report.on.year, report.on.month, report.on.day]),
    }
    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[FONT_FOLDER])
    compiler = typst.Compiler(root=_TEMPLATES, font_paths=fonts, ignore_system_fonts=True)
    try:
        made = compiler.compile(input=_TEMPLATES / "report.typ", format="pdf", sys_inputs=inputs)
    except typst.TypstError:
        raise FormRefused(FormFault.UNRENDERABLE) from None
    assert isinstance(made, bytes)
    return made


def _rate(one: ClassRate) -> dict[str, object]:
    share = one.bound / one.students if one.students else 0
    return {
        "name": one.class_name,
        "students": one.students,
        "bound": one.bound,
        "percent": one.percent,
        "share": share,
    }
