"""Evidence of every consent (Personal Data Protection Act, art. 7: the collector bears the burden of proof).

The zip holds ``consents.csv`` with a row for each parent and answer, and ``texts.csv`` with the answered texts. Under
``texts/`` are the exact bytes of each version that the school still has. A withdrawal is a row of the withdrawing
parent. No identity number is in it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Row, Select, select

from db.models.accounts import Binding, ParentAccount
from db.models.applications import Applicant, Application, Consent
from db.models.columns import table_of
from db.models.school import Staff, Student
from kiosk.clock import TAIPEI
from kiosk.domain.application_status import ApplicationState
from kiosk.i18n import _
from kiosk.services.files.csv_writer import spreadsheet_csv
from kiosk.services.files.reproducible_zip import zip_of
from kiosk.services.students.consents import BY_ACCOUNT, choice_label
from kiosk.services.texts.loader import MAX_BYTES, SHIPPED_FOLDER

EARLIER_FOLDER = "earlier"
"""The folder under the school's ``text/`` for earlier versions that were consented to."""

_consent = table_of(Consent)
_student = table_of(Student)
_application = table_of(Application)
_applicant = table_of(Applicant)
_staff = table_of(Staff)
_binding = table_of(Binding)
_account = table_of(ParentAccount)

_ANSWERS: Select[Any] = (
    select(
        _consent,
        _student.c.class_name,
        _student.c.student_number,
        _student.c.name.label("student_name"),
        _staff.c.name.label("recorder"),
    )
    .join_from(_consent, _student, _consent.c.student_id == _student.c.id)
    .join(_staff, _consent.c.recorded_by == _staff.c.id, isouter=True)
    .order_by(_student.c.class_name, _student.c.student_number, _consent.c.answered_at, _consent.c.id)
)
_PEOPLE: Select[Any] = (
    select(
        _application.c.consent_id,
        _application.c.number,
        _application.c.state,
        _applicant.c.name,
        _applicant.c.relation,
    )
    .join_from(_applicant, _application, _applicant.c.application_id == _application.c.id)
    .order_by(_application.c.submitted_at, _application.c.number, _applicant.c.position)
)
_BOUND: Select[Any] = (
    select(
        _binding.c.parent_account_id,
        _binding.c.student_id,
        _binding.c.began_at,
        _application.c.number,
        _application.c.state,
        _account.c.name,
        _binding.c.relation,
    )
    .join_from(_binding, _application, _binding.c.application_id == _application.c.id)
    .join(_account, _binding.c.parent_account_id == _account.c.id)
    .order_by(_binding.c.began_at, _binding.c.id)
)


@dataclass(frozen=True)
class Evidence:
    """The zip, the number of rows of its ``consents.csv``, and the versions of texts without a file."""

    content: bytes = field(repr=False)
    rows: int
    missing: tuple[str, ...]


def evidence(connection: Connection, text_folder: Path) -> Evidence:
    """Gather the evidence; texts come from the school's folder and its ``earlier``."""
    people: dict[str, list[Row[Any]]] = {}
    for person in connection.execute(_PEOPLE):
        people.setdefault(person.consent_id, []).append(person)
    answers = connection.execute(_ANSWERS).all()
    if any(answer.answered_by == BY_ACCOUNT for answer in answers):
        bound = connection.execute(_BOUND).all()
        people |= {one.id: _withdrawing_parent(one, bound) for one in answers if one.answered_by == BY_ACCOUNT}
    rows = [row for answer in answers for row in _rows(answer, people.get(answer.id, ()))]
    versions = sorted({(row.text_name, row.text_version, row.text_sha256) for row in answers})
    known = _texts_by_hash(text_folder)
    entries, described, missing = {}, [], []
    for name, version, sha256 in versions:
        content, file = known.get(sha256), f"texts/{name}-{sha256[:16]}.txt"
        if content is None:
            missing.append(version)
        else:
            entries[file] = content
        described.append((name, version, sha256, file if content is not None else _("學校已沒有這一版的檔案")))
    text_header = (_("文字"), _("版本"), "SHA-256", _("檔案"))
    tables = {
        "consents.csv": spreadsheet_csv([_header(), *rows]),
        "texts.csv": spreadsheet_csv([text_header, *described]),
    }
    return Evidence(zip_of({**tables, **entries}), len(rows), tuple(dict.fromkeys(missing)))


def _withdrawing_parent(withdrawal: Row[Any], bound: Iterable[Row[Any]]) -> list[Row[Any]]:
    """Return the parent of the binding that ended with the withdrawal, or nothing."""
    own = (withdrawal.account, withdrawal.student_id)
    before = [one for one in bound if (one.parent_account_id, one.student_id) == own]
    return [one for one in before if one.began_at <= withdrawal.answered_at][-1:]


def _header() -> tuple[str, ...]:
    return (
        _("班級"),
        _("學號"),
        _("學生姓名"),
        _("家長姓名"),
        _("親屬關係"),
        _("申請編號"),
        _("申請狀態"),
        _("作答者"),
        _("文字"),
        _("版本"),
        "SHA-256",
        _("語言"),
        _("讀到最後"),
        _("選擇"),
        _("作答時間"),
        _("地點（終端機）"),
        _("登入帳號"),
        _("紙本登錄者"),
    )


def _rows(answer: Row[Any], people: Iterable[Row[Any]]) -> list[tuple[str, ...]]:
    """Return a row for each applicant with this answer; without an application one row with a blank name."""
    student = (answer.class_name, answer.student_number, answer.student_name)
    details = (
        _("學生本人") if answer.answered_by == "student" else _("家長"),
        answer.text_name,
        answer.text_version,
        answer.text_sha256,
        answer.language,
        _("是") if answer.read_to_end else _("否"),
        choice_label(answer.choice),
        datetime.fromtimestamp(answer.answered_at / 1000, TAIPEI).isoformat(timespec="milliseconds"),
        answer.terminal,
        answer.account,
        answer.recorder or "",
    )
    applied = [(one.name, one.relation, one.number, ApplicationState(one.state).label) for one in people]
    return [(*student, *one, *details) for one in applied or [("", "", "", "")]]


def _texts_by_hash(text_folder: Path) -> dict[str, bytes]:
    """Return the texts by the SHA-256 of their bytes, as consents keep it."""
    found: dict[str, bytes] = {}
    for folder in (SHIPPED_FOLDER, text_folder / EARLIER_FOLDER, text_folder):
        for file in sorted(folder.glob("*.txt")) if folder.is_dir() else ():
            try:
                content = file.read_bytes() if file.stat().st_size <= MAX_BYTES else b""
            except OSError:
                continue
            found[hashlib.sha256(content).hexdigest()] = content
    return found
