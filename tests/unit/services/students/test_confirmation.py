from __future__ import annotations

from datetime import UTC, date, datetime, time

import pytest

from db.models.applications import Application, Consent, Ticket
from db.models.documents import SignedForm
from kiosk.services.auth.student_session import StudentSession
from kiosk.services.students.confirmation import NothingReported
from tests.builders.applications import FATHER, FATHER_ID, MOTHER_ID, Sender, answer
from tests.builders.school import NATIONAL_ID, Opened, change_birth_date, change_row, only_row, rows


def _tickets(opened: Opened) -> list[Ticket]:
    return rows(opened.school, Ticket, "reported_at")


def test_menu_of_a_first_visit(opened: Opened, visitor: StudentSession) -> None:
    menu = opened.school.student_data.hub(visitor)
    assert (menu.student.name, menu.student.class_name, menu.student.student_number) == ("王小明", "科二智", "110001")
    assert (menu.data_state, menu.account_state, menu.consent) == ("unconfirmed", "none", "none")
    assert (menu.applications, menu.forms_signed, menu.forms_total) == ((), 0, 2)
    assert not menu.student.is_adult
    assert not menu.needs_student_consent


def test_confirming_is_seen_on_the_menu(opened: Opened, visitor: StudentSession) -> None:
    opened.school.student_data.confirm(visitor)
    assert opened.school.student_data.hub(visitor).data_state == "confirmed"


def test_menu_shows_applications_newest_first_and_masked(opened: Opened, visitor: StudentSession) -> None:
    answer(opened.school, visitor)
    sender = Sender(opened.school, visitor)
    withdrawn = sender.one()
    opened.school.applications.withdraw(visitor, withdrawn.application_id, MOTHER_ID)
    assert opened.school.student_data.hub(visitor).account_state == "withdrawn"
    opened.clock.advance(60)
    live = sender.one().application_id
    change_row(opened.school, SignedForm, only_row(opened.school, SignedForm, application_id=live).id, state="returned")
    opened.clock.advance(60)
    change_row(opened.school, Application, sender.one(FATHER).application_id, state="rejected")
    change_row(opened.school, Application, live, held_for_conflict=False, held_for_signature=False)
    change_row(opened.school, Application, live, held_for_registrar=True)
    menu = opened.school.student_data.hub(visitor)
    assert [application.state for application in menu.applications] == ["rejected", "under_review", "withdrawn"]
    assert menu.account_state == "under_review"
    assert menu.applications[1].id == live
    assert menu.applications[1].applicants == (f"劉〇花 *******{MOTHER_ID[-3:]}",)
    assert menu.applications[1].blocks == ()
    assert (menu.forms_signed, menu.forms_total) == (1, 2), "one binding form, however many were sent"


def test_the_last_answer_counts_also_after_the_clock_was_set_back(opened: Opened, visitor: StudentSession) -> None:
    days = (date(2026, 9, 1), date(2026, 9, 2), date(2025, 9, 1))
    for choice, day in zip(("agree", "refuse", "agree"), days, strict=True):
        opened.clock.set_wall(datetime.combine(day, time(), UTC))
        answer(opened.school, visitor, choice)
        assert opened.school.student_data.hub(visitor).consent == choice
    assert len(rows(opened.school, Consent)) == 3


def test_a_student_of_full_age_must_consent_themself(opened: Opened, visitor: StudentSession) -> None:
    change_birth_date(opened.school, visitor.student_id, date(2008, 9, 1))
    menu = opened.school.student_data.hub(visitor)
    assert menu.student.is_adult
    assert menu.needs_student_consent
    answer(opened.school, visitor)
    assert opened.school.student_data.hub(visitor).needs_student_consent
    answer(opened.school, visitor, "agree", NATIONAL_ID)
    assert not opened.school.student_data.hub(visitor).needs_student_consent


def test_the_day_is_counted_in_taipei(opened: Opened, visitor: StudentSession) -> None:
    change_birth_date(opened.school, visitor.student_id, date(2008, 9, 2))
    opened.clock.advance(15 * 60 * 60 - 1)
    assert not opened.school.student_data.hub(visitor).student.is_adult
    opened.clock.advance(1)
    assert opened.school.student_data.hub(visitor).student.is_adult


def test_error_report_holds_live_applications_until_confirmed(opened: Opened, visitor: StudentSession) -> None:
    data = opened.school.student_data
    answer(opened.school, visitor)
    sender = Sender(opened.school, visitor)
    sender.one()
    opened.clock.advance(1)
    opened.school.applications.withdraw(visitor, sender.one(FATHER).application_id, FATHER_ID)
    data.report_errors(visitor, {"class_name": "科二仁", "name": "王曉明"})
    menu = data.hub(visitor)
    assert menu.data_state == "error_reported"
    assert [application.blocks for application in menu.applications] == [(), ("correction",)]
    (ticket,) = _tickets(opened)
    fields = opened.school.store.keys.open("ticket", ticket.id, ticket.sealed)["fields"]
    assert fields == [
        {"field": "class_name", "shown": "科二智", "right": "科二仁"},
        {"field": "name", "shown": "王小明", "right": "王曉明"},
    ]
    data.confirm(visitor)
    menu = data.hub(visitor)
    assert [application.blocks for application in menu.applications] == [(), ()]
    assert _tickets(opened)[0].state == "replaced"


def test_a_second_report_replaces_the_first(opened: Opened, visitor: StudentSession) -> None:
    for right in ("王曉明", "王筱明"):
        opened.clock.advance(1)
        opened.school.student_data.report_errors(visitor, {"name": right})
    assert [ticket.state for ticket in _tickets(opened)] == ["replaced", "open"]


def test_an_unusable_report_is_refused(opened: Opened, visitor: StudentSession) -> None:
    names = ("王小明", "  ", "王\x1b]52;c;QQ==\x07明", "王\u202e明", "明" * 65)
    others: tuple[dict[str, str], ...] = ({}, {"sealed": "x"}, {"name": "王曉明", "seat_number": "7"})
    for right_values in (*({"name": name} for name in names), *others):
        with pytest.raises(NothingReported):
            opened.school.student_data.report_errors(visitor, right_values)
    assert _tickets(opened) == []
    assert opened.school.student_data.hub(visitor).data_state == "unconfirmed"
