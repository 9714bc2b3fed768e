"""A reviewer's work on one application: view, reveal, note, decide, and confirm received papers.

A decision names the version that was seen; if it changed meanwhile, nothing is written and the colleague is named.
Nobody decides on their own child.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from uuid import uuid4

from sqlalchemy import Connection, insert, select, update

from db.models.applications import Correction
from db.models.columns import table_of
from db.models.documents import SignedForm
from db.models.school import Student
from db.store import Store, UnitOfWork
from kiosk.clock import Clock
from kiosk.config.settings import Settings
from kiosk.domain.application_case import ApplicationCase
from kiosk.domain.application_status import OPEN_STATES, ApplicationState, ApprovalBlock
from kiosk.domain.errors import ChangedMeanwhile, Denied
from kiosk.domain.reason import checked_reason
from kiosk.domain.school_calendar import day_at
from kiosk.i18n import _
from kiosk.services.accounts.bindings import open_binding
from kiosk.services.applications import history
from kiosk.services.applications.cases import other_live_cases, read_case
from kiosk.services.applications.correction_answers import RETURNABLE
from kiosk.services.applications.flags import refresh, with_current_flags
from kiosk.services.applications.history import Action
from kiosk.services.applications.state_changes import change_state, write_act
from kiosk.services.auth.staff_session import (
    REGISTRAR,
    REVIEWERS,
    ActingStaff,
    OwnChildRefused,
    Role,
    StaffGate,
    StaffMember,
)
from kiosk.services.auth.student_session import is_of_age
from kiosk.services.messaging import outbox
from kiosk.services.review.case_reader import in_full, view_of
from kiosk.services.review.case_view import ApplicationView, Revealed
from kiosk.services.review.refusals import Blocked, NothingToReturn, RegistrarDecides
from kiosk.services.signing.issuing import note_received
from kiosk.services.students.consents import ConsentAnswer, NotOfAge, add_consent
from kiosk.services.texts.loader import ConsentText

_correction = table_of(Correction)
_signed_form = table_of(SignedForm)
_student = table_of(Student)
_REGISTRARS_BLOCKS = {ApprovalBlock.CONFLICT, ApprovalBlock.REGISTRAR}


class Review:
    """The service.

    Every method raises Denied or PasswordChangeRequired as :class:`StaffGate` does, and Denied for another's class, no
    such application, and a decision on the member's own child. A decision raises ChangedMeanwhile where a colleague or
    the parent was faster; ``version`` is as the member saw it.
    """

    def __init__(self, store: Store, settings: Settings, clock: Clock) -> None:
        self._store = store
        self._settings = settings
        self._clock = clock
        self._gate = StaffGate(store)

    def open(self, member: StaffMember, application_id: str) -> ApplicationView:
        """Return one application, masked."""
        with self._gate.read(member, "application.open", REVIEWERS) as (session, acting):
            connection = session.connection()
            case = _case_for(connection, acting, application_id)
            try:
                acting.require_not_own_child(session, case.student_id)
                is_own_child = False
            except OwnChildRefused:
                is_own_child = True
            now = int(self._clock.now().timestamp() * 1000)
            return view_of(connection, self._store.keys, case, now, is_own_child=is_own_child)

    def reveal(self, member: StaffMember, application_id: str, position: int, reason: str) -> Revealed:
        """Return an applicant and the matching guardian without masks; member and reason are recorded.

        Raises:
            UnusableReason: the reason is empty, too long or unsafe.
            Denied: the member's own child, or no such applicant.
        """
        reason = checked_reason(reason)
        with self._gate.write(member, "application.reveal", REVIEWERS) as (unit, acting):
            case = _case_for(unit.connection, acting, application_id)
            acting.require_not_own_child(unit.session, case.student_id)
            revealed = in_full(unit.connection, unit.keys, case, position)
            if revealed is None:
                raise Denied
            history.add(unit, case.id, Action.REVEALED, acting.id, reason)
            detail = {"position": position, "reason": reason}
            unit.audit(member.credential_id, "application.revealed", case.id, detail)
        return revealed

    def note(self, member: StaffMember, application_id: str, text: str) -> None:
        """Write a note for colleagues; parents never see it.

        Raises:
            UnusableReason: the note is empty, too long or unsafe.
            Denied: the member's own child.
        """
        text = checked_reason(text)
        with self._gate.write(member, "application.note", REVIEWERS) as (unit, acting):
            case = _case_for(unit.connection, acting, application_id)
            acting.require_not_own_child(unit.session, case.student_id)
            history.add(unit, case.id, Action.NOTED, acting.id, text)
            unit.audit(member.credential_id, "application.noted", case.id, {"text": text})

    def approve(self, member: StaffMember, application_id: str, version: int, *, only_clean: bool = False) -> None:
        """Approve (通過): open the accounts, bind the child, notify the parents.

        ``only_clean`` refuses an application that needs a review, as a bulk approval must.

        Raises:
            Blocked: an approval block holds, also of a student who came of age meanwhile.
            EmailOfAnother: an address is another person's account.
        """
        with self._deciding(member, "application.approve", application_id, version) as (unit, acting, seen):
            case = with_current_flags(unit, seen)
            blocked = _blocked(case, only_clean=only_clean)
            if blocked is None:
                change_state(unit, case, ApplicationState.APPROVED, decided_by=acting.id, decided_at=unit.timestamp_ms)
                opened = open_binding(unit, member.credential_id, case)
                outbox.notify_approved(unit, self._settings, case, opened)
                history.add(unit, case.id, Action.APPROVED, acting.id)
            refresh(unit, [case.student_id])
            action = "application.approved" if blocked is None else "application.not_approvable"
            unit.audit(member.credential_id, action, case.id, {"version": version})
        if blocked is not None:
            raise blocked

    def return_fields(
        self, member: StaffMember, application_id: str, version: int, reasons: Mapping[tuple[int, str], str]
    ) -> None:
        """Return fields to the parent (退件補正), each with a reason; fields returned before stay returned.

        The reasons are by the applicant's position, from 1, and the field's key, one of `RETURNABLE`.

        Raises:
            NothingToReturn: no field is named, or one that the application has not.
            UnusableReason: a reason is empty, too long or unsafe.
        """
        checked = {place: checked_reason(reason) for place, reason in reasons.items()}
        with self._deciding(member, "application.return", application_id, version) as (unit, acting, case):
            positions = {person.position for person in case.applicants}
            if not checked or any(position not in positions or key not in RETURNABLE for position, key in checked):
                raise NothingToReturn
            _write_corrections(unit, case.id, checked)
            change_state(unit, case, ApplicationState.RETURNED, decided_by=acting.id, decided_at=unit.timestamp_ms)
            refresh(unit, [case.student_id])
            outbox.notify_returned(unit, self._settings, case, checked)
            history.add(unit, case.id, Action.RETURNED, acting.id, fields=checked)
            fields = sorted(f"{position}.{key}" for position, key in checked)
            unit.audit(member.credential_id, "application.returned", case.id, {"fields": fields})

    def reject(self, member: StaffMember, application_id: str, version: int, reason: str) -> None:
        """Reject an application (不通過) and notify the parents, who may apply anew.

        Raises:
            UnusableReason: the reason is empty, too long or unsafe.
            RegistrarDecides: the member is not the registrar, and a block is the registrar's.
        """
        reason = checked_reason(reason)
        with self._deciding(member, "application.reject", application_id, version) as (unit, acting, case):
            if acting.role is not Role.REGISTRAR and not _REGISTRARS_BLOCKS.isdisjoint(case.blocks):
                raise RegistrarDecides
            self._reject(unit, acting, case, reason)
            refresh(unit, [case.student_id])
            unit.audit(member.credential_id, "application.rejected", case.id, {"reason": reason})

    def form_received(self, member: StaffMember, application_id: str, version: int) -> None:
        """Confirm the signed form (已收到簽章申請書): it came back with the same content."""
        with self._deciding(member, "application.form", application_id, version) as (unit, acting, case):
            is_missing = (_signed_form.c.form == "binding", _signed_form.c.state != "returned")
            unit.connection.execute(
                update(_signed_form)
                .where(_signed_form.c.application_id == case.id, *is_missing)
                .values(state="returned", received_by=acting.id, changed_at=unit.timestamp_ms)
            )
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
            find = select(_student.c.sealed).where(_student.c.id == case.student_id)
            sealed = unit.connection.execute(find).scalar_one()
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

    def release_registrar_hold(self, member: StaffMember, application_id: str, version: int) -> None:
        """Release the registrar's block: an applicant with a student's ID is right after all."""
        with self._deciding(member, "application.release", application_id, version, REGISTRAR) as (unit, acting, case):
            write_act(unit, case, registrar_released_by=acting.id)
            refresh(unit, [case.student_id])
            history.add(unit, case.id, Action.REGISTRAR_RELEASED, acting.id)
            unit.audit(member.credential_id, "application.registrar_released", case.id)

    def resolve_conflict(self, member: StaffMember, keep_id: str, version: int, *, all_stand: bool = False) -> None:
        """Decide between the applications for one child; ``version`` is of the kept one.

        With ``all_stand`` the others are kept too. Else those not approved yet are rejected, and their parents
        notified.

        Raises:
            ChangedMeanwhile: as for every decision, or there is no conflict any more.
        """
        with self._deciding(member, "application.resolve_conflict", keep_id, version, REGISTRAR) as (
            unit,
            acting,
            kept,
        ):
            if ApprovalBlock.CONFLICT not in kept.blocks:
                raise _changed_meanwhile(unit, kept)
            others = [other for other in other_live_cases(unit.connection, kept) if other.state in OPEN_STATES]
            for other in others:
                if all_stand:
                    write_act(unit, other, conflict_settled_by=acting.id)
                    history.add(unit, other.id, Action.CONFLICT_SETTLED, acting.id)
                else:
                    self._reject(unit, acting, other, _("同一名學生的另一件申請，已由註冊組採用。"))
                    unit.audit(member.credential_id, "application.rejected", other.id, {"reason": "conflict"})
            write_act(unit, kept, conflict_settled_by=acting.id)
            refresh(unit, [kept.student_id])
            history.add(unit, keep_id, Action.CONFLICT_SETTLED, acting.id)
            unit.audit(member.credential_id, "application.conflict_resolved", keep_id, {"all_stand": all_stand})

    @contextmanager
    def _deciding(
        self,
        member: StaffMember,
        action: str,
        application_id: str,
        version: int,
        roles: frozenset[Role] = REVIEWERS,
    ) -> Iterator[tuple[UnitOfWork, ActingStaff, ApplicationCase]]:
        with self._gate.write(member, action, roles) as (unit, acting):
            case = _case_for(unit.connection, acting, application_id)
            acting.require_not_own_child(unit.session, case.student_id)
            if case.version != version or case.state not in OPEN_STATES:
                raise _changed_meanwhile(unit, case)
            yield unit, acting, case

    def _reject(self, unit: UnitOfWork, acting: ActingStaff, case: ApplicationCase, reason: str) -> None:
        """Reject an application; the caller refreshes the flags."""
        change_state(unit, case, ApplicationState.REJECTED, decided_by=acting.id, decided_at=unit.timestamp_ms)
        outbox.notify_rejected(unit, self._settings, case, reason)
        history.add(unit, case.id, history.Action.REJECTED, acting.id, reason)


def _blocked(case: ApplicationCase, *, only_clean: bool) -> Blocked | None:
    """Return the reasons against an approval; None if there are none."""
    is_returned = case.state != ApplicationState.UNDER_REVIEW
    needs_review = only_clean and case.needs_review
    if case.blocks or is_returned or needs_review:
        return Blocked(case.blocks, is_returned=is_returned, needs_review=needs_review)
    return None


def _write_corrections(unit: UnitOfWork, application_id: str, reasons: Mapping[tuple[int, str], str]) -> None:
    """Write one open row a field; a new reason for the same field replaces the earlier one."""
    find = select(_correction).where(_correction.c.application_id == application_id, _correction.c.state == "open")
    known = {(row.position, row.field): row.id for row in unit.connection.execute(find)}
    for (position, key), reason in reasons.items():
        row_id = known.get((position, key)) or uuid4().hex
        written = {"sealed": unit.keys.seal("correction", row_id, {"reason": reason}), "returned_at": unit.timestamp_ms}
        if (position, key) in known:
            unit.connection.execute(update(_correction).where(_correction.c.id == row_id).values(written))
        else:
            place = {"id": row_id, "application_id": application_id, "position": position, "field": key}
            unit.connection.execute(insert(_correction).values(**place, state="open", **written))


def _case_for(connection: Connection, acting: ActingStaff, application_id: str) -> ApplicationCase:
    """Read an application of a class that the member may see; deny any other."""
    case = read_case(connection, application_id)
    if case is None:
        raise Denied
    acting.require_class(case.class_name)
    return case


def _changed_meanwhile(unit: UnitOfWork, case: ApplicationCase) -> ChangedMeanwhile:
    """Name the last act that made another version; nobody is named where only data changed."""
    line = history.last_act(unit.connection, unit.keys, case.id)
    if line is None:
        return ChangedMeanwhile(at=case.changed_at, what=case.state)
    return ChangedMeanwhile(line.by, line.at, line.action.value)
