"""T32: no exception, log line or repr holds a personal value."""

from __future__ import annotations

import dataclasses
import importlib
import inspect
import pkgutil
import traceback
from collections.abc import Callable, Iterator
from datetime import date
from functools import partial
from types import ModuleType
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import insert, text
from sqlmodel import SQLModel, select

import db
import kiosk.domain
import kiosk.flows
import kiosk.rules
import kiosk.services
from db.errors import StoreConflict, StoreError
from db.models.applications import Applicant
from db.models.logins import Credential
from db.models.school import Guardian, Setting, Student
from db.store import UnitOfWork
from kiosk.config.settings import Settings
from kiosk.domain.school_calendar import today
from kiosk.rules.application_numbers import parse_number
from kiosk.rules.contact import parse_email, parse_mobile
from kiosk.rules.identity import parse_id
from kiosk.rules.names import parse_name
from kiosk.rules.roc_dates import parse_date
from kiosk.services.accounts.visible_children import Scope
from kiosk.services.school import School
from kiosk.terminal.crash_report import describe_crash
from tests.builders.filled_school import CHOSEN, entry_of, open_cheaply, signed_on_parent, submit, visitors_of
from tests.builders.school import TERMINAL

_NAME = "歐陽春嬌"
_SECRETS = (_NAME, "A123456789", "0912345678", "spring@example.org", "2010-05-06")
_PERSONAL = {
    "account", "address", "birth_date", "email", "email_again", "initial_code", "mobile", "name",
    "national_id", "national_id_again", "national_id_index", "password", "password_hash", "sealed", "student_number",
    "value",
}  # fmt: skip
_NOT_PERSONAL = {
    ("ApplicationCount", "value"),
    ("CardItem", "name"),  # of a function of the student card
    ("CitySystem", "name"),
    ("CitySystem", "address"),  # of a web site
    ("ClassStatus", "name"),
    ("QueueClass", "name"),
    ("DemoLogin", "account"),  # invented, and shown on the demo's screen
    ("DemoLogin", "password"),
    ("MaskedApplicant", "name"),  # masked before they come here
    ("MaskedApplicant", "national_id"),
    ("MaskedApplicant", "mobile"),
    ("MaskedApplicant", "email"),
    ("RosterImport", "name"),
    ("Setting", "name"),
    ("Setting", "value"),
    ("NumberCounter", "name"),
    ("NumberCounter", "value"),
    ("SignedForm", "name"),
    ("Text", "name"),
}
_ROSTER = ("kiosk.services.imports.roster_check", "kiosk.services.files.table_reader")


def _assert_silent(error: BaseException) -> None:
    said = [str(error), repr(error), *map(repr, error.args), describe_crash(error)]
    said += traceback.format_exception(error)
    for secret in _SECRETS:
        assert not any(secret in line for line in said), f"{type(error).__name__} tells a personal value"


def _write(school: School, change: Callable[[UnitOfWork], None]) -> None:
    with school.store.write() as unit:
        unit.audit("test", "test.change", "subject")
        change(unit)


def _student(unit: UnitOfWork, **changed: Any) -> dict[str, Any]:
    row_id = uuid4().hex
    return {
        "id": row_id,
        "student_number": _SECRETS[1],
        "name": _NAME,
        "class_name": "科一智",
        "active": True,
        "data_state": "unconfirmed",
        "lost_characters": False,
        "sealed": unit.keys.seal("student", row_id, {"birth_date": _SECRETS[4]}),
        "updated_at": unit.timestamp_ms,
        "version": 1,
    } | changed


def _twice(unit: UnitOfWork) -> None:
    for _ in range(2):
        unit.connection.execute(insert(Student), _student(unit))


def _not_null(unit: UnitOfWork) -> None:
    unit.connection.execute(insert(Student), _student(unit, class_name=None))


def _foreign_key(unit: UnitOfWork) -> None:
    unit.session.add(Guardian(id=uuid4().hex, student_id=_SECRETS[1], role="mother", name=_NAME, sealed=b"x"))
    unit.session.flush()


def _through_the_session(unit: UnitOfWork) -> None:
    for _ in range(2):
        row = _student(unit)
        unit.session.add(Student(**row))
    unit.session.flush()


def _lone_surrogate(unit: UnitOfWork) -> None:
    unit.connection.execute(insert(Student), _student(unit, name=_NAME + "\ud800"))


def _no_such_table(unit: UnitOfWork) -> None:
    unit.connection.execute(text("INSERT INTO nowhere VALUES (:value)"), {"value": _SECRETS[1]})


_REFUSED: dict[Callable[[UnitOfWork], None], type[StoreError]] = {
    **dict.fromkeys((_twice, _not_null, _foreign_key, _through_the_session), StoreConflict),
    **dict.fromkeys((_lone_surrogate, _no_such_table), StoreError),
}


def test_t32_what_the_database_refuses_is_an_error_without_values(either_settings: Settings) -> None:
    school = open_cheaply(either_settings)
    for change, refusal in _REFUSED.items():
        with pytest.raises(refusal) as caught:
            _write(school, change)
        _assert_silent(caught.value)
    with pytest.raises(StoreError) as caught, school.store.read() as session:
        session.connection().execute(text("SELECT :value FROM nowhere"), {"value": _SECRETS[1]})
    _assert_silent(caught.value)
    with school.store.read() as session:
        found = session.connection().execute(text("SELECT count(*) FROM student WHERE name = :name"), {"name": _NAME})
        assert found.scalar_one() == 0
    school.close()


_PARSERS = (parse_email, parse_mobile, parse_name, parse_date, parse_number, partial(parse_id, on=date(2026, 9, 1)))


def test_t32_a_refused_value_is_not_in_the_refusal() -> None:
    tried: list[tuple[Callable[[str], object], str]] = [
        (parse, f"{secret}\x07!@2010-13-45") for parse in _PARSERS for secret in _SECRETS
    ]
    tried += [(_PARSERS[-1], wrong) for wrong in ("A123456789 0912345678", "A123456788", "歐陽春嬌")]
    for parse, wrong in tried:
        with pytest.raises(ValueError) as caught:  # noqa: PT011  # each has a class of its own
            parse(wrong)
        _assert_silent(caught.value)
        assert wrong not in repr(caught.value)


def _modules(*packages: ModuleType) -> Iterator[ModuleType]:
    for package in packages:
        for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if ".migrations" not in found.name and found.name not in _ROSTER:
                yield importlib.import_module(found.name)


def _classes() -> list[type]:
    return [
        member
        for module in _modules(db, kiosk.domain, kiosk.rules, kiosk.services, kiosk.flows)
        for _, member in inspect.getmembers(module, inspect.isclass)
        if member.__module__ == module.__name__
    ]


def _fields_in_repr(found: type) -> dict[str, bool]:
    """Each field of a dataclass or column of a table, and whether its repr shows it."""
    if dataclasses.is_dataclass(found):
        return {one.name: one.repr for one in dataclasses.fields(found)}
    if issubclass(found, SQLModel) and hasattr(found, "__table__"):
        return {name: bool(one.repr) for name, one in found.model_fields.items()}
    return {}


def test_t32_every_personal_field_and_column_is_out_of_its_repr() -> None:
    shown = {
        (found.__name__, name): is_shown
        for found in _classes()
        for name, is_shown in _fields_in_repr(found).items()
        if name in _PERSONAL and (found.__name__, name) not in _NOT_PERSONAL
    }
    assert [place for place, is_shown in shown.items() if is_shown] == []
    assert len(shown) >= 27


def test_t32_rows_read_back_tell_nothing(school: School) -> None:
    visitor = visitors_of(school)[0]
    receipt = submit(school, visitor, 1)
    state = school.student_data.hub(visitor)
    with school.store.read() as session:
        rows: list[object] = [session.get(Student, visitor.student_id), session.get(Credential, visitor.credential_id)]
        rows += [session.exec(select(Applicant)).first(), session.exec(select(Guardian)).first()]
        said = " ".join(map(repr, [*rows, visitor, state, receipt, entry_of(1)]))
        assert session.get(Setting, "nothing") is None
    entry = entry_of(1)
    for secret in ("王小明", "林美玉", "120001", entry.name, entry.national_id, entry.mobile, entry.email, CHOSEN):
        assert secret not in said


def test_t32_what_a_parent_reads_signed_on_tells_nothing(school: School) -> None:
    entry = entry_of(1)
    holder = signed_on_parent(school, 1)
    (child,) = school.accounts.children(holder)
    carer = entry_of(2)
    row = school.carers.grant(
        holder,
        child.student_id,
        name="陳阿姨",
        national_id=carer.national_id,
        mobile=carer.mobile,
        email=carer.email,
        scope=list(Scope),
        last_day=today(school.clock),
    )
    school.own_data.request_deletion(holder, entry.national_id)
    recovery = school.account_recovery.begin(entry.name, entry.national_id, TERMINAL)
    seen = [holder, child, row, recovery, school.accounts.contact(holder), school.own_data.copy(holder)]
    said = " ".join(map(repr, [*seen, school.own_data.deletion(holder), school.own_data.consents(holder)]))
    for one in (entry, carer):
        for secret in ("王小明", "陳阿姨", one.name, one.national_id, one.mobile, one.email):
            assert secret not in said


def test_t32_what_a_service_refuses_is_not_in_the_refusal(school: School) -> None:
    holder = signed_on_parent(school, 1)
    (child,) = school.accounts.children(holder)
    wrong = dict.fromkeys(("name", "national_id", "mobile", "email"), f"{_SECRETS[1]} {_SECRETS[2]}\x07")
    refusals: list[Callable[[], object]] = [
        lambda: school.accounts.choose_account(holder, _SECRETS[1]),
        lambda: school.accounts.change_mobile(holder, f"{_SECRETS[2]}0"),
        lambda: school.accounts.send_email_code(holder, _SECRETS[3]),
        lambda: school.accounts.end_binding(holder, child.binding_id or "", _SECRETS[1] * 30),
        lambda: school.carers.grant(holder, child.student_id, **wrong, scope=list(Scope), last_day=today(school.clock)),
        lambda: school.sign_in.parent(_SECRETS[3], _SECRETS[1], TERMINAL),
        lambda: school.sign_in.student(_SECRETS[1], _SECRETS[1], TERMINAL),
        lambda: school.sign_in.student("P120001", "B123456780", TERMINAL),
    ]
    for refusal in refusals:
        with pytest.raises(Exception) as caught:  # noqa: B017, PT011  # any kind may leave, none may tell
            refusal()
        _assert_silent(caught.value)
        assert "P120001" not in repr(caught.value)
