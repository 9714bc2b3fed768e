"""Puts texts that no check would let through into everything a school keeps, for tests of what is shown."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from sqlalchemy import String, bindparam, update
from sqlmodel import SQLModel

import db.audit
import db.models.all_tables  # noqa: F401  # its tables are among SQLModel's
from kiosk.services.school import School

_NEVER_SHOWN = frozenset(
    {"setting", "credential", "sign_in_counter", "terminal_failure", "number_counter", "audit_head"}
)
"""Tables of the program's own: keys, logins, counters."""

_CHOOSES = frozenset(
    {
        "id", "kind", "role", "mode", "basis", "state", "data_state", "email_state", "form", "field", "channel",
        "choice", "decision", "answered_by", "decision_key", "request_id", "receipt_token", "last_fault", "file_sha256",
        "birth_date", "key", "token", "content_sha256", "scope", "last_day", "due_date",
    }
)  # fmt: skip
"""Columns and sealed values that name a row or choose what happens; everything else is somebody's words."""

_JSON = frozenset({"items"})
"""Columns that hold texts as JSON."""

_NUMBERS = frozenset({"number", "student_number", "account"})
"""Found by their beginning, and each row's own."""

Change = Callable[[str, str], str]
"""Returns another text for a field (``table.column``, ``table.key`` of a sealed value) and the text in it."""


def text_fields() -> set[str]:
    """Return the columns that :func:`spoil` changes, where they hold anything."""
    return {
        f"{table.name}.{column.name}"
        for table in SQLModel.metadata.sorted_tables
        if table.name not in _NEVER_SHOWN
        for column in table.columns
        if column.name == "sealed" or (isinstance(column.type, String) and not _is_kept(table.name, column.name))
    }


def spoil(school: School, change: Change, change_number: Change | None = None) -> set[str]:
    """Change every text that is kept, sealed or not, past every check; return the columns that held any.

    Args:
        school: an open school.
        change: must give different texts for different texts.
        change_number: for numbers and accounts, whose beginning must stay; None leaves them.
    """
    changes: dict[str, Change | None] = dict.fromkeys(_NUMBERS, change_number)
    held: set[str] = set()
    with school.store.write() as unit:
        for table in SQLModel.metadata.sorted_tables:
            if table.name in _NEVER_SHOWN:
                continue
            for row in unit.connection.execute(table.select()).mappings().all():
                values: dict[str, Any] = {}
                for column in table.columns:
                    old, field = row[column.name], f"{table.name}.{column.name}"
                    if column.name == "sealed":
                        kept = _spoil(unit.keys.open(table.name, row["id"], old), change, table.name)
                        values["sealed"] = unit.keys.seal(table.name, row["id"], kept)
                    elif column.name in _JSON:
                        values[column.name] = json.dumps(_spoil(json.loads(old), change, field), ensure_ascii=False)
                    elif isinstance(old, str) and old and not _is_kept(table.name, column.name):
                        spoiler = changes.get(column.name, change)
                        values[column.name] = old if spoiler is None else spoiler(field, old)
                if values:
                    held.update(f"{table.name}.{name}" for name in values)
                    same = {f"same_{column.name}": row[column.name] for column in table.primary_key}
                    where = [column == bindparam(f"same_{column.name}") for column in table.primary_key]
                    unit.connection.execute(update(table).where(*where), {**values, **same})
        unit.audit("test", "test.spoilt", "all")
    return held


def _is_kept(table: str, column: str) -> bool:
    names_a_row = column.endswith(("_id", "_by")) or (table == "audit_entry" and column in ("actor", "subject"))
    chooses = column in _CHOOSES or (table == "history_entry" and column == "action")
    return names_a_row or chooses


def _spoil(kept: Any, change: Change, field: str) -> Any:
    """Change the texts in a sealed value; a history's lines of (position, field, words) keep the field."""
    if isinstance(kept, dict):
        return {
            key: value if key in _CHOOSES else _spoil(value, change, f"{field}.{key}") for key, value in kept.items()
        }
    if isinstance(kept, list) and len(kept) == 3 and isinstance(kept[0], int):
        return [*kept[:2], _spoil(kept[2], change, field)]
    if isinstance(kept, list):
        return [_spoil(value, change, field) for value in kept]
    return change(field, kept) if isinstance(kept, str) and kept else kept
