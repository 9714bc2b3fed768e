"""The possible and the default columns of the file for the city's batch upload.

The city publishes no format; a school sets headings and order in ``kiosk.toml`` as the city's upload page asks.
"""

from __future__ import annotations

NATIONAL_ID_COLUMN = "parent_national_id"
"""The parent's full number, only if the school asks for it; a student's is not kept."""

OFFICE_COLUMNS = (
    "school_code",
    "school_name",
    "class_name",
    "seat_number",
    "student_number",
    "student_name",
    "parent_name",
    "relation",
    NATIONAL_ID_COLUMN,
    "mobile",
    "email",
    "account",
    "application_number",
    "consent_version",
    "consented_on",
    "bound_on",
)
"""The keys; ``account`` is the parent's login name, days are written 109年9月11日."""

DEFAULT_COLUMNS = (
    ("學校代碼", "school_code"),
    ("班級", "class_name"),
    ("座號", "seat_number"),
    ("學號", "student_number"),
    ("學生姓名", "student_name"),
    ("家長姓名", "parent_name"),
    ("親屬關係", "relation"),
    ("行動電話", "mobile"),
    ("電子郵件", "email"),
    ("申請編號", "application_number"),
    ("同意書版本", "consent_version"),
    ("綁定日期", "bound_on"),
)
"""Heading and key of each column; without identity numbers."""
