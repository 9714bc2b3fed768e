from __future__ import annotations

import pytest

from kiosk.domain.errors import ChangedMeanwhile, SignInRefused
from kiosk.services.auth.staff_session import Role, StaffMember
from kiosk.services.review.bulk_approval import Outcome
from kiosk.services.review.queue_filter import QueueFilter
from tests.builders.reviews import CLASSES, STAFF_PASSWORD, ReviewSchool, mother_of, roster, with_other


@pytest.fixture
def teacher(reviewed: ReviewSchool) -> StaffMember:
    """Of every class."""
    return reviewed.add_staff("lin", Role.HOMEROOM_TEACHER, CLASSES)


def silent(_done: int, _all: int) -> None:
    pass


@pytest.mark.both_databases
def test_a_class_is_approved_row_by_row(reviewed: ReviewSchool, teacher: StaffMember) -> None:
    applications = [reviewed.apply(place) for place in (0, 1, 2, 4, 5)]
    for application_id in applications[:4]:
        reviewed.sign(teacher, application_id)
    reviewed.apply(6, with_other(mother_of(6), name="歐陽非", national_id=mother_of(20).national_id))
    wants_a_look = reviewed.apply(8, with_other(mother_of(8), mobile="0933000008"))
    reviewed.sign(teacher, wants_a_look)
    summary = reviewed.office.bulk.candidates(teacher, QueueFilter())
    assert [row.application_id for row in summary.rows] == [applications[3], *applications[:3]]
    assert (summary.more, summary.blocked, summary.needing_review) == (False, 2, 1)
    steps: list[tuple[int, int]] = []
    results = reviewed.office.bulk.approve(
        teacher,
        [(row.application_id, row.version) for row in summary.rows],
        STAFF_PASSWORD,
        lambda done, total: steps.append((done, total)),
    )
    assert [result.outcome for result in results] == [Outcome.APPROVED] * 4
    assert steps == [(1, 4), (2, 4), (3, 4), (4, 4)]
    assert [reviewed.row(one).state for one in applications] == ["approved"] * 4 + ["under_review"]


def test_a_search_limits_the_candidates(reviewed: ReviewSchool, teacher: StaffMember) -> None:
    found, blocked = reviewed.apply(0), reviewed.apply(1)
    reviewed.sign(teacher, found)
    for place, application_id in ((0, found), (1, blocked)):
        number = reviewed.row(application_id).student_number
        summary = reviewed.office.bulk.candidates(teacher, QueueFilter(search=number))
        assert [row.application_id for row in summary.rows] == [found][place:]
        assert (summary.blocked, summary.needing_review) == (place, 0)


def test_bulk_approval_needs_the_password(reviewed: ReviewSchool, teacher: StaffMember) -> None:
    application_id = reviewed.apply(0)
    reviewed.sign(teacher, application_id)
    with pytest.raises(SignInRefused):
        reviewed.office.bulk.approve(teacher, [(application_id, 2)], "Harbour7lights!", silent)
    assert reviewed.row(application_id).state == "under_review"


@pytest.mark.both_databases
def test_each_row_says_why_it_was_not_approved_and_stops_no_other(reviewed: ReviewSchool) -> None:
    registrar = reviewed.add_staff("wu", Role.REGISTRAR, national_id=mother_of(3 * 4 - 2).national_id)
    teacher = reviewed.add_staff("lin", Role.HOMEROOM_TEACHER, CLASSES)
    blocked, needing_review, changed, taken, own, good = (
        reviewed.apply(0),
        reviewed.apply(1, with_other(mother_of(1), mobile="0987654321")),
        reviewed.apply(2),
        reviewed.apply(4, with_other(mother_of(4), email="mother5@example.org")),
        reviewed.apply(10),
        reviewed.apply(5),
    )
    for application_id in (needing_review, changed, taken, own, good):
        reviewed.sign(teacher, application_id)
    reviewed.office.review.approve(teacher, good, reviewed.version(good))
    rows = [(one, reviewed.version(one)) for one in (blocked, needing_review, changed, taken, own)]
    reviewed.office.review.return_fields(teacher, changed, rows[2][1], {(1, "name"): "與申請書不同"})
    results = reviewed.office.bulk.approve(registrar, [*rows, ("0" * 32, 1)], STAFF_PASSWORD, silent)
    assert [result.outcome for result in results] == [
        Outcome.BLOCKED,
        Outcome.BLOCKED,
        Outcome.CHANGED,
        Outcome.BLOCKED,
        Outcome.OWN_CHILD,
        Outcome.NOT_THEIRS,
    ]
    assert isinstance(results[2].refusal, ChangedMeanwhile)
    assert results[2].refusal.by == "LIN老師"


def test_an_address_of_another_account_is_said_of_its_row(reviewed: ReviewSchool, teacher: StaffMember) -> None:
    """The account kept the address of the first child, whose binding has ended: no application shows it any more."""
    registrar = reviewed.add_staff("wu", Role.REGISTRAR)
    first, second = reviewed.apply(0), reviewed.apply(1, with_other(mother_of(0), email="new@example.org"))
    for application_id in (first, second):
        reviewed.sign(teacher, application_id)
        reviewed.office.review.approve(teacher, application_id, reviewed.version(application_id))
    (bound,) = reviewed.office.bindings.list(registrar, reviewed.row(first).student_id)
    reviewed.office.bindings.end(registrar, bound.id, bound.version, "轉學")
    another = reviewed.apply(2, with_other(mother_of(2), email="mother0@example.org"))
    reviewed.office.review.return_fields(teacher, another, 1, {(1, "email"): "與申請書不同"})
    sheet = roster()
    cells = list(list(sheet.rows)[2][1])
    cells[12] = "mother0@example.org"
    reviewed.take_roster(type(sheet)(sheet.header, (*list(sheet.rows)[:2], (4, tuple(cells)), *list(sheet.rows)[3:])))
    reviewed.school.corrections.answer(
        reviewed.visitor(2),
        another,
        reviewed.version(another),
        mother_of(2).national_id,
        {1: with_other(mother_of(2), email="mother0@example.org")},
    )
    reviewed.sign(teacher, another)
    (row,) = reviewed.office.bulk.candidates(teacher, QueueFilter()).rows
    (result,) = reviewed.office.bulk.approve(teacher, [(another, row.version)], STAFF_PASSWORD, silent)
    assert result.outcome is Outcome.EMAIL_OF_ANOTHER
    assert reviewed.row(another).state == "under_review"
