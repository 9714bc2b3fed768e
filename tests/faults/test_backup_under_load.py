"""T34: a backup taken while kiosks write is whole, and a restored one opens with the key."""

from __future__ import annotations

import os
import shutil
import sqlite3
import time
from collections.abc import Callable
from contextlib import ExitStack
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from kiosk.config.settings import Settings
from kiosk.services.administration.backup import BackupFault, BackupRefused, back_up, restore
from kiosk.services.imports.roster_import import import_roster
from tests.builders.filled_school import checked_roster, open_cheaply, settings_of, submit, visitors_of
from tests.faults.test_kill import audit_is_whole, kept
from tests.faults.worker import child, submit_for_ever

_STUDENTS = 1500
_MAX_SECONDS = 20.0
_FILLING = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 40) "


def _waiting(pipes: list[Connection]) -> set[str]:
    """What has been acknowledged since this was asked last; waits for one of each writer."""
    found = {pipe.recv() for pipe in pipes}
    for pipe in pipes:
        while pipe.poll():
            found.add(pipe.recv())
    return found


def _restored(settings: Settings, backup: Path, home: Path) -> Settings:
    home.mkdir(mode=0o700)
    shutil.copy2(settings.key_file, home / settings.key_file.name)
    restored = settings_of(home)
    restore(backup, restored.database_file)
    return restored


@pytest.mark.parametrize("times", [2, pytest.param(20, marks=pytest.mark.long)])
def test_t34_backups_under_load_are_whole(
    settings: Settings, tmp_path: Path, times: int, report: Callable[[str], None]
) -> None:
    school = open_cheaply(settings)
    import_roster(school.store, checked_roster(school, _STUDENTS), "1" * 64, "test", lambda _done, _all: None)
    school.close()
    backups: list[tuple[Path, set[str]]] = []
    acknowledged: set[str] = set()
    longest = 0.0
    with ExitStack() as stack:
        pipes = [stack.enter_context(child(submit_for_ever, settings, place * 1_000_000))[1] for place in (1, 2)]
        for number in range(times):
            acknowledged |= _waiting(pipes)
            target, before = tmp_path / f"{number}.backup", set(acknowledged)
            began = time.monotonic()
            back_up(settings.database_file, target)
            longest = max(longest, time.monotonic() - began)
            backups.append((target, before))
        assert _waiting(pipes), "the writers went on writing"
    for number, (backup, before) in enumerate(backups):
        assert settings.key_file.read_bytes()[20:60] not in backup.read_bytes()
        restored = _restored(settings, backup, tmp_path / f"restored{number}")
        found = kept(restored)
        assert before <= found
        school = open_cheaply(restored)
        assert audit_is_whole(school)
        visitors, request_id = visitors_of(school), max(before)
        serial = int(request_id, 16)
        assert submit(school, visitors[serial % len(visitors)], serial, request_id).number
        assert kept(restored) == found, "it is the same application, opened with the key"
        school.close()
    if times == 20:
        assert longest < _MAX_SECONDS
    report(f"T34: {times} backups under load whole and restored; {len(found)} applications, {longest:.2f} s at most")


def _back_up(pipe: Connection, database: Path, target: Path) -> None:
    back_up(database, target)
    pipe.send(None)


def test_t34_a_backup_of_a_large_database_under_load_comes_to_its_end(settings: Settings, tmp_path: Path) -> None:
    """In steps it would begin anew after every write of another process, and never end."""
    with sqlite3.connect(settings.database_file) as connection:
        connection.execute("CREATE TABLE filling AS " + _FILLING + "SELECT randomblob(1000000) FROM n")
    connection.close()
    with (
        child(submit_for_ever, settings, 1) as (_writer, acknowledgements),
        child(_back_up, settings.database_file, tmp_path / "kiosk.backup") as (_pid, pipe),
    ):
        deadline = time.monotonic() + 10 * _MAX_SECONDS
        while not pipe.poll():
            assert acknowledgements.recv(), "read all the time: a writer whose pipe is full would stop"
            assert time.monotonic() < deadline


def test_t34_a_copy_of_the_file_alone_misses_acknowledged_rows(settings: Settings, tmp_path: Path) -> None:
    """The negative control: the check must see what ``cp`` leaves out."""
    with child(submit_for_ever, settings, 1) as (_pid, pipe):
        acknowledged = {pipe.recv() for _ in range(3)}
        shutil.copy2(settings.database_file, tmp_path / "copy.backup")
    restored = _restored(settings, tmp_path / "copy.backup", tmp_path / "restored")
    assert not acknowledged <= kept(restored)


def test_t19_a_backup_without_room_leaves_nothing_behind(settings: Settings, tmp_path: Path) -> None:
    folder = tmp_path / "full"
    folder.mkdir()
    with child(_back_up_without_room, settings.database_file, folder / "kiosk.backup") as (_pid, pipe):
        assert pipe.recv() is BackupFault.UNWRITABLE
    assert os.listdir(folder) == []


def _back_up_without_room(pipe: Connection, database: Path, target: Path) -> None:
    import resource

    resource.setrlimit(resource.RLIMIT_FSIZE, (40_000, resource.RLIM_INFINITY))
    try:
        back_up(database, target)
    except BackupRefused as refused:
        pipe.send(refused.fault)
