from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from uuid import uuid4

import pytest
from sqlmodel import col, select

from db.models.applications import Applicant, Application, Consent, Ticket
from db.models.documents import SignedForm
from db.models.school import Student
from kiosk.services.auth.student_session import StudentSession
from kiosk.services.students.confirmation import NothingReported
from tests.builders.school import Opened

PARENT_ID = "A800000014"


def _consent(opened: Opened, student_id: str, choice: str, answered_by: str = "parent") -> str:
    opened.clock.advance(1)
    consent_id = uuid4().hex
    with opened.school.store.write() as unit:
        unit.session.add(
            Consent(
                id=consent_id,
                student_id=student_id,
                text_name="consent",
                text_version="1",
                text_sha256="0" * 64,
                language="zh_TW",
                read_to_end=True,
                choice=choice,
                answered_by=answered_by,
                account="P110001",
                terminal="kiosk-1",
                answered_at=unit.timestamp_ms,
            )
        )
        unit.audit("test", "consent.answered", student_id)
    return consent_id


def _application(opened: Opened, student_id: str, number: str, state: str = "under_review") -> str:
    consent_id, application_id, applicant_id = _consent(opened, student_id, "agree"), uuid4().hex, uuid4().hex
    with opened.school.store.write() as unit:
        unit.session.add(
            Application(
                id=application_id,
                number=number,
                receipt_token=uuid4().hex,
                request_id=uuid4().hex,
                student_id=student_id,
                consent_id=consent_id,
                mode="one_parent",
                basis="parents",
                state=state,
                held_for_registrar=True,
                class_name="科二智",
                student_number="110001",
                student_name="王小明",
                names="王小明、王大明",
                submitted_at=unit.timestamp_ms,
                changed_at=unit.timestamp_ms,
            )
        )
        unit.session.flush()
        national_id_index, mobile_index = uuid4().bytes, uuid4().bytes
        unit.session.add(
            Applicant(
                id=applicant_id,
                application_id=application_id,
                student_id=student_id,
                position=1,
                name="王大明",
                relation="爸爸",
                email_state="none",
                national_id_index=national_id_index,
                mobile_index=mobile_index,
                sealed=unit.keys.seal("applicant", applicant_id, {"national_id": PARENT_ID}),
            )
        )
        unit.session.add(
            SignedForm(
                id=uuid4().hex,
                student_id=student_id,
                application_id=application_id,
                form="binding",
                state="returned",
                changed_at=unit.timestamp_ms,
            )
        )
        unit.audit("test", "application.submitted", application_id)
    return application_id


def _tickets(opened: Opened) -> list[Ticket]:
    with opened.school.store.read() as session:
        return list(session.exec(select(Ticket).order_by(col(Ticket.reported_at))))


def test_hub_of_a_first_visit(opened: Opened, visitor: StudentSession) -> None:
    hub = opened.school.student_data.hub(visitor)
    assert (hub.student.name, hub.student.class_name, hub.student.student_number) == ("王小明", "科二智", "110001")
    assert (hub.data_state, hub.account_state, hub.consent) == ("unconfirmed", "none", "none")
    assert (hub.applications, hub.forms_signed, hub.forms_total) == ((), 0, 2)
    assert not hub.student.is_adult
    assert not hub.needs_student_consent


def test_confirming_is_seen_on_the_hub(opened: Opened, visitor: StudentSession) -> None:
    opened.school.student_data.confirm(visitor)
    assert opened.school.student_data.hub(visitor).data_state == "confirmed"


def test_hub_shows_applications_newest_first_and_masked(opened: Opened, visitor: StudentSession) -> None:
    _application(opened, visitor.student_id, "115-000-0001-1", state="withdrawn")
    assert opened.school.student_data.hub(visitor).account_state == "withdrawn"
    opened.clock.advance(60)
    live = _application(opened, visitor.student_id, "115-000-0002-2")
    opened.clock.advance(60)
    _application(opened, visitor.student_id, "115-000-0003-3", state="rejected")
    hub = opened.school.student_data.hub(visitor)
    assert [application.state for application in hub.applications] == ["rejected", "under_review", "withdrawn"]
    assert hub.account_state == "under_review"
    assert hub.applications[1].id == live
    assert hub.applications[1].applicants == ("王〇明 *******014",)
    assert hub.applications[1].holds == ()
    assert (hub.forms_signed, hub.forms_total) == (1, 2), "one binding form, however many were sent"


def test_the_last_answer_counts(opened: Opened, visitor: StudentSession) -> None:
    for choice in ("agree", "refuse", "agree"):
        _consent(opened, visitor.student_id, choice)
        assert opened.school.student_data.hub(visitor).consent == choice


def test_a_student_of_full_age_must_consent_themself(opened: Opened, visitor: StudentSession) -> None:
    with opened.school.store.write() as unit:
        student = unit.session.get_one(Student, visitor.student_id)
        day_of_eighteen = date(2008, 9, 1)
        student.sealed = unit.keys.seal("student", student.id, {"birth_date": day_of_eighteen.isoformat()})
        unit.audit("test", "student.changed", student.id)
    hub = opened.school.student_data.hub(visitor)
    assert hub.student.is_adult
    assert hub.needs_student_consent
    _consent(opened, visitor.student_id, "agree")
    assert opened.school.student_data.hub(visitor).needs_student_consent
    _consent(opened, visitor.student_id, "agree", answered_by="student")
    assert not opened.school.student_data.hub(visitor).needs_student_consent


def test_the_day_is_counted_in_taipei(opened: Opened, visitor: StudentSession) -> None:
    with opened.school.store.write() as unit:
        student = unit.session.get_one(Student, visitor.student_id)
        student.sealed = unit.keys.seal("student", student.id, {"birth_date": "2008-09-02"})
        unit.audit("test", "student.changed", student.id)
    opened.clock.advance(15 * 60 * 60 - 1)
    assert not opened.school.student_data.hub(visitor).student.is_adult
    opened.clock.advance(1)
    assert opened.school.student_data.hub(visitor).student.is_adult


def test_error_report_holds_live_applications_until_confirmed(opened: Opened, visitor: StudentSession) -> None:
    data = opened.school.student_data
    _application(opened, visitor.student_id, "115-000-0001-1")
    _application(opened, visitor.student_id, "115-000-0002-2", state="withdrawn")
    data.report_errors(visitor, {"class_name": "科二仁", "name": "王曉明"})
    hub = data.hub(visitor)
    assert hub.data_state == "error_reported"
    assert [application.holds for application in hub.applications] == [(), ("correction",)]
    (ticket,) = _tickets(opened)
    fields = opened.school.store.keys.open("ticket", ticket.id, ticket.sealed)["fields"]
    assert fields == [
        {"field": "class_name", "shown": "科二智", "right": "科二仁"},
        {"field": "name", "shown": "王小明", "right": "王曉明"},
    ]
    data.confirm(visitor)
    hub = data.hub(visitor)
    assert [application.holds for application in hub.applications] == [(), ()]
    assert _tickets(opened)[0].state == "replaced"


def test_a_second_report_replaces_the_first(opened: Opened, visitor: StudentSession) -> None:
    for right in ("王曉明", "王筱明"):
        opened.clock.advance(1)
        opened.school.student_data.report_errors(visitor, {"name": right})
    assert [ticket.state for ticket in _tickets(opened)] == ["replaced", "open"]


@pytest.mark.parametrize(
    "right_values",
    [
        {},
        {"name": "王小明"},
        {"name": "  "},
        {"name": "王\x1b]52;c;QQ==\x07明"},
        {"name": "王\u202e明"},
        {"name": "明" * 65},
        {"sealed": "x"},
        {"name": "王曉明", "seat_number": "7"},
    ],
)
def test_a_report_of_nothing_is_refused_whole(
    opened: Opened, visitor: StudentSession, right_values: Mapping[str, str]
) -> None:
    with pytest.raises(NothingReported):
        opened.school.student_data.report_errors(visitor, right_values)
    assert _tickets(opened) == []
    assert opened.school.student_data.hub(visitor).data_state == "unconfirmed"
