"""T26 in full: processes with rollbacks do not fork the chain, and whatever is done to a row is named there.

T27 and the short forms stand in ``tests/unit/db/test_audit.py``.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from multiprocessing.connection import Connection

import pytest
from sqlalchemy import Connection as Database
from sqlalchemy import text

from db import audit
from db.keyring import new_keys
from kiosk.config.settings import Settings
from kiosk.domain.errors import ChangedMeanwhile
from kiosk.services.auth.staff_session import Role, StaffMember
from kiosk.services.office import open_office
from kiosk.services.school import School
from tests.builders.filled_school import add_staff, open_cheaply, submit, visitors_of
from tests.faults.conftest import name_of
from tests.faults.worker import child

_FAMILIES = _REVIEWERS = 2
_NO_VERSION = 0


class _Undo(Exception):
    pass


def _write_with_rollbacks(pipe: Connection, settings: Settings, writer: int, units: int) -> None:
    """Real submissions, every fifth unit of work undone; sends how many audit rows are to be kept."""
    school = open_cheaply(settings)
    visitors, rows = visitors_of(school), 0
    pipe.recv()
    for number in range(units):
        serial = 1 + writer * 10_000 + number
        if number % 5 == 0:
            try:
                with school.store.write() as unit:
                    unit.audit(f"writer{writer}", "test.undone", str(number))
                    raise _Undo
            except _Undo:
                continue
        submit(school, visitors[serial % len(visitors)], serial)
        rows += 1
    pipe.send(rows)


def _review_with_rollbacks(
    pipe: Connection, settings: Settings, member: StaffMember, application_id: str, units: int
) -> None:
    """Notes of somebody of the staff, every fifth act one that comes too late and is undone; sends as above."""
    review, rows = open_office(open_cheaply(settings)).review, 0
    pipe.recv()
    for number in range(units):
        if number % 5 == 0:
            with contextlib.suppress(ChangedMeanwhile):
                review.approve(member, application_id, _NO_VERSION)
            continue
        review.note(member, application_id, f"{number}")
        rows += 1
    pipe.send(rows)


def _rows(school: School) -> int:
    with school.store.read() as session:
        found = audit.verify(session.connection(), school.store.keys)
    assert found.broken_at is None
    return found.rows


@pytest.mark.parametrize("units", [10, pytest.param(300, marks=pytest.mark.long)])
def test_t26_four_processes_with_rollbacks_do_not_fork(
    either_settings: Settings, units: int, report: Callable[[str], None]
) -> None:
    """Two of the writers are families, two review; every fifth unit of each is undone."""
    settings = either_settings
    school = open_cheaply(settings)
    member = add_staff(school, "registrar", Role.REGISTRAR)
    application_id = submit(school, visitors_of(school)[0], 9_000_000).application_id
    before = _rows(school)
    with ExitStack() as stack:
        pipes = [
            stack.enter_context(child(_write_with_rollbacks, settings, writer, units))[1] for writer in range(_FAMILIES)
        ]
        pipes += [
            stack.enter_context(child(_review_with_rollbacks, settings, member, application_id, units))[1]
            for _reviewer in range(_REVIEWERS)
        ]
        for pipe in pipes:
            pipe.send("go")
        kept: int = sum(pipe.recv() for pipe in pipes)
    assert kept == (_FAMILIES + _REVIEWERS) * units * 4 // 5
    assert _rows(school) == before + kept
    school.close()
    writers = f"{_FAMILIES} families and {_REVIEWERS} reviewers"
    report(f"T26: {name_of(settings)}: {writers} with rollbacks: {kept} rows kept, 0 forks")


def _first_bad(school: School, tamper: Callable[[Database], None], anchor: str | None = None) -> int | None:
    """Where the verification stops after a tampering, which is undone again."""
    with school.store.writer.connect() as connection:
        connection.execute(text("SELECT 1"))
        tamper(connection)
        found = audit.verify(connection, school.store.keys, anchor)
        connection.rollback()
    return found.broken_at


def _delete(connection: Database, seq: int) -> None:
    connection.execute(text("DELETE FROM audit_entry WHERE seq = :seq"), {"seq": seq})


def _flip(column: str) -> Callable[[Database, int], None]:
    def change(connection: Database, seq: int) -> None:
        row = {"seq": seq}
        found = bytes(connection.execute(text(f"SELECT {column} FROM audit_entry WHERE seq = :seq"), row).scalar_one())
        flipped = found[:-1] + bytes([found[-1] ^ 1])
        connection.execute(text(f"UPDATE audit_entry SET {column} = :new WHERE seq = :seq"), row | {"new": flipped})

    return change


def _swap(connection: Database, seq: int) -> None:
    for old, new in ((seq, -1), (seq + 1, seq), (-1, seq + 1)):
        connection.execute(text("UPDATE audit_entry SET seq = :new WHERE seq = :old"), {"old": old, "new": new})


def _change(name: str) -> Callable[[Database, int], None]:
    def change(connection: Database, seq: int) -> None:
        connection.execute(text(f"UPDATE audit_entry SET {name} = 'x' WHERE seq = :seq"), {"seq": seq})

    return change


_TAMPERINGS: dict[str, Callable[..., None]] = {
    "delete": _delete,
    "swap": _swap,
    **{f"flip {name}": _flip(name) for name in ("detail_hash", "prev", "mac")},
    **{name: _change(name) for name in ("terminal", "actor", "action", "subject")},
}


def _rewrite_from_the_ninth(connection: Database) -> None:
    """As one who has the database alone: rewrite a row and every one behind it, with a key of their own."""
    rows = list(connection.execute(text("SELECT * FROM audit_entry WHERE seq >= 9 ORDER BY seq")).mappings())
    head = connection.execute(text("SELECT seq, mac FROM audit_entry WHERE seq = 8")).one()
    connection.execute(text("DELETE FROM audit_entry WHERE seq >= 9"))
    end, forger = (head.seq, bytes(head.mac)), new_keys()
    for row in rows:
        values = {name: row[name] for name in ("at", "terminal", "actor", "action", "subject")}
        end = audit.append(connection, forger, end, **values, detail={})


def test_t26_a_tampering_is_named_at_its_row(either_settings: Settings) -> None:
    school = open_cheaply(either_settings)
    assert _rows(school) > 30
    for name, tamper in _TAMPERINGS.items():
        found = [_first_bad(school, partial(tamper, seq=seq)) for seq in range(1, 30)]
        assert found == list(range(1, 30)), name
    assert _first_bad(school, _rewrite_from_the_ninth) == 9
    with school.store.read() as session:
        anchor = audit.verify(session.connection(), school.store.keys).anchor
    last = _rows(school)
    for seq in range(last - 3, last):

        def cut(connection: Database, seq: int = seq) -> None:
            connection.execute(text("DELETE FROM audit_entry WHERE seq > :seq"), {"seq": seq})
            mac = connection.execute(text("SELECT mac FROM audit_entry WHERE seq = :seq"), {"seq": seq}).scalar_one()
            connection.execute(text("UPDATE audit_head SET seq = :seq, mac = :mac"), {"seq": seq, "mac": mac})

        assert _first_bad(school, cut) is None, "inside the database nothing shows"
        assert _first_bad(school, cut, anchor) == seq + 1
    school.close()
