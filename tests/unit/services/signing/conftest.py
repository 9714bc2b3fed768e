from __future__ import annotations

import pytest

from kiosk.services.auth.staff_session import Role, StaffMember
from kiosk.services.auth.student_session import StudentSession
from kiosk.services.school import School
from tests.builders.school import staff_member


@pytest.fixture
def teacher(school: School, parent: StudentSession) -> StaffMember:
    """Of the class that the parent's child is in."""
    return staff_member(school, "chen", Role.HOMEROOM_TEACHER, ("科二智",))
