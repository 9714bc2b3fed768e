"""The fields of an error report, in the guide's words."""

from __future__ import annotations

from kiosk.i18n import _


def reported_field(key: str) -> str:
    """Return the guide's word for a field."""
    return {"class_name": _("班級"), "name": _("姓名"), "student_number": _("學號")}[key]
