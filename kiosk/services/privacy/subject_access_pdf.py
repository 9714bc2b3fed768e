"""The copy of a person's data as PDF."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from kiosk.domain.documents import FormFault, FormRefused
from kiosk.i18n import _
from kiosk.rules.roc_dates import format_roc
from kiosk.services.documents.font_coverage import missing_characters, printable_value
from kiosk.services.documents.typst import NotTypeset, typeset
from kiosk.services.privacy.subject_access import DataSection


def render_copy(sections: Sequence[DataSection], made_on: date, school_name: str) -> bytes:
    """Return one PDF, with the same bytes for the same data and day.

    Raises:
        FormRefused: the text cannot be rendered.
    """
    title = _("個人資料複製本")
    content = [[section.title, [list(line) for line in section.lines]] for section in sections]
    copy = {
        "school": printable_value(school_name),
        "title": title,
        "made": _("製作日期：{day}").format(day=format_roc(made_on)),
        "nothing": _("沒有資料。"),
        "note": _(
            "依個人資料保護法第3條製給。身分證字號只顯示末三碼，學校封存的是完整字號；密碼只存不能還原的雜湊值。"
        ),
        "missing": missing_characters([content, school_name]),
        "sections": [
            {"title": section.title, "lines": printable_value([list(line) for line in section.lines])}
            for section in sections
        ],
    }
    try:
        return typeset("copy.typ", made_on, {"copy": copy}, title)
    except NotTypeset:
        raise FormRefused(FormFault.UNRENDERABLE) from None
