"""Two kiosks do the same thing at the same moment: one of them is first, and no constraint of the database is met.

Each service looks before it writes while it holds the writers' lock, so the second kiosk sees what the first did, in
words of the service (AlreadyApplied, DraftOfAnother, a lock-out), never as a database that is busy or refuses.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlmodel import SQLModel, col, func, select

from db.models.applications import Applicant, Draft
from db.models.logins import SignInCounter
from kiosk.config.settings import Settings
from kiosk.domain.errors import AlreadyApplied, ServiceError, SignInRefused
from kiosk.services.applications.drafts import APPLICATION, DraftOfAnother
from kiosk.services.school import School
from tests.builders.filled_school import entry_of, open_cheaply, submit, visitors_of
from tests.builders.school import TERMINAL

_KIOSKS = 2
_ROUNDS = 20


@pytest.fixture
def kiosks(either_settings: Settings) -> Iterator[list[School]]:
    opened = [open_cheaply(either_settings) for _kiosk in range(_KIOSKS)]
    yield opened
    for school in opened:
        school.close()


def _at_once(kiosks: list[School], act: Callable[[School, int], object]) -> list[object]:
    """What each kiosk answered in each round, a refusal by its name; anything but a service's own refusal is raised."""
    start = Barrier(len(kiosks))

    def rounds(school: School) -> list[object]:
        answers: list[object] = []
        for number in range(_ROUNDS):
            start.wait(timeout=60)
            try:
                answers.append(act(school, number))
            except ServiceError as refusal:
                answers.append(type(refusal))
        return answers

    with ThreadPoolExecutor(len(kiosks)) as pool:
        first, second = pool.map(rounds, kiosks)
    return list(zip(first, second, strict=True))


def _rows(school: School, model: type[SQLModel]) -> int:
    with school.store.read() as session:
        return session.exec(select(func.count()).select_from(model)).one()


def test_the_same_person_for_the_same_child(kiosks: list[School]) -> None:
    visitors = visitors_of(kiosks[0])

    def send(school: School, number: int) -> object:
        return submit(school, visitors[number], 7_000_000 + number).number

    pairs = _at_once(kiosks, send)
    assert all(isinstance(pair, tuple) and sum(one is AlreadyApplied for one in pair) == 1 for pair in pairs)
    assert _rows(kiosks[0], Applicant) == _ROUNDS


def test_two_people_keep_a_draft_for_the_same_child(kiosks: list[School]) -> None:
    visitors = visitors_of(kiosks[0])

    def keep(school: School, number: int) -> object:
        owner = entry_of(7_100_000 + kiosks.index(school)).national_id
        school.drafts.save(visitors[number], APPLICATION, {"of": kiosks.index(school)}, owner)
        return "kept"

    pairs = _at_once(kiosks, keep)
    assert all(
        isinstance(pair, tuple) and sorted(map(str, pair)) == sorted([str(DraftOfAnother), "kept"]) for pair in pairs
    )
    assert _rows(kiosks[0], Draft) == _ROUNDS


def test_the_first_wrong_sign_ins_of_a_name(kiosks: list[School]) -> None:
    def guess(school: School, number: int) -> object:
        return school.sign_in.student(f"P99{number:04}", "wrong", f"{TERMINAL}-{number}")

    assert _at_once(kiosks, guess) == [(SignInRefused, SignInRefused)] * _ROUNDS
    with kiosks[0].store.read() as session:
        assert session.exec(select(SignInCounter.failures).where(col(SignInCounter.failures) != 2)).all() == [0]
