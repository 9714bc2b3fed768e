"""The report as a PDF with a bar for each class, typeset by typst with the bundled font."""

from __future__ import annotations

from kiosk.domain.documents import FormFault, FormRefused
from kiosk.rules.roc_dates import format_roc
from kiosk.services.documents.font_coverage import printable_value
from kiosk.services.documents.typst import NotTypeset, typeset
from kiosk.services.exports.progress_report import ClassRate, Report


def report_pdf(report: Report, school_name: str) -> bytes:
    """Return the pages; the same report gives the same bytes.

    Raises:
        FormRefused: the pages cannot be typeset.
    """
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
    try:
        return typeset("report.typ", report.on, {"report": printable_value(content)})
    except NotTypeset:
        raise FormRefused(FormFault.UNRENDERABLE) from None


def _rate(one: ClassRate) -> dict[str, object]:
    share = one.bound / one.students if one.students else 0
    return {
        "name": one.class_name,
        "students": one.students,
        "bound": one.bound,
        "percent": one.percent,
        "share": share,
    }
