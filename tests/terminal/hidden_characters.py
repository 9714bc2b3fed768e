"""Hidden characters in everything on file that a person wrote (T04), past every check."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any
from uuid import uuid4
from zlib import crc32

from sqlalchemy import String, Table, func, select, update
from sqlmodel import AutoString, SQLModel

from db.models.school import Student
from db.store import UnitOfWork
from kiosk.domain.application_form import Basis, Mode
from kiosk.services.auth.staff_session import Role
from kiosk.services.auth.student_session import StudentSession
from kiosk.services.office import open_office
from kiosk.services.school import School
from kiosk.services.students.error_reports import Correct, Decline
from kiosk.services.texts.loader import load_consent
from tests.builders.reviews import add_staff
from tests.terminal.walker import PASSWORD, applicant, number_of, prepare

FORBIDDEN = re.compile("\x1b\\]|\x9b|\u202e|\u2066|\u200b|\ufeff|\u2060|\x07|\x1b\\[2J|[\U000e0000-\U000e0fff]")
"""What no terminal may be sent; the kiosk itself uses none of it while it runs."""

ANSWERED, ADULT, HALF_REPORTED = 0, 1, 2
"""Children, in the walker's counting: with a returned application and an answered report; of full age; with an error
report kept for another day."""
MOTHER = applicant(700)
"""Whose application was sent back."""

CHOSEN_BY_THE_KIOSK = {
    "applicant": {"email_state"},
    "application": {"receipt_token", "mode", "basis", "state"},
    "application_count": {"state"},
    "audit_entry": {"terminal", "actor", "action", "subject"},
    "binding": {"state"},
    "carer_access": {"scope", "last_day", "state"},
    "consent": {"text_name", "text_version", "text_sha256", "language", "choice", "account", "terminal"},
    "correction": {"field", "state"},
    "credential": {"kind", "account", "initial_kind", "password_hash", "earlier_hashes"},
    "deletion_request": {"state"},
    "draft": {"form"},
    "export_run": {"kind", "file_sha256"},
    "exported_binding": {"kind", "state"},
    "fee": {"due_date"},
    "guardian": {"role"},
    "number_counter": {"name"},
    "history_entry": {"action"},
    "outbox_message": {"kind", "decision_key", "channel", "state", "last_fault"},
    "roster_import": {"file_sha256"},
    "setting": {"name", "value"},
    "sign_in_counter": {"day_boot", "lock_boot"},
    "signed_form": {"form", "state"},
    "staff": {"account", "role"},
    "student": {"data_state"},
    "terminal_failure": {"terminal", "boot"},
    "ticket": {"state"},
}
"""Text that is compared, hashed or one of a few words, and that no person can word: it stays as it is."""
_KEYS_KEPT = {"mode", "basis", "birth_date", "decision", "field", "fields", "position"}
"""Likewise in the sealed rows; ``fields`` of a history entry are keys, those of a ticket are looked into."""


HIDDEN = "\x1b]52;c;QQ==\x07\x9b31m\u202e\u2066\u200b\ufeff\u2060\x1b[2J\x1b]8;;http://x\x07"
"""OSC 52, C1, turned reading order, characters without width, a cleared screen, a link."""


def tag(field: str) -> str:
    """An invisible character (of the tags, U+E0000) that says which field was shown; stands at both its ends."""
    return chr(0xE0001 + crc32(field.encode()) % 0xFFE)


def text_columns(table: Table) -> set[str]:
    """A table's columns that hold text, ids of rows apart."""
    return {
        column.name
        for column in table.c
        if isinstance(column.type, AutoString | String) and not column.name.endswith(("id", "_by"))
    }


def planted_columns() -> dict[str, set[str]]:
    """The columns in clear to plant in, by table: all there are but those that the kiosk itself words."""
    return {
        name: text_columns(table) - CHOSEN_BY_THE_KIOSK.get(name, set())
        for name, table in SQLModel.metadata.tables.items()
    }


def planted_school(home: Path) -> School:
    """Make a school in which everything is on file that parents' screens can show, and plant in all of it."""
    school = prepare(home)
    answered, adult, half_reported = (_visitor(school, child) for child in (ANSWERED, ADULT, HALF_REPORTED))
    consent = load_consent(None)
    school.consents.record(answered, consent, "agree", language=consent.source.language, read_to_end=True)
    school.applications.submit(answered, uuid4().hex, Mode.ONE_PARENT, Basis.PARENTS, [MOTHER])
    school.student_data.report_errors(answered, {"name": "王曉明", "class_name": "機二仁"})
    _let_staff_answer(school, answered)
    school.drafts.save(half_reported, "confirmation", {"name": "王曉華"})
    with school.store.write() as unit:
        student = unit.session.get_one(Student, adult.student_id)
        student.sealed = unit.keys.seal("student", student.id, {"birth_date": "1990-01-01"})
        _plant(unit)
        unit.audit("test", "test.planted", "all")
    return school


def _visitor(school: School, child: int) -> StudentSession:
    return school.sign_in.student(f"P{number_of(child)}", PASSWORD, "test").visitor


def _let_staff_answer(school: School, visitor: StudentSession) -> None:
    registrar, office = add_staff(school, "planter", Role.REGISTRAR), open_office(school)
    (application,) = school.student_data.hub(visitor).applications
    version = office.review.open(registrar, application.id).version
    reasons = {(1, key): f"{key} 與申請書不同" for key in ("name", "relation", "mobile", "email")}
    office.review.return_fields(registrar, application.id, version, reasons)
    ticket = next(one for one in office.tickets.list(registrar) if one.student_number == number_of(ANSWERED))
    version = office.tickets.open(registrar, ticket.ticket_id).version
    decisions: dict[str, Correct | Decline] = {"name": Correct("王曉明"), "class_name": Decline("名冊無誤")}
    office.tickets.decide(registrar, ticket.ticket_id, version, decisions)


def _plant(unit: UnitOfWork) -> None:
    for name, columns in planted_columns().items():
        table = SQLModel.metadata.tables[name]
        values = {
            column: tag(f"{name}.{column}")
            + func.substr(table.c[column], 1, 2)
            + HIDDEN
            + func.substr(table.c[column], 3)
            + tag(f"{name}.{column}")
            for column in columns
        }
        if values:
            unit.connection.execute(update(table).values(values))
        if "sealed" in table.c:
            for row_id, blob in unit.connection.execute(select(table.c.id, table.c.sealed)).all():
                opened = _spoilt(unit.keys.open(name, row_id, blob), name)
                sealed = unit.keys.seal(name, row_id, opened)
                unit.connection.execute(update(table).where(table.c.id == row_id).values(sealed=sealed))


def _spoilt(values: Any, field: str) -> Any:
    if isinstance(values, dict):
        return {
            key: kept if key in _KEYS_KEPT and not isinstance(kept, list) else _spoilt(kept, f"{field}.{key}")
            for key, kept in values.items()
        }
    if isinstance(values, list):
        return [_spoilt(kept, field) for kept in values]
    return f"{tag(field)}{values[:2]}{HIDDEN}{values[2:]}{tag(field)}" if isinstance(values, str) else values


def empty_columns(school: School) -> set[str]:
    """The planted columns, sealed ones too, that no row of this school has anything in."""
    found = {f"{name}.{column}" for name, columns in planted_columns().items() for column in columns}
    with school.store.read() as session:
        for name, table in SQLModel.metadata.tables.items():
            for column in sorted(planted_columns()[name]):
                if session.connection().execute(select(table.c[column])).first() is not None:
                    found.discard(f"{name}.{column}")
            if "sealed" in table.c and session.connection().execute(select(table.c.sealed)).first() is None:
                found.add(f"{name}.sealed")
    return found
