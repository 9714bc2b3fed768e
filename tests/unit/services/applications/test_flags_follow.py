"""Whatever is done in whatever order, the stored flags and counts are those that a rebuild gives."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kiosk.demo.people import invented_id
from kiosk.domain.application_form import ApplicantEntry, Basis
from kiosk.domain.application_status import ApprovalBlock
from kiosk.domain.errors import ServiceError
from kiosk.services.applications import shared_contacts
from kiosk.services.auth.staff_session import Role, StaffMember
from kiosk.services.students.error_reports import Correct, Decline
from tests.builders.databases import postgresql_url
from tests.builders.reviews import (
    CLASSES,
    TEXT,
    ReviewSchool,
    father_of,
    mother_of,
    open_review_school,
    roster,
    with_other,
)

_CHILDREN = (0, 1, 3)
"""Two minors of one class, and one of full age; few, so that their families meet."""


def _people(place: int, who: int) -> tuple[ApplicantEntry, ...]:
    """Applicants as they come: on file, not quite, of another family, with another's mobile, a student's number."""
    mother, father = mother_of(place), father_of(place)
    return (
        (mother,),
        (father,),
        (father, mother),
        (with_other(mother, name="林美雲"),),
        (mother_of(0),),
        (with_other(father, mobile=mother_of(0).mobile),),
        (with_other(mother, email="mother0@example.org"),),
        (with_other(mother, national_id=invented_id("A", 2, 5000001)),),
        (with_other(father, relation="媽媽"),),
    )[who]


@dataclass
class _World:
    """The school, and every application that was ever sent."""

    reviewed: ReviewSchool
    registrar: StaffMember
    applications: list[tuple[int, str]]

    def chosen(self, number: int) -> tuple[int, str]:
        return self.applications[number % len(self.applications)]

    def on(self, number: int) -> tuple[StaffMember, str, int]:
        _place, application_id = self.chosen(number)
        return self.registrar, application_id, self.reviewed.version(application_id)


def _submit(world: _World, number: int, what: int) -> None:
    place = _CHILDREN[number % len(_CHILDREN)]
    people = _people(place, what % 9)
    basis = Basis.SOLE_CUSTODY if what % 2 and len(people) == 1 else Basis.PARENTS
    world.applications.append((place, world.reviewed.apply(place, *people, basis=basis)))


def _withdraw(world: _World, number: int, what: int) -> None:
    place, application_id = world.chosen(number)
    person = _people(place, what % 9)[0]
    world.reviewed.school.applications.withdraw(world.reviewed.visitor(place), application_id, person.national_id)


def _answer_return(world: _World, number: int, what: int) -> None:
    place, application_id = world.chosen(number)
    entries = dict(enumerate(_people(place, what % 9), 1))
    version = world.reviewed.version(application_id)
    visitor = world.reviewed.visitor(place)
    for owner in (mother_of(place), father_of(place), mother_of(0)):
        try:
            world.reviewed.school.corrections.answer(visitor, application_id, version, owner.national_id, entries)
        except ServiceError:
            continue
        return


def _agree_as_student(world: _World, number: int, _what: int) -> None:
    world.reviewed.school.consents.record(
        world.reviewed.visitor(3),
        TEXT,
        "agree" if number % 2 else "refuse",
        language="zh_TW",
        read_to_end=True,
        answered_by="student",
        student_national_id=invented_id("A", 2, 5000003),
    )


def _report(world: _World, number: int, what: int) -> None:
    visitor = world.reviewed.visitor(_CHILDREN[number % len(_CHILDREN)])
    if what % 2:
        world.reviewed.school.student_data.confirm(visitor)
    else:
        world.reviewed.school.student_data.report_errors(visitor, {"class_name": CLASSES[2], "name": "王小新"})


def _decide_ticket(world: _World, _number: int, what: int) -> None:
    office = world.reviewed.office
    for row in office.error_reports.list(world.registrar):
        decisions = {
            key: Correct(CLASSES[2] if key == "class_name" else "王小新") if what % 2 else Decline("學籍無誤")
            for key in row.keys
        }
        office.error_reports.decide(
            world.registrar, row.ticket_id, office.error_reports.open(world.registrar, row.ticket_id).version, decisions
        )


def _end_binding(world: _World, number: int, _what: int) -> None:
    _place, application_id = world.chosen(number)
    student_id = world.reviewed.row(application_id).student_id
    for bound in world.reviewed.office.bindings.list(world.registrar, student_id):
        if bound.is_active:
            world.reviewed.office.bindings.end(world.registrar, bound.id, bound.version, "轉學")
            return


def _import(world: _World, number: int, what: int) -> None:
    sheet = roster(class_shift=number)
    line, cells = list(sheet.rows)[0]
    mother = ["林美雲" if what % 2 else "林美玉"]
    changed = (line, (*cells[:9], *mother, *cells[10:]))
    world.reviewed.take_roster(type(sheet)(sheet.header, (changed, *list(sheet.rows)[1:])))


def _approve(world: _World, number: int, what: int) -> None:
    """Do what it waits for, as far as staff can, and approve."""
    place, application_id = world.chosen(number)
    review, held = world.reviewed.office.review, world.reviewed.blocks(application_id)
    if ApprovalBlock.CORRECTION in held:
        world.reviewed.school.student_data.confirm(world.reviewed.visitor(place))
    if ApprovalBlock.CONFLICT in held:
        review.resolve_conflict(*world.on(number), all_stand=bool(what % 2))
    if ApprovalBlock.SIGNATURE in held:
        review.form_received(*world.on(number))
    if ApprovalBlock.DOCUMENTS in held:
        review.documents_seen(*world.on(number))
    if ApprovalBlock.REGISTRAR in held:
        review.release_registrar_hold(*world.on(number))
    if ApprovalBlock.STUDENT_CONSENT in held:
        review.record_student_consent(*world.on(number), TEXT, "agree")
    review.approve(*world.on(number))


def _resolve(world: _World, number: int, what: int) -> None:
    for other in range(len(world.applications)):
        if ApprovalBlock.CONFLICT in world.reviewed.blocks(world.chosen(number + other)[1]):
            world.reviewed.office.review.resolve_conflict(*world.on(number + other), all_stand=bool(what % 2))
            return


_FIELDS = ((1, "name"), (1, "mobile"), (1, "email"), (1, "national_id"), (2, "mobile"))
_Act = Callable[[_World, int, int], None]
_ACTS: tuple[_Act, ...] = (
    _submit,
    _submit,
    _submit,
    _withdraw,
    _answer_return,
    _agree_as_student,
    _report,
    _decide_ticket,
    _end_binding,
    _import,
    lambda world, number, what: world.reviewed.answer_consent(_CHILDREN[number % 3], agree=bool(what % 2)),
    lambda world, number, _what: world.reviewed.office.review.form_received(*world.on(number)),
    lambda world, number, _what: world.reviewed.office.review.form_received(*world.on(number)),
    lambda world, number, _what: world.reviewed.office.review.documents_seen(*world.on(number)),
    lambda world, number, _what: world.reviewed.office.review.release_registrar_hold(*world.on(number)),
    _resolve,
    lambda world, number, what: world.reviewed.office.review.return_fields(
        *world.on(number), {_FIELDS[what % len(_FIELDS)]: "與申請書不同"}
    ),
    lambda world, number, what: world.reviewed.office.review.record_student_consent(
        *world.on(number), TEXT, "agree" if what % 2 else "refuse"
    ),
    lambda world, number, _what: world.reviewed.office.review.approve(*world.on(number)),
    _approve,
    _approve,
    lambda world, number, _what: world.reviewed.office.review.reject(*world.on(number), "不是本人"),
)
_STEPS = st.lists(
    st.tuples(st.integers(0, len(_ACTS) - 1), st.integers(0, 11), st.integers(0, 17)), min_size=6, max_size=24
)
_SLOW = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


def _live(home: Path, url: str | None, steps: list[tuple[int, int, int]]) -> None:
    reviewed = open_review_school(home, url)
    try:
        world = _World(reviewed, reviewed.add_staff("wu", Role.REGISTRAR), [])
        _submit(world, 0, 0)
        for act, number, what in steps:
            reviewed.clock.advance(3600)  # and no lock of the parents' own numbers stays for long
            with suppress(ServiceError):  # refused: then nothing may have changed
                _ACTS[act](world, number, what)
            reviewed.assert_right()
    finally:
        reviewed.school.close()


@given(_STEPS)
@settings(_SLOW, max_examples=10)
def test_flags_and_counts_follow_on_sqlite(steps: list[tuple[int, int, int]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        _live(Path(folder) / "home", None, steps)


@given(_STEPS)
@settings(_SLOW, max_examples=6)
def test_flags_and_counts_follow_in_a_crowd(steps: list[tuple[int, int, int]]) -> None:
    """As above; whoever shares a mobile or an e-mail with anybody is taken for one of a crowd."""
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(shared_contacts, "SMALL_COUNT", 0)
        _live(Path(folder) / "home", None, steps)


@given(_STEPS)
@settings(_SLOW, max_examples=3)
def test_flags_and_counts_follow_on_postgresql(steps: list[tuple[int, int, int]]) -> None:
    with tempfile.TemporaryDirectory() as folder, postgresql_url() as url:
        _live(Path(folder) / "home", url, steps)


@pytest.mark.long
@given(_STEPS)
@settings(_SLOW, max_examples=600)
def test_flags_and_counts_follow_whatever_is_done(steps: list[tuple[int, int, int]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        _live(Path(folder) / "home", None, steps)
