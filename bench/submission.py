"""Bar 8: a submission through the service against the very same statements on raw sqlite3."""

from __future__ import annotations

import sqlite3
import statistics
import tempfile
import time
from pathlib import Path
from uuid import uuid4

from argon2 import PasswordHasher

from bench.report import Bar
from kiosk.clock import SystemClock
from kiosk.services.application_form import ApplicantEntry, Basis, Mode
from kiosk.services.demo_school import demo_logins, fill_demo_school, invented_id
from kiosk.services.school import open_school
from kiosk.services.texts import load_consent
from kiosk.settings import load_settings

_ROUNDS = 60
_TABLES = ("application", "applicant", "signed_form")


def bars() -> list[Bar]:
    """Median of a submission over median of the raw transaction, rounds interleaved."""
    with tempfile.TemporaryDirectory() as folder:
        settings = load_settings(Path(folder) / "home", environment={})
        school = open_school(settings, SystemClock(), PasswordHasher(1, 1024, 1))
        fill_demo_school(school)
        login = demo_logins()[1]
        visitor = school.sign_in.student(login.account, login.password, "bench").visitor
        text = load_consent(None)
        school.consents.record(visitor, text, "agree", language="zh_TW", read_to_end=True)
        raw = sqlite3.connect(settings.database_file, isolation_level=None)
        raw.execute("PRAGMA synchronous=FULL")
        ours, theirs = [], []
        for number in range(_ROUNDS):
            national_id = invented_id("K", 2, 9500000 + number)
            entry = ApplicantEntry("林小花", "媽媽", national_id, national_id, "0910100200", no_email=True)
            began = time.perf_counter()
            school.applications.submit(visitor, uuid4().hex, Mode.ONE_PARENT, Basis.PARENTS, [entry])
            ours.append(time.perf_counter() - began)
            theirs.append(_raw(raw, number))
        raw.close()
        school.close()
    ratio = statistics.median(a / b for a, b in zip(ours, theirs, strict=True))
    detail = f"{statistics.median(ours) * 1000:.2f} ms / {statistics.median(theirs) * 1000:.2f} ms"
    return [Bar("a submission / the raw transaction", ratio, 6.0, detail)]


def _raw(connection: sqlite3.Connection, number: int) -> float:
    """Three inserts, copies of the newest rows under new keys, in one durable transaction."""
    rows = []
    for table in _TABLES:
        cursor = connection.execute(f"SELECT * FROM {table} ORDER BY rowid DESC LIMIT 1")
        names = [column[0] for column in cursor.description]
        row = dict(zip(names, cursor.fetchone(), strict=True))
        row["id"] = uuid4().hex
        for unique in ("number", "receipt_token", "request_id"):
            if unique in row:
                row[unique] = f"raw{number}{uuid4().hex[:12]}"
        if table == "applicant":
            row["live"] = False
        if table == "application":
            row["state"] = "withdrawn"
        marks = ",".join("?" * len(row))
        rows.append((f"INSERT INTO {table} ({','.join(row)}) VALUES ({marks})", tuple(row.values())))
    began = time.perf_counter()
    connection.execute("BEGIN IMMEDIATE")
    for statement, values in rows:
        connection.execute(statement, values)
    connection.execute("COMMIT")
    return time.perf_counter() - began
