from __future__ import annotations

import itertools
from collections.abc import Iterator

import pytest

from kiosk.domain.application_status import ApplicationState, ApprovalBlock, Attention, ReviewFlag
from kiosk.services.auth.staff_session import Role, StaffMember
from kiosk.services.review.queue import QueuePage, QueueRow, ReviewQueue
from kiosk.services.review.queue_filter import Cursor, Match, QueueFilter, QueueSort, SortBy
from tests.builders.databases import DATABASES, database
from tests.builders.reviews import (
    CLASSES,
    ReviewSchool,
    father_of,
    mother_of,
    open_review_school,
    student_number,
    with_other,
)

ALL = QueueFilter()
WAITING = QueueSort()
UNDER_REVIEW, REJECTED = ApplicationState.UNDER_REVIEW, ApplicationState.REJECTED


@pytest.fixture(scope="module", params=DATABASES)
def reviewed(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ReviewSchool]:
    """Twelve applications, a minute apart: one rejected, one approved, one of two parents, one to look at."""
    with database(request.param) as url:
        opened = open_review_school(tmp_path_factory.mktemp("queue") / "home", url)
        teacher = opened.add_staff("clerk", Role.REGISTRAR)
        for place in (5, 3, 8, 0, 1, 2, 4, 6, 7, 9, 10, 11):
            opened.clock.advance(60)
            people = [father_of(place), mother_of(place)] if place == 8 else [mother_of(place)]
            if place == 6:
                people = [with_other(mother_of(place), name="歐陽非", national_id=mother_of(20).national_id)]
            opened.visitors.pop(place, None)
            application_id = opened.apply(place, *people)
            if place == 0:
                opened.office.review.reject(teacher, application_id, 1, "不是本人")
            elif place in (1, 2):
                opened.sign(teacher, application_id)
            if place == 1:
                opened.office.review.approve(teacher, application_id, 2)
        opened.clock.advance(3 * 86400)
        yield opened
        opened.school.close()


@pytest.fixture
def queue(reviewed: ReviewSchool) -> ReviewQueue:
    return reviewed.office.queue


@pytest.fixture(scope="module")
def registrar(reviewed: ReviewSchool) -> StaffMember:
    return reviewed.add_staff("wu", Role.REGISTRAR)


@pytest.fixture(scope="module")
def teacher(reviewed: ReviewSchool) -> StaffMember:
    return reviewed.add_staff("lin", Role.HOMEROOM_TEACHER, CLASSES[:1])


def places(page: QueuePage) -> list[int]:
    return [int(row.student_number) - 110001 for row in page.rows]


def sort_key(sort: SortBy, row: QueueRow, order: list[str]) -> tuple[object, ...]:
    return {
        SortBy.WAITING: (order.index(row.application_id),),
        SortBy.NUMBER: (row.number,),
        SortBy.CLASS_AND_SEAT: (row.class_name, row.seat_number),
        SortBy.STUDENT_NAME: (row.student_name,),
    }[sort]


def test_the_longest_waiting_comes_first(queue: ReviewQueue, registrar: StaffMember) -> None:
    page = queue.page(registrar, ALL, WAITING)
    assert places(page) == [5, 3, 8, 0, 1, 2, 4, 6, 7, 9, 10, 11]
    assert (page.has_before, page.has_more) == (False, False)
    row = page.rows[2]
    assert (row.applicant_names, row.class_name, row.seat_number) == ("王大明、林美玉", CLASSES[2], 1)
    assert (row.state, row.blocks, row.waiting_days, row.version) == (UNDER_REVIEW, (ApprovalBlock.SIGNATURE,), 3, 1)
    assert page.rows[3].waiting_days == 0


@pytest.mark.parametrize("limit", [1, 4, 5, 12])
@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize("by", SortBy)
def test_pages_follow_each_other_both_ways(
    queue: ReviewQueue, registrar: StaffMember, by: SortBy, descending: bool, limit: int
) -> None:
    order = [row.application_id for row in queue.page(registrar, ALL, WAITING).rows]
    sort = QueueSort(by, descending)
    pages = [queue.page(registrar, ALL, sort, limit=limit)]
    while pages[-1].has_more:
        pages.append(queue.page(registrar, ALL, sort, after=pages[-1].rows[-1].cursor, limit=limit))
    found = [row for page in pages for row in page.rows]
    assert len({row.application_id for row in found}) == len(found) == 12
    keys = [sort_key(by, row, order) for row in found]
    assert keys == sorted(keys, reverse=descending)
    assert [page.has_before for page in pages] == [False] + [True] * (len(pages) - 1)
    back = [queue.page(registrar, ALL, sort, from_end=True, limit=limit)]
    while back[-1].has_before:
        back.append(queue.page(registrar, ALL, sort, before=back[-1].rows[0].cursor, limit=limit))
    assert [row for page in reversed(back) for row in page.rows] == found
    assert [page.has_more for page in back] == [False] + [True] * (len(back) - 1)


def test_a_page_stays_where_it_is_when_rows_leave_before_it(queue: ReviewQueue, registrar: StaffMember) -> None:
    place = queue.page(registrar, ALL, WAITING, limit=4).rows[-1].cursor
    narrowed = QueueFilter(states=(UNDER_REVIEW,))
    assert places(queue.page(registrar, narrowed, WAITING, after=place, limit=3)) == [2, 4, 6]
    assert places(queue.page(registrar, narrowed, WAITING, before=place, limit=3)) == [5, 3, 8]


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (QueueFilter(states=(REJECTED,)), [0]),
        (QueueFilter(states=(REJECTED, ApplicationState.APPROVED)), [0, 1]),
        (QueueFilter(states=(ApplicationState.WITHDRAWN,)), []),
        (QueueFilter(class_name=CLASSES[1]), [5, 4, 6, 7]),
        (QueueFilter(flag=ApprovalBlock.STUDENT_CONSENT), [3, 7, 11]),
        (QueueFilter(flag=Attention.READY), [2]),
        (QueueFilter(flag=Attention.NEEDS_REVIEW), [6]),
        (QueueFilter(flag=ReviewFlag.NOT_ON_FILE), [6]),
        (QueueFilter(flag=ReviewFlag.NO_EMAIL), [8]),
        (QueueFilter(flag=Attention.BLOCKED, class_name=CLASSES[0]), [3]),
        (QueueFilter(flag=ApprovalBlock.SIGNATURE, states=(REJECTED,)), []),
    ],
)
def test_each_filter_finds_its_rows(
    queue: ReviewQueue, registrar: StaffMember, wanted: QueueFilter, found: list[int]
) -> None:
    assert places(queue.page(registrar, wanted, WAITING)) == found
    if not wanted.search:
        assert queue.how_many(registrar, wanted) == len(found)


def test_a_number_is_found_whole_begun_and_however_it_is_typed(queue: ReviewQueue, registrar: StaffMember) -> None:
    row = queue.page(registrar, ALL, WAITING).rows[4]
    for typed in (row.number, row.number.replace("-", ""), f" {row.number} ", row.number[:-1]):
        assert places(queue.page(registrar, QueueFilter(search=typed), WAITING)) == [1]
    assert len(queue.page(registrar, QueueFilter(search="115-000"), WAITING).rows) == 12
    assert queue.page(registrar, QueueFilter(search="116"), WAITING).rows == ()


def test_student_numbers_come_before_application_numbers(queue: ReviewQueue, registrar: StaffMember) -> None:
    assert places(queue.page(registrar, QueueFilter(search=student_number(7)), WAITING)) == [7]
    found = places(queue.page(registrar, QueueFilter(search="11"), WAITING, limit=5))
    assert found == [0, 1, 2, 3, 4]
    every = [queue.page(registrar, QueueFilter(search="11"), WAITING, limit=5)]
    while every[-1].has_more:
        every.append(queue.page(registrar, QueueFilter(search="11"), WAITING, after=every[-1].rows[-1].cursor, limit=5))
    assert list(itertools.chain.from_iterable(map(places, every))) == list(range(12))


def test_a_receipts_code_finds_its_application(
    reviewed: ReviewSchool, queue: ReviewQueue, registrar: StaffMember
) -> None:
    row = queue.page(registrar, ALL, WAITING).rows[5]
    token = reviewed.row(row.application_id).receipt_token
    assert places(queue.page(registrar, QueueFilter(search=token), WAITING)) == [2]
    assert queue.page(registrar, QueueFilter(search=token[:-1] + "_"), WAITING).rows == ()


@pytest.mark.parametrize(
    ("search", "match", "found"),
    [
        ("王小明", Match.BEGINNING, [0, 4, 8]),
        ("王小", Match.BEGINNING, [0, 4, 8, 1, 5, 9, 2, 3, 6, 7, 10, 11]),
        ("小明", Match.BEGINNING, []),
        ("小明", Match.ANYWHERE, [0, 4, 8]),
        ("歐陽", Match.ANYWHERE, [6]),
        ("王 小明", Match.BEGINNING, [0, 4, 8]),
        ("王大明", Match.ANYWHERE, [8]),
        ("%", Match.ANYWHERE, []),
        ("_小明", Match.ANYWHERE, []),
        ("小明\x00", Match.ANYWHERE, [0, 4, 8]),
    ],
)
def test_searches_by_name(
    queue: ReviewQueue, registrar: StaffMember, search: str, match: Match, found: list[int]
) -> None:
    page = queue.page(registrar, QueueFilter(search=search, match=match), WAITING)
    assert sorted(places(page)) == sorted(found)


def test_a_search_narrows_a_filter(queue: ReviewQueue, registrar: StaffMember) -> None:
    wanted = QueueFilter(states=(UNDER_REVIEW,), class_name=CLASSES[1], search="王小明")
    assert places(queue.page(registrar, wanted, WAITING)) == [4]


def test_a_teacher_sees_only_their_classes(queue: ReviewQueue, teacher: StaffMember) -> None:
    assert places(queue.page(teacher, ALL, WAITING)) == [3, 0, 1, 2]
    assert queue.counts(teacher, ALL)[UNDER_REVIEW] == 2
    assert [one.name for one in queue.classes(teacher)] == [CLASSES[0]]
    assert queue.binding_rate(teacher).students == 4


def test_a_teacher_without_a_class_sees_nothing(reviewed: ReviewSchool, queue: ReviewQueue) -> None:
    nobody = reviewed.add_staff("new", Role.HOMEROOM_TEACHER)
    assert queue.page(nobody, ALL, WAITING).rows == ()
    assert sum(queue.counts(nobody, ALL).values()) == queue.how_many(nobody, ALL) == 0


def test_counts_and_classes_and_who_looks_after_them(
    queue: ReviewQueue, registrar: StaffMember, teacher: StaffMember
) -> None:
    counted = queue.counts(registrar, ALL)
    assert {state: value for state, value in counted.items() if value} == {
        UNDER_REVIEW: 10,
        ApplicationState.APPROVED: 1,
        REJECTED: 1,
    }
    assert queue.counts(registrar, QueueFilter(class_name=CLASSES[0]))[UNDER_REVIEW] == 2
    found = {one.name: (one.teachers, one.open_applications) for one in queue.classes(registrar)}
    assert found == {CLASSES[0]: ((f"{teacher.name}",), 2), CLASSES[1]: ((), 4), CLASSES[2]: ((), 4)}


def test_classes_without_a_teacher_are_the_registrars(
    queue: ReviewQueue, registrar: StaffMember, teacher: StaffMember
) -> None:
    assert sorted(places(queue.page(registrar, QueueFilter(unattended=True), WAITING))) == list(range(4, 12))
    assert queue.counts(registrar, QueueFilter(unattended=True))[UNDER_REVIEW] == 8


def test_the_binding_rate_counts_students(queue: ReviewQueue, registrar: StaffMember) -> None:
    assert (queue.binding_rate(registrar).students, queue.binding_rate(registrar).bound) == (12, 1)
    assert queue.binding_rate(registrar, CLASSES[0]).rate == 0.25
    assert queue.binding_rate(registrar, "無此班").rate == 0.0


def test_rows_hide_personal_data_in_their_repr(queue: ReviewQueue, registrar: StaffMember) -> None:
    page = queue.page(registrar, QueueFilter(search="王小明"), WAITING)
    printed = repr(page) + repr(page.rows) + repr(QueueFilter(search="王小明"))
    assert all(text not in printed for text in ("王小明", "林美", "1100"))


def test_a_cursor_works_after_its_row_left(queue: ReviewQueue, registrar: StaffMember) -> None:
    gone = Cursor(0, (0, "0" * 32))
    assert len(queue.page(registrar, ALL, WAITING, after=gone).rows) == 12
