from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlmodel import func, select

from db import schema
from db.key_file import read_keys, write_keys
from db.keyring import new_keys
from db.models.school import Student
from db.schema import upgrade  # the migrations themselves, not what the other tests take for them
from db.store import Store, UnitOfWork
from kiosk.config.settings import Settings
from kiosk.domain.errors import SchoolFault, SchoolRefused
from kiosk.services.administration import key_rotation
from kiosk.services.administration.key_checks import make_keys_known
from kiosk.services.administration.key_rotation import rotate
from kiosk.services.school import School, open_school
from kiosk.testing.clock import FakeClock
from tests.builders.school import STUDENT_NUMBER, CountingHasher, Opened, add_student


def _open(settings: Settings) -> School:
    return open_school(settings, FakeClock(), CountingHasher())


def _refusal(settings: Settings) -> SchoolRefused:
    with pytest.raises(SchoolRefused) as refused:
        _open(settings)
    assert "\n" not in refused.value.line
    return refused.value


@pytest.fixture
def closed(settings: Settings) -> Settings:
    """A school that was open once."""
    _open(settings).close()
    return settings


def test_first_opening_makes_home_key_and_database(settings: Settings) -> None:
    _open(settings).close()
    assert settings.home.stat().st_mode & 0o777 == 0o700
    assert settings.key_file.stat().st_mode & 0o777 == 0o400
    before = settings.key_file.read_bytes()
    _open(settings).close()
    assert settings.key_file.read_bytes() == before


@pytest.mark.both_databases
def test_no_key_is_made_where_data_exists(settings: Settings) -> None:
    _open(settings).close()
    settings.key_file.unlink()
    assert _refusal(settings).fault is SchoolFault.KEY
    assert not settings.key_file.exists()


def test_a_key_file_without_a_database_is_used(settings: Settings) -> None:
    settings.home.mkdir(mode=0o700)
    keys = new_keys()
    write_keys(settings.key_file, keys)
    school = _open(settings)
    assert school.store.keys == keys
    school.close()


def test_first_openings_at_once_agree_on_one_key(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schema, "upgrade", upgrade)
    with ThreadPoolExecutor(4) as pool:
        schools = [opening.result() for opening in [pool.submit(_open, settings) for _ in range(4)]]
    for school in schools:
        assert school.store.keys == read_keys(settings.key_file)
        school.close()


def _write(file: Path, content: bytes) -> None:
    file.chmod(0o600)
    file.write_bytes(content)
    file.chmod(0o400)


def _zero(file: Path) -> None:
    content = json.loads(file.read_bytes())
    content["root"] = "A" * 43 + "="
    _write(file, json.dumps(content).encode())


@pytest.mark.parametrize(
    "spoil",
    [
        lambda file: file.chmod(0o644),
        lambda file: _write(file, file.read_bytes()[:40]),
        lambda file: _write(file, b""),
        _zero,
        lambda file: write_keys(file, new_keys(), replace=True),
        lambda file: (file.unlink(), file.mkdir()),
    ],
    ids=["readable", "truncated", "empty", "zero", "wrong", "folder"],
)
def test_t31_a_key_file_that_cannot_be_trusted_is_refused_in_one_line(
    closed: Settings, spoil: Callable[[Path], object]
) -> None:
    spoil(closed.key_file)
    refusal = _refusal(closed)
    assert refusal.fault is SchoolFault.KEY
    assert closed.key_file.name in refusal.line


def test_each_key_fault_has_its_own_message(closed: Settings) -> None:
    closed.key_file.chmod(0o644)
    readable = _refusal(closed).line
    write_keys(closed.key_file, new_keys(), replace=True)
    wrong = _refusal(closed).line
    closed.key_file.unlink()
    assert len({readable, wrong, _refusal(closed).line}) == 3


def test_a_file_that_is_no_database_is_refused(closed: Settings) -> None:
    for file in closed.home.glob("kiosk.db*"):
        file.write_bytes(b"not a database at all" * 500)
    assert _refusal(closed).fault is SchoolFault.DATABASE


def test_a_database_server_that_is_gone_is_refused_without_its_address(settings: Settings) -> None:
    url = "postgresql://kiosk:secret-word@127.0.0.1:1/kiosk"
    refusal = _refusal(replace(settings, database_url=url))
    assert refusal.fault is SchoolFault.DATABASE
    assert "secret-word" not in refusal.line


def test_a_database_of_a_later_version_is_refused(closed: Settings) -> None:
    school = _open(closed)
    with school.store.writer.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    school.close()
    assert _refusal(closed).fault is SchoolFault.DATABASE


def _outdated(store: Store) -> int:
    with store.read() as session:
        return sum(not store.keys.is_current(sealed) for sealed in session.exec(select(Student.sealed)))


def _open_all(store: Store) -> int:
    with store.read() as session:
        return len([store.keys.open("student", row.id, row.sealed) for row in session.exec(select(Student))])


def test_a_rotation_reseals_every_row_and_retires_the_old_key_file(settings: Settings, opened: Opened) -> None:
    store = opened.school.store
    old = store.keys
    assert rotate(store, settings.key_file) == 1
    assert store.keys.active != old.active
    assert read_keys(settings.key_file) == store.keys
    assert _outdated(store) == 0
    assert _open_all(store) == 1
    _open(settings).close()
    write_keys(settings.key_file, old, replace=True)
    assert _refusal(settings).fault is SchoolFault.KEY


def test_t31_an_interrupted_rotation_is_resumed(
    settings: Settings, opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = opened.school.store
    for number in range(11):
        add_student(opened.school, f"12{number:04}")
    monkeypatch.setattr(key_rotation, "_BATCH", 2)
    original = UnitOfWork.audit
    rounds = 0

    def killed(unit: UnitOfWork, actor: str, action: str, subject: str, detail: object = None) -> None:
        nonlocal rounds
        rounds += action == "keys.resealed"
        if rounds == 3:
            raise KeyboardInterrupt
        original(unit, actor, action, subject)

    with monkeypatch.context() as patched:
        patched.setattr(UnitOfWork, "audit", killed)
        with pytest.raises(KeyboardInterrupt):
            rotate(store, settings.key_file)
    assert _outdated(store) == 8
    again = _open(settings)
    keys = again.store.keys
    assert rotate(again.store, settings.key_file) == 8
    assert again.store.keys == keys
    assert _outdated(again.store) == 0
    assert _open_all(again.store) == 12
    again.close()


def test_keys_are_made_known_once(settings: Settings, opened: Opened) -> None:
    def audit_rows() -> int:
        with opened.school.store.read() as session:
            return session.connection().execute(select(func.count()).select_from(text("audit_entry"))).scalar_one()

    before = audit_rows()
    make_keys_known(opened.school.store)
    _open(settings).close()
    assert audit_rows() == before
    assert STUDENT_NUMBER not in repr(opened.school.store.keys)
