"""T25: PostgreSQL stops at once while parents send and staff decide; nothing acknowledged is lost, and all go on."""

from __future__ import annotations

import itertools
import random
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path
from unittest import mock

import pytest
from sqlmodel import SQLModel, col, func, select

import db.store
from db.errors import StoreBusy, StoreUnavailable
from db.models.accounts import Binding
from db.models.applications import Applicant, Application, HistoryEntry
from db.models.documents import SignedForm
from db.models.messages import OutboxMessage
from kiosk.config.settings import Settings
from kiosk.domain.errors import ChangedMeanwhile
from kiosk.services.applications.flag_check import compare
from kiosk.services.auth.staff_session import Role, StaffMember
from kiosk.services.office import open_office
from kiosk.services.review.decisions import Review
from kiosk.services.school import School
from tests.builders.databases import OwnPostgresql
from tests.builders.filled_school import add_staff, fill_school, open_cheaply, settings_of, submit, visitors_of
from tests.faults.test_kill import audit_is_whole
from tests.faults.worker import child

_BACK_SECONDS = 5.0
_FAMILIES = 30
_APPROVALS_A_STOP = 25
_SIGNED = 2
"""The version of an application whose form came back."""


@dataclass(frozen=True)
class Acknowledged:
    """One thing that was said to be done.

    Attributes:
        what: the request that was sent, or the application that was approved.
        at: when, by the machine's clock that all processes share.
        refusals: how often the database was out of reach before.
    """

    what: str
    at: float
    refusals: int


@pytest.fixture(scope="module")
def server() -> Iterator[OwnPostgresql]:
    """A server that is set to acknowledge a commit ten seconds before it is on the disk, if it is let."""
    own = OwnPostgresql()
    own.set("synchronous_commit", "off")
    own.set("wal_writer_delay", "10s")
    yield own
    own.delete()


def _until_it_works(what: str, act: Callable[[], object]) -> Acknowledged:
    """Try again as a person does who is told that the database is out of reach, and nothing else."""
    for refusals in itertools.count():
        try:
            act()
        except (StoreUnavailable, StoreBusy):
            time.sleep(0.02)
        else:
            return Acknowledged(what, time.monotonic(), refusals)
    raise AssertionError


def _submit_on(pipe: Connection, settings: Settings, options: str = db.store._POSTGRESQL_OPTIONS) -> None:
    """Send application after application, each until it is acknowledged."""
    mock.patch.object(db.store, "_POSTGRESQL_OPTIONS", options).start()
    school = open_cheaply(settings)
    visitors = visitors_of(school)[-_FAMILIES:]
    for serial in itertools.count():
        request_id = f"{serial:032x}"
        send = partial(submit, school, visitors[serial % len(visitors)], serial, request_id)
        pipe.send(_until_it_works(request_id, send))


def _approve_on(pipe: Connection, settings: Settings, member: StaffMember, applications: Sequence[str]) -> None:
    """Approve one after the other, each until it is acknowledged."""
    review = open_office(open_cheaply(settings)).review
    for application_id in applications:
        pipe.send(_until_it_works(application_id, partial(_approve, review, member, application_id)))


def _approve(review: Review, member: StaffMember, application_id: str) -> None:
    """An approval whose answer was lost after the commit is found to be decided, by the member."""
    try:
        review.approve(member, application_id, _SIGNED)
    except ChangedMeanwhile as meanwhile:
        if (meanwhile.by, meanwhile.what) != (member.name, "approved"):
            raise


def _fill(settings: Settings, approvals: int) -> tuple[StaffMember, list[str]]:
    """A school with applications that can be approved, and families who have not applied yet."""
    school = open_cheaply(settings)
    fill_school(school, approvals + _FAMILIES)
    registrar, office = add_staff(school, "registrar", Role.REGISTRAR), open_office(school)
    applications = []
    for place, visitor in enumerate(visitors_of(school)[:approvals]):
        applications.append(submit(school, visitor, 5_000_000 + place).application_id)
        office.review.form_received(registrar, applications[-1], 1)
    school.close()
    return registrar, applications


def _stop_often(
    server: OwnPostgresql, pipes: Sequence[Connection], stops: int
) -> tuple[list[list[Acknowledged]], list[float]]:
    """Stop and start the server under those who work.

    Returns:
        All that they acknowledged, and for each time the seconds from a server that takes connections again until the
        last of them went on.
    """
    chance, heard, seconds = random.Random(stops), [list[Acknowledged]() for _pipe in pipes], list[float]()
    for _stop in range(stops):
        for pipe, acknowledged in zip(pipes, heard, strict=True):
            acknowledged += [pipe.recv() for _ in range(chance.randint(2, 5))]
        server.stop_at_once()
        began = time.monotonic()
        server.start()
        ready = time.monotonic()
        for pipe, acknowledged in zip(pipes, heard, strict=True):
            acknowledged.append(pipe.recv())
            while acknowledged[-1].at < began:
                acknowledged.append(pipe.recv())
        seconds.append(max(acknowledged[-1].at for acknowledged in heard) - ready)
    return heard, seconds


def _rows(school: School, model: type[SQLModel], *conditions: object) -> int:
    with school.store.read() as session:
        return session.exec(select(func.count()).select_from(model).where(*conditions)).one()  # type: ignore[arg-type]


def _kept(school: School) -> set[str]:
    """The requests whose applications are whole in the database."""
    whole = (
        select(Application.request_id)
        .join(Applicant, col(Applicant.application_id) == Application.id)
        .join(SignedForm, col(SignedForm.application_id) == Application.id)
    )
    with school.store.read() as session:
        found = list(session.exec(whole))
    assert len(found) == len(set(found)) == _rows(school, Application)
    return set(found)


def _approved(school: School) -> set[str]:
    """The applications that are approved, with all that follows, once each."""
    with school.store.read() as session:
        found = set(session.exec(select(Application.id).where(Application.state == "approved")))
        decisions = session.exec(select(HistoryEntry.application_id).where(HistoryEntry.action == "approved")).all()
        bound = session.exec(select(Binding.application_id)).all()
        told = session.exec(select(OutboxMessage.application_id)).all()
    for follows in (decisions, bound, told):
        assert sorted(map(str, follows)) == sorted(found)
    return found


@pytest.mark.parametrize("stops", [1, pytest.param(20, marks=pytest.mark.long)])
def test_t25_postgresql_stopped_at_once_loses_nothing(
    server: OwnPostgresql, tmp_path: Path, stops: int, report: Callable[[str], None]
) -> None:
    settings = settings_of(tmp_path / "home", server.new_database())
    registrar, applications = _fill(settings, stops * _APPROVALS_A_STOP)
    with (
        child(_submit_on, settings) as (_one, kiosk),
        child(_approve_on, settings, registrar, applications) as (_two, office),
    ):
        (submitted, approved), seconds = _stop_often(server, [kiosk, office], stops)
    school = open_cheaply(settings)
    assert {one.what for one in submitted} <= _kept(school)
    assert {one.what for one in approved} <= _approved(school)
    assert (compare(school.store).outdated, compare(school.store).wrong_counts) == ((), 0)
    assert audit_is_whole(school)
    school.close()
    if stops == 20:
        assert max(seconds) < _BACK_SECONDS
    refused = [sum(one.refusals > 0 for one in acknowledged) for acknowledged in (submitted, approved)]
    assert min(refused) > 0, "the stops were met"
    report(
        f"T25: PostgreSQL stopped at once {stops} times: {len(submitted)} submissions and {len(approved)} approvals"
        f" acknowledged, 0 lost; {refused[0]} and {refused[1]} refused first;"
        f" back {max(seconds):.2f} s after the server at most"
    )


def test_t25_without_waiting_for_the_disk_acknowledged_rows_are_lost(server: OwnPostgresql, tmp_path: Path) -> None:
    """The negative control: the same server, and a kiosk that takes the server's word for what is committed."""
    settings = settings_of(tmp_path / "home", server.new_database())
    _fill(settings, 0)
    with child(_submit_on, settings, "-c lock_timeout=5000") as (_pid, pipe):
        acknowledged = [pipe.recv().what for _ in range(20)]
        server.stop_at_once()
    server.start()
    school = open_cheaply(settings)
    assert set(acknowledged) - _kept(school)
    school.close()
