"""Hidden characters in everything on file that a person wrote (T04), past every check."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from uuid import uuid4
from zlib import crc32

from db.models.school import Student
from kiosk.domain.application_form import Basis, Mode
from kiosk.services.auth.student_session import StudentSession
from kiosk.services.office import open_office
from kiosk.services.school import School
from kiosk.services.students.error_reports import Correct, Decline
from kiosk.services.texts.loader import load_consent
from tests.builders.damaged_files import spoil, text_fields
from tests.builders.school import add_member
from tests.terminal.harness import Terminal
from tests.terminal.walker import PASSWORD, applicant, number_of, prepare

FORBIDDEN = re.compile("\x1b\\]|\x9b|\u202e|\u2066|\u200b|\ufeff|\u2060|\x07|\x1b\\[2J|[\U000e0000-\U000e0fff]")
"""What no terminal may be sent; the kiosk itself uses none of it while it runs."""

ANSWERED, ADULT, HALF_REPORTED = 0, 1, 2
"""Children, in the walker's counting: with a returned application and an answered report; of full age; with an error
report kept for another day."""
MOTHER = applicant(700)
"""Whose application was sent back."""

HIDDEN = "\x1b]52;c;QQ==\x07\x9b31m\u202e\u2066\u200b\ufeff\u2060\x1b[2J\x1b]8;;http://x\x07"
"""OSC 52, C1, turned reading order, characters without width, a cleared screen, a link."""


def tag(field: str) -> str:
    """An invisible character (of the tags, U+E0000) that says which field was shown."""
    return chr(0xE0001 + crc32(field.encode()) % 0xFFE)


def planted_school(home: Path) -> School:
    """Make a school in which every text that any screen can show is on file, and plant in each of them."""
    school = prepare(home)
    answered, adult, half_reported = (_visitor(school, child) for child in (ANSWERED, ADULT, HALF_REPORTED))
    consent = load_consent(None)
    school.consents.record(answered, consent, "agree", language=consent.source.language, read_to_end=True)
    school.applications.submit(answered, uuid4().hex, Mode.ONE_PARENT, Basis.PARENTS, [MOTHER])
    school.student_data.report_errors(answered, {"name": "王曉明", "class_name": "機二仁"})
    _let_staff_answer(school, answered)
    school.drafts.save(half_reported, "confirmation", {"name": "王曉華"})
    with school.store.write() as unit:
        student = unit.session.get_one(Student, adult.student_id)
        student.sealed = unit.keys.seal("student", student.id, {"birth_date": "1990-01-01"})
        unit.audit("test", "test.planted", "all")
    held = spoil(school, _with_hidden_characters, lambda field, number: f"{number}{HIDDEN}{tag(field)}")
    assert text_fields() - held == set(), "a new column is covered once a text stands in it"
    return school


def _with_hidden_characters(field: str, kept: str) -> str:
    return f"{kept[:1]}{tag(field)}{HIDDEN}{kept[1:]}"


def assert_nothing_hidden_was_painted(terminal: Terminal, tour: Iterable[str]) -> set[str]:
    """Take a tour, and check what was painted on it; gives the names of the screens.

    Args:
        terminal: may have been read to the middle of a character.
        tour: gives the name of each screen once it stands there.
    """
    ends: dict[str, int] = {}
    for screen in tour:
        terminal.read(0.1)
        ends[screen] = len(terminal.raw)
    painted = terminal.raw.decode("utf-8", "replace")
    places = [len(painted[: found.start()].encode()) for found in FORBIDDEN.finditer(painted)]
    assert [(place, ends) for place in places] == [], "where each was painted, and where each screen ended"
    return set(ends)


def _visitor(school: School, child: int) -> StudentSession:
    return school.sign_in.student(f"P{number_of(child)}", PASSWORD, "test").visitor


def _let_staff_answer(school: School, visitor: StudentSession) -> None:
    registrar, office = add_member(school, name="PLANTER老師"), open_office(school)
    (application,) = school.student_data.hub(visitor).applications
    version = office.review.open(registrar, application.id).version
    reasons = {(1, key): f"{key} 與申請書不同" for key in ("name", "relation", "mobile", "email")}
    office.review.return_fields(registrar, application.id, version, reasons)
    ticket = next(one for one in office.error_reports.list(registrar) if one.student_number == number_of(ANSWERED))
    version = office.error_reports.open(registrar, ticket.ticket_id).version
    decisions: dict[str, Correct | Decline] = {"name": Correct("王曉明"), "class_name": Decline("名冊無誤")}
    office.error_reports.decide(registrar, ticket.ticket_id, version, decisions)
