"""Families, and a school with staff and a roster."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk.services.auth.staff_session import Role, StaffMember
from kiosk.services.auth.student_session import StudentSession
from kiosk.services.school import School
from tests.builders.accounts import Families
from tests.builders.applications import answer, new_visitor
from tests.builders.reviews import CLASSES, ReviewSchool, open_review_school
from tests.builders.school import NATIONAL_ID, STUDENT_NUMBER


@pytest.fixture
def families(school: School) -> Families:
    return Families(school)


@pytest.fixture
def parent(school: School) -> StudentSession:
    """A visitor who has consented."""
    visitor = new_visitor(school, STUDENT_NUMBER, NATIONAL_ID)
    answer(school, visitor)
    return visitor


@pytest.fixture
def reviewed(tmp_path: Path, database_url: str | None) -> Iterator[ReviewSchool]:
    """Its flags and counts are right at the end of a test."""
    opened = open_review_school(tmp_path / "home", database_url)
    yield opened
    opened.assert_right()
    opened.school.close()


@pytest.fixture
def teacher(reviewed: ReviewSchool) -> StaffMember:
    """Of the first class."""
    return reviewed.add_staff("lin", Role.HOMEROOM_TEACHER, CLASSES[:1])
