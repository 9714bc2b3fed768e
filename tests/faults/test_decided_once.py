"""T24: several processes at the same rows; each row has one winner, and who comes second learns who was first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Barrier
from typing import Any

import pytest
from sqlmodel import SQLModel, col, func, select

from db.models.accounts import Binding, ParentAccount
from db.models.applications import Applicant, Application, HistoryEntry
from db.models.documents import SignedForm
from db.models.messages import OutboxMessage
from db.models.school import Staff
from kiosk.config.settings import Settings
from kiosk.domain.errors import AlreadyApplied, ChangedMeanwhile
from kiosk.services.applications.flag_check import compare
from kiosk.services.auth.staff_session import Role, StaffMember
from kiosk.services.office import StaffServices, open_office
from kiosk.services.school import School
from tests.builders.filled_school import add_staff, fill_school, open_cheaply, submit, visitors_of
from tests.faults.test_kill import audit_is_whole
from tests.faults.worker import PROCESSES, child

_CLASS = "科一智"
_KIOSKS = 2
_SIGNED = 2
"""The version of an application whose form came back."""
_WAIT_SECONDS = 60


@dataclass(frozen=True)
class Answer:
    """What a reviewer was answered: done (as an act of the history, by nobody else), or who was first and when."""

    act: str = ""
    by: str = ""
    at: int = 0
    what: str = ""


def _approve(office: StaffServices, member: StaffMember, application_id: str) -> str:
    office.review.approve(member, application_id, _SIGNED)
    return "approved"


def _return(office: StaffServices, member: StaffMember, application_id: str) -> str:
    office.review.return_fields(member, application_id, _SIGNED, {(1, "mobile"): f"{member.name}打不通"})
    return "returned"


def _reject(office: StaffServices, member: StaffMember, application_id: str) -> str:
    office.review.reject(member, application_id, _SIGNED, f"{member.name}不通過")
    return "rejected"


_ACTS = (_approve, _return, _reject)
_DECISIONS = ("approved", "returned", "rejected")
"""As the history and the state alike say them."""


def _review(
    pipe: Connection, settings: Settings, start: Barrier, member: StaffMember, place: int, rows: Sequence[str]
) -> None:
    """Decide row after row, each at the moment at which the colleagues decide it, in one of three ways."""
    office, answers = open_office(open_cheaply(settings)), []
    for number, application_id in enumerate(rows):
        start.wait(_WAIT_SECONDS)
        try:
            answers.append(Answer(act=_ACTS[(place + number) % len(_ACTS)](office, member, application_id)))
        except ChangedMeanwhile as meanwhile:
            answers.append(Answer("", meanwhile.by, meanwhile.at, meanwhile.what))
    pipe.send(answers)


def _apply(pipe: Connection, settings: Settings, start: Barrier, rounds: int) -> None:
    """Send the application of child after child, each at the moment at which another kiosk sends the same."""
    school, answers = open_cheaply(settings), []
    visitors = visitors_of(school)
    for number in range(rounds):
        start.wait(_WAIT_SECONDS)
        try:
            answers.append(submit(school, visitors[number], number).number)
        except AlreadyApplied:
            answers.append("")
    pipe.send(answers)


def _at_once(work: Callable[..., None], arguments: Sequence[tuple[Any, ...]], settings: Settings) -> list[list[Any]]:
    """Run the work in as many processes as there are arguments; what each answered."""
    start = PROCESSES.Barrier(len(arguments))
    with ExitStack() as stack:
        pipes = [stack.enter_context(child(work, settings, start, *given))[1] for given in arguments]
        return [pipe.recv() for pipe in pipes]


def _fill(settings: Settings, students: int) -> School:
    school = open_cheaply(settings)
    fill_school(school, students)
    return school


def _count(school: School, model: type[SQLModel], *conditions: Any) -> int:
    with school.store.read() as session:
        return session.exec(select(func.count()).select_from(model).where(*conditions)).one()


def _reviewers(school: School, reviewers: int) -> list[StaffMember]:
    """Teachers of the class, and the registrar, each with a name of their own."""
    roles = [Role.REGISTRAR] + [Role.HOMEROOM_TEACHER] * (reviewers - 1)
    return [
        add_staff(school, f"staff{place}", role, () if place == 0 else (_CLASS,), place + 1, f"老師{'甲乙丙丁'[place]}")
        for place, role in enumerate(roles)
    ]


def _decide_at_once(settings: Settings, reviewers: int, rows: int) -> Counter[str]:
    """All reviewers decide all rows; how many rows each of them won."""
    school = _fill(settings, rows)
    members = _reviewers(school, reviewers)
    office = open_office(school)
    applications = []
    for serial, visitor in enumerate(visitors_of(school)):
        applications.append(submit(school, visitor, serial).application_id)
        office.review.form_received(members[0], applications[-1], 1)
    answers = _at_once(_review, [(member, place, applications) for place, member in enumerate(members)], settings)
    won: Counter[str] = Counter()
    for number, application_id in enumerate(applications):
        of_row = {member.name: given[number] for member, given in zip(members, answers, strict=True)}
        (winner,) = [name for name, answer in of_row.items() if answer.act]
        won[winner] += 1
        _assert_decided_once(school, application_id, winner, of_row)
    assert _count(school, OutboxMessage) == _count(school, Application) == rows
    approved = _count(school, Application, col(Application.state) == "approved")
    assert _count(school, Binding) == _count(school, ParentAccount) == approved
    assert compare(school.store).outdated == ()
    assert audit_is_whole(school)
    school.close()
    return won


def _assert_decided_once(school: School, application_id: str, winner: str, of_row: dict[str, Answer]) -> None:
    """The row is as the winner left it, and every other reviewer was told of the winner."""
    done = of_row[winner].act
    with school.store.read() as session:
        row = session.get_one(Application, application_id)
        decisions = session.exec(
            select(HistoryEntry, Staff.name)
            .join(Staff, col(Staff.id) == HistoryEntry.staff_id)
            .where(HistoryEntry.application_id == application_id, col(HistoryEntry.action).in_(_DECISIONS))
        ).all()
        state, version, decided_at = row.state, row.version, row.decided_at
    assert (state, version) == (done, _SIGNED + 1)
    ((entry, by),) = decisions
    assert (by, entry.action, decided_at) == (winner, done, entry.at)
    for name, answer in of_row.items():
        assert name == winner or answer == Answer("", winner, entry.at, done)


def test_t24_four_reviewers_decide_the_same_rows(empty_settings: Settings) -> None:
    _decide_at_once(empty_settings, 4, 12)


@pytest.mark.long
def test_t24_four_reviewers_decide_a_hundred_rows(empty_settings: Settings, report: Callable[[str], None]) -> None:
    won = _decide_at_once(empty_settings, 4, 100)
    assert min(won.values()) > 0, "everybody was first now and then, or they never met"
    shown = ", ".join(str(rows) for rows in sorted(won.values()))
    report(f"T24: {_name(empty_settings)}: 4 reviewers x 100 rows: won {shown}; 300 told who and when, 0 duplicates")


def _submit_at_once(settings: Settings, rounds: int) -> list[int]:
    """Two kiosks send the same parent's application for each child; how many each of them sent first."""
    _fill(settings, rounds).close()
    first, second = _at_once(_apply, [(rounds,)] * _KIOSKS, settings)
    assert all(bool(one) != bool(other) for one, other in zip(first, second, strict=True))
    numbers = [one or other for one, other in zip(first, second, strict=True)]
    assert len(set(numbers)) == rounds
    school = open_cheaply(settings)
    for model in (Application, Applicant, SignedForm):
        assert _count(school, model) == rounds
    assert compare(school.store).outdated == ()
    assert audit_is_whole(school)
    school.close()
    return [sum(map(bool, kiosk)) for kiosk in (first, second)]


def test_t24_two_kiosks_send_the_same_parents(empty_settings: Settings) -> None:
    _submit_at_once(empty_settings, 20)


@pytest.mark.long
def test_t24_two_kiosks_send_two_hundred(empty_settings: Settings, report: Callable[[str], None]) -> None:
    won = _submit_at_once(empty_settings, 200)
    assert min(won) > 0
    report(f"T24: {_name(empty_settings)}: 2 kiosks x 200 of the same parent: won {won[0]} and {won[1]}, 0 duplicates")


def _name(settings: Settings) -> str:
    return "PostgreSQL" if settings.database_url else "SQLite"
