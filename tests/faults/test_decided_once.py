"""T24: several processes at the same rows; each row has one winner, and who comes second learns who was first.

Each service looks before it writes while it holds the writers' lock, so the second process is refused in words of the
service (ChangedMeanwhile, AlreadyApplied, DraftOfAnother), never as a database that is busy or refuses.
"""

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
from db.models.applications import Applicant, Application, Draft, HistoryEntry
from db.models.documents import SignedForm
from db.models.logins import SignInCounter
from db.models.messages import OutboxMessage
from db.models.school import Staff
from kiosk.config.settings import Settings
from kiosk.domain.errors import ChangedMeanwhile, ServiceError
from kiosk.services.applications.drafts import APPLICATION
from kiosk.services.applications.flag_check import compare
from kiosk.services.auth.staff_session import Role, StaffMember
from kiosk.services.auth.student_session import StudentSession
from kiosk.services.office import StaffServices, open_office
from kiosk.services.school import School
from tests.builders.filled_school import add_staff, entry_of, fill_school, open_cheaply, submit, visitors_of
from tests.builders.school import TERMINAL
from tests.faults.conftest import name_of
from tests.faults.test_kill import audit_is_whole
from tests.faults.worker import PROCESSES, child

_CLASS = "科一智"
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


_Act = Callable[[School, StudentSession, int, int], object]


def _send(school: School, visitor: StudentSession, _kiosk: int, number: int) -> object:
    return submit(school, visitor, number).number


def _keep_draft(school: School, visitor: StudentSession, kiosk: int, _number: int) -> object:
    """Keep a draft, at each kiosk of another person."""
    school.drafts.save(visitor, APPLICATION, {"of": kiosk}, entry_of(7_100_000 + kiosk).national_id)
    return "kept"


def _guess(school: School, _visitor: StudentSession, _kiosk: int, number: int) -> object:
    """Sign in wrongly, for the first time with this name."""
    return school.sign_in.student(f"P99{number:04}", "wrong", f"{TERMINAL}-{number}")


def _act_for_each(pipe: Connection, settings: Settings, start: Barrier, act: _Act, kiosk: int, rounds: int) -> None:
    """Act for child after child, each at the moment at which the other kiosk does; a refusal is its name."""
    school, answers = open_cheaply(settings), list[object]()
    visitors = visitors_of(school)
    for number in range(rounds):
        start.wait(_WAIT_SECONDS)
        try:
            answers.append(act(school, visitors[number], kiosk, number))
        except ServiceError as refusal:
            answers.append(type(refusal).__name__)
    pipe.send(answers)


def _pairs(settings: Settings, act: _Act, rounds: int) -> list[tuple[object, object]]:
    """What two kiosks were answered in each round."""
    first, second = _at_once(_act_for_each, [(act, kiosk, rounds) for kiosk in range(2)], settings)
    return list(zip(first, second, strict=True))


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


def _reviewers(school: School) -> list[StaffMember]:
    """The registrar and three teachers of the class, each with a name of their own."""
    roles = [Role.REGISTRAR] + [Role.HOMEROOM_TEACHER] * 3
    return [
        add_staff(school, f"staff{place}", role, () if place == 0 else (_CLASS,), place + 1, f"老師{'甲乙丙丁'[place]}")
        for place, role in enumerate(roles)
    ]


@pytest.mark.parametrize("rows", [12, pytest.param(100, marks=pytest.mark.long)])
def test_t24_four_reviewers_decide_the_same_rows(
    empty_settings: Settings, rows: int, report: Callable[[str], None]
) -> None:
    settings = empty_settings
    school = _fill(settings, rows)
    members = _reviewers(school)
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
    if rows == 100:
        assert len(won) == len(members), "everybody was first now and then, or they never met"
    report(f"T24: {name_of(settings)}: 4 reviewers x {rows} rows: won {sorted(won.values())}, 0 duplicates")


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


@pytest.mark.parametrize("rounds", [20, pytest.param(200, marks=pytest.mark.long)])
def test_t24_two_kiosks_send_the_same_parents(
    empty_settings: Settings, rounds: int, report: Callable[[str], None]
) -> None:
    settings = empty_settings
    _fill(settings, rounds).close()
    pairs = _pairs(settings, _send, rounds)
    assert all(pair.count("AlreadyApplied") == 1 for pair in pairs)
    assert len({answer for pair in pairs for answer in pair}) == rounds + 1, "a number each, and the refusal"
    school = open_cheaply(settings)
    for model in (Application, Applicant, SignedForm):
        assert _count(school, model) == rounds
    assert compare(school.store).outdated == ()
    assert audit_is_whole(school)
    school.close()
    won = [sum(pair[kiosk] != "AlreadyApplied" for pair in pairs) for kiosk in range(2)]
    if rounds == 200:
        assert min(won) > 0, "each was first now and then, or they never met"
    report(f"T24: {name_of(settings)}: 2 kiosks x {rounds} of the same parent: won {won}, 0 duplicates")


def test_two_kiosks_keep_a_draft_for_the_same_child_and_try_the_same_name(empty_settings: Settings) -> None:
    rounds = 20
    school = _fill(empty_settings, rounds)
    drafts = _pairs(empty_settings, _keep_draft, rounds)
    assert [sorted(map(str, pair)) for pair in drafts] == [["DraftOfAnother", "kept"]] * rounds
    assert _pairs(empty_settings, _guess, rounds) == [("SignInRefused", "SignInRefused")] * rounds
    assert _count(school, Draft) == rounds
    assert _count(school, SignInCounter, col(SignInCounter.failures) == 2) == rounds
    school.close()
