"""Staff's confirmations of received papers: the signed form, the seen documents, a student's consent on paper."""

from __future__ import annotations

from sqlalchemy import bindparam, select, update

from db.models.columns import table_of
from db.models.documents import SignedForm
from db.models.school import Student
from kiosk.domain.errors import Denied
from kiosk.domain.school_calendar import day_at
from kiosk.services.applications import history
from kiosk.services.applications.flags import refresh
from kiosk.services.applications.history import Action
from kiosk.services.applications.state_changes import write_act
from kiosk.services.auth.staff_session import StaffMember
from kiosk.services.auth.student_session import is_of_age
from kiosk.services.review.decision_unit import DecisionUnit
from kiosk.services.signing.issuing import note_received
from kiosk.services.students.consents import ConsentAnswer, NotOfAge, add_consent
from kiosk.services.texts.loader import ConsentText

_signed_form = table_of(SignedForm)
_student = table_of(Student)
_FIND_SEALED = select(_student.c.sealed).where(_student.c.id == bindparam("student"))
_RECEIVE_FORM = (
    update(_signed_form)
    .where(
        _signed_form.c.application_id == bindparam("application"),
        _signed_form.c.form == "binding",
        _signed_form.c.state != "returned",
    )
    .values(state="returned", received_by=bindparam("staff"), changed_at=bindparam("at"))
)


class ReceivedPapers(DecisionUnit):
    """The part of the service for received papers."""

    def form_received(self, member: StaffMember, application_id: str, version: int) -> None:
        """Confirm the signed form (已收到簽章申請書): it came back with the same content."""
        with self._deciding(member, "application.form", application_id, version) as (unit, acting, case):
            values = {"application": case.id, "staff": acting.id, "at": unit.timestamp_ms}
            unit.connection.execute(_RECEIVE_FORM, values)
            note_received(unit, case.id, acting.id, member.credential_id)
            refresh(unit, [case.student_id])
            history.add(unit, case.id, Action.FORM_RECEIVED, acting.id)
            unit.audit(member.credential_id, "application.form_received", case.id)

    def documents_seen(self, member: StaffMember, application_id: str, version: int) -> None:
        """Confirm the originals of the documents that the application's basis needs (已查驗證明文件)."""
        with self._deciding(member, "application.documents", application_id, version) as (unit, acting, case):
            write_act(unit, case, documents_seen_by=acting.id, documents_seen_at=unit.timestamp_ms)
            refresh(unit, [case.student_id])
            history.add(unit, case.id, Action.DOCUMENTS_SEEN, acting.id)
            unit.audit(member.credential_id, "application.documents_seen", case.id)

    def record_student_consent(
        self, member: StaffMember, application_id: str, version: int, text: ConsentText, choice: ConsentAnswer
    ) -> None:
        """Record the answer of a student of full age on signed paper; ``text`` is the consent text as the paper has it.

        Raises:
            NotOfAge: the student is a minor; a parent answers.
        """
        with self._deciding(member, "application.student_consent", application_id, version) as (unit, acting, case):
            sealed = unit.connection.execute(_FIND_SEALED, {"student": case.student_id}).scalar_one()
            if not is_of_age(unit.keys, case.student_id, sealed, day_at(unit.timestamp_ms)):
                raise NotOfAge
            if choice not in ("agree", "refuse"):
                raise Denied
            add_consent(
                unit,
                case.student_id,
                text,
                choice,
                text.source.language,
                "student",
                member.account,
                member.terminal,
                recorded_by=acting.id,
            )
            refresh(unit, [case.student_id])
            history.add(unit, case.id, Action.STUDENT_CONSENT_RECORDED, acting.id)
            detail = {"choice": choice, "sha256": text.source.sha256}
            unit.audit(member.credential_id, "consent.recorded", case.student_id, detail)
