"""What the file for the city's batch upload can hold, and what it holds where a school sets nothing.

The city has no published format; a school sets headings and order as its upload page asks for them, in ``kiosk.toml``.
"""

from __future__ import annotations

NATIONAL_ID_COLUMN = "parent_national_id"
"""The parent's full number: only where the school asks for it. A student's is never there, for it is not kept."""

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
"""The keys; ``account`` is what the parent signs on with, days are written 109年9月11日."""

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
"""Heading and key of each column; no identity number among them."""
