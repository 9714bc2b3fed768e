"""What a reviewer does with one application: looks, reveals, decides; every act one unit of work, made once.

An act names the version that was looked at. Whoever comes second is told who was first and when, and nothing is
changed. Nobody decides on their own child.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from uuid import uuid4

from sqlalchemy import Connection, RowMapping, bindparam, insert, select, update

from db.models.applications import Applicant, Application, Consent, Correction
from db.models.columns import table_of
from db.models.documents import SignedForm
from db.models.school import Student
from db.store import Store, UnitOfWork
from kiosk.clock import Clock
from kiosk.config.settings import Settings
from kiosk.domain.application_status import LIVE_STATES, OPEN_STATES, ApplicationState, ApprovalBlock
from kiosk.domain.errors import ChangedMeanwhile, Denied, ServiceError
from kiosk.domain.reason import checked_reason
from kiosk.domain.school_calendar import day_at
from kiosk.i18n import _
from kiosk.services.accounts.bindings import open_binding
from kiosk.services.applications import history
from kiosk.services.applications.corrections import RETURNABLE
from kiosk.services.applications.flags import refresh
from kiosk.services.applications.history import Action
from kiosk.services.applications.state_changes import change_state
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
from kiosk.services.signing.issuing import note_received
from kiosk.services.students.consents import ConsentAnswer, NotOfAge, moment_after_last
from kiosk.services.texts.loader import ConsentText

_application = table_of(Application)
_applicant = table_of(Applicant)
_signed_form = table_of(SignedForm)
_student = table_of(Student)
_correction = table_of(Correction)

_FIND = select(_application).where(_application.c.id == bindparam("application"))
_FIND_POSITIONS = select(_applicant.c.position).where(_applicant.c.application_id == bindparam("application"))
_FIND_OPEN_CORRECTIONS = select(_correction).where(
    _correction.c.application_id == bindparam("application"), _correction.c.state == "open"
)
_FIND_OTHERS = select(_application).where(
    _application.c.student_id == bindparam("student"),
    _application.c.id != bindparam("application"),
    _application.c.state.in_(LIVE_STATES),
)
_RECEIVE_FORM = (
    update(_signed_form)
    .where(
        _signed_form.c.application_id == bindparam("application"),
        _signed_form.c.form == "binding",
        _signed_form.c.state != "returned",
    )
    .values(state="returned", received_by=bindparam("staff"), changed_at=bindparam("at"))
)


class Blocked(ServiceError):
    """The application cannot be approved now.

    Attributes:
        holds: what stands against it.
        is_returned: the parent has still to answer what was sent back.
        needs_a_look: it was to be approved in bulk, and a remark wants a person's look first.
    """

    def __init__(
        self, holds: tuple[ApprovalBlock, ...] = (), *, is_returned: bool = False, needs_a_look: bool = False
    ) -> None:
        super().__init__("not approvable")
        self.holds = holds
        self.is_returned = is_returned
        self.needs_a_look = needs_a_look


class RegistrarDecides(ServiceError):
    """While a conflict or the registrar's own hold stands, only the registrar refuses one of the applications."""


class NothingToReturn(ServiceError):
    """No field is named, or one that the application has not."""


class Review:
    """The service.

    Args:
        store: the database.
        settings: whether a mail server is set, for telling the parents.
        clock: the present.
    """

    def __init__(self, store: Store, settings: Settings, clock: Clock) -> None:
        self._store = store
        self._settings = settings
        self._clock = clock
        self._gate = StaffGate(store)

    def open(self, member: StaffMember, application_id: str) -> ApplicationView:
        """Everything of one application, masked.

        Raises:
            Denied, PasswordChangeRequired: another's class or no such application, or see :class:`StaffGate`.
        """
        with self._gate.read(member, "application.open", REVIEWERS) as (session, acting):
            connection = session.connection()
            application = _find(connection, acting, application_id)
            try:
                acting.require_not_own_child(session, application["student_id"])
                is_own_child = False
            except OwnChildRefused:
                is_own_child = True
            now = int(self._clock.now().timestamp() * 1000)
            return view_of(connection, self._store.keys, application, now, is_own_child=is_own_child)

    def reveal(self, member: StaffMember, application_id: str, position: int, reason: str) -> Revealed:
        """An applicant without masks, and who they are on file; it is recorded who looked, and why.

        Raises:
            UnusableReason: see there.
            Denied, PasswordChangeRequired: the member's own child, no such person, or see `open`.
        """
        reason = checked_reason(reason)
        with self._gate.write(member, "application.reveal", REVIEWERS) as (unit, acting):
            application = _find(unit.connection, acting, application_id)
            acting.require_not_own_child(unit.session, application["student_id"])
            revealed = in_full(unit.connection, unit.keys, application, position)
            if revealed is None:
                raise Denied
            history.add(unit, application_id, Action.REVEALED, acting.id, reason)
            unit.audit(
                member.credential_id,
                "application.revealed",
                application_id,
                {"position": position, "reason": reason},
            )
        return revealed

    def note(self, member: StaffMember, application_id: str, text: str) -> None:
        """Leave a note to colleagues; parents never see it.

        Raises:
            UnusableReason: see there.
            Denied, PasswordChangeRequired: the member's own child, or see `open`.
        """
        text = checked_reason(text)
        with self._gate.write(member, "application.note", REVIEWERS) as (unit, acting):
            application = _find(unit.connection, acting, application_id)
            acting.require_not_own_child(unit.session, application["student_id"])
            history.add(unit, application_id, Action.NOTED, acting.id, text)
            unit.audit(member.credential_id, "application.noted", application_id, {"text": text})

    def approve(self, member: StaffMember, application_id: str, version: int, *, only_clean: bool = False) -> None:
        """Approve (通過): the accounts are opened, the children bound, the parents told.

        Args:
            member: who decides.
            application_id: which.
            version: as the member saw it.
            only_clean: refuse what wants a look, as an approval in bulk must.

        Raises:
            Blocked: something stands against it; a student who came of age since is found here.
            EmailOfAnother: an address is another person's account.
            ChangedMeanwhile: a colleague or the parent was faster.
            Denied, PasswordChangeRequired: the member's own child, or see `open`.
        """
        with self._act(member, "application.approve", application_id, version) as (unit, acting, seen):
            refresh(unit, [seen["student_id"]])
            application = _find(unit.connection, acting, application_id)
            blocked = _blocked(application, only_clean=only_clean)
            if blocked is None:
                decision = {"decided_by": acting.id, "decided_at": unit.timestamp_ms}
                change_state(unit, application, ApplicationState.APPROVED, **decision)
                opened = open_binding(unit, member.credential_id, application_id)
                outbox.notify_approved(unit, self._settings, application_id, version, opened)
                history.add(unit, application_id, Action.APPROVED, acting.id)
            action = "application.approved" if blocked is None else "application.not_approvable"
            unit.audit(member.credential_id, action, application_id, {"version": version})
        if blocked is not None:
            raise blocked

    def return_fields(
        self, member: StaffMember, application_id: str, version: int, reasons: Mapping[tuple[int, str], str]
    ) -> None:
        """Send fields back to the parent (退件補正), each with a reason; those sent back before stay so.

        Args:
            member: who decides.
            application_id: which.
            version: as the member saw it.
            reasons: by the applicant's position, from 1, and the field's key, one of `RETURNABLE`.

        Raises:
            NothingToReturn, UnusableReason: see there.
            ChangedMeanwhile: a colleague or the parent was faster.
            Denied, PasswordChangeRequired: the member's own child, or see `open`.
        """
        said = {place: checked_reason(reason) for place, reason in reasons.items()}
        with self._act(member, "application.return", application_id, version) as (unit, acting, application):
            positions = set(unit.connection.execute(_FIND_POSITIONS, {"application": application_id}).scalars())
            if not said or any(position not in positions or key not in RETURNABLE for position, key in said):
                raise NothingToReturn
            _write_corrections(unit, application_id, said)
            decision = {"decided_by": acting.id, "decided_at": unit.timestamp_ms}
            change_state(unit, application, ApplicationState.RETURNED, **decision)
            outbox.notify_returned(unit, self._settings, application_id, version, said)
            history.add(unit, application_id, Action.RETURNED, acting.id, fields=said)
            unit.audit(
                member.credential_id,
                "application.returned",
                application_id,
                {"fields": sorted(f"{position}.{key}" for position, key in said)},
            )

    def reject(self, member: StaffMember, application_id: str, version: int, reason: str) -> None:
        """Refuse an application (不通過); the parents are told why, and may apply anew.

        Raises:
            UnusableReason, RegistrarDecides: see there.
            ChangedMeanwhile: a colleague or the parent was faster.
            Denied, PasswordChangeRequired: the member's own child, or see `open`.
        """
        reason = checked_reason(reason)
        with self._act(member, "application.reject", application_id, version) as (unit, acting, application):
            is_registrars = application["held_for_conflict"] or application["held_for_registrar"]
            if is_registrars and acting.role is not Role.REGISTRAR:
                raise RegistrarDecides
            self._reject(unit, acting, application, reason)
            unit.audit(member.credential_id, "application.rejected", application_id, {"reason": reason})

    def form_received(self, member: StaffMember, application_id: str, version: int) -> None:
        """已收到簽章申請書: the signed form has come back, and says the same.

        Raises:
            ChangedMeanwhile: a colleague or the parent was faster.
            Denied, PasswordChangeRequired: the member's own child, or see `open`.
        """
        with self._act(member, "application.form", application_id, version) as (unit, acting, application):
            values = {"application": application_id, "staff": acting.id, "at": unit.timestamp_ms}
            unit.connection.execute(_RECEIVE_FORM, values)
            note_received(unit, application_id, acting.id, member.credential_id)
            refresh(unit, [application["student_id"]])
            history.add(unit, application_id, Action.FORM_RECEIVED, acting.id)
            unit.audit(member.credential_id, "application.form_received", application_id)

    def documents_seen(self, member: StaffMember, application_id: str, version: int) -> None:
        """已查驗證明文件: the originals of the papers that the application's basis asks for were seen.

        Raises:
            ChangedMeanwhile: a colleague or the parent was faster.
            Denied, PasswordChangeRequired: the member's own child, or see `open`.
        """
        with self._act(member, "application.documents", application_id, version) as (unit, acting, application):
            _set(unit, application, documents_seen_by=acting.id, documents_seen_at=unit.timestamp_ms)
            history.add(unit, application_id, Action.DOCUMENTS_SEEN, acting.id)
            unit.audit(member.credential_id, "application.documents_seen", application_id)

    def release_registrar_hold(self, member: StaffMember, application_id: str, version: int) -> None:
        """The registrar has looked: an applicant with a student's number is right after all.

        Raises:
            ChangedMeanwhile: a colleague or the parent was faster.
            Denied, PasswordChangeRequired: not the registrar, the member's own child, or see `open`.
        """
        with self._act(member, "application.release", application_id, version, REGISTRAR) as (unit, acting, row):
            _set(unit, row, registrar_released_by=acting.id)
            history.add(unit, application_id, Action.REGISTRAR_RELEASED, acting.id)
            unit.audit(member.credential_id, "application.registrar_released", application_id)

    def resolve_conflict(self, member: StaffMember, keep_id: str, version: int, *, all_stand: bool = False) -> None:
        """Decide between the applications for one child.

        Args:
            member: the registrar.
            keep_id: the application that goes on.
            version: of that one, as the member saw it.
            all_stand: the others go on beside it; else those not approved yet are refused, and their parents told.

        Raises:
            ChangedMeanwhile: a colleague or a parent was faster, or there is no conflict any more.
            Denied, PasswordChangeRequired: not the registrar, the member's own child, or see `open`.
        """
        with self._act(member, "application.resolve_conflict", keep_id, version, REGISTRAR) as (unit, acting, kept):
            if not kept["held_for_conflict"]:
                raise _changed(unit, kept)
            place = {"student": kept["student_id"], "application": keep_id}
            others = unit.connection.execute(_FIND_OTHERS, place).mappings().all()
            for other in others:
                if other["state"] in OPEN_STATES and all_stand:
                    _set(unit, other, conflict_settled_by=acting.id)
                    history.add(unit, other["id"], Action.CONFLICT_SETTLED, acting.id)
                elif other["state"] in OPEN_STATES:
                    self._reject(unit, acting, other, _("同一名學生的另一件申請，已由註冊組採用。"))
                    unit.audit(member.credential_id, "application.rejected", other["id"], {"reason": "conflict"})
            _set(unit, kept, conflict_settled_by=acting.id)
            history.add(unit, keep_id, Action.CONFLICT_SETTLED, acting.id)
            unit.audit(member.credential_id, "application.conflict_resolved", keep_id, {"all_stand": all_stand})

    def record_student_consent(
        self, member: StaffMember, application_id: str, version: int, text: ConsentText, choice: ConsentAnswer
    ) -> None:
        """Enter the answer of a student of full age that came on signed paper.

        Args:
            member: who holds the paper.
            application_id: which.
            version: as the member saw it.
            text: the consent text as the paper has it.
            choice: 同意 or 不同意.

        Raises:
            NotOfAge: the student is a minor; a parent answers.
            ChangedMeanwhile: a colleague or the parent was faster.
            Denied, PasswordChangeRequired: the member's own child, or see `open`.
        """
        with self._act(member, "application.student_consent", application_id, version) as (unit, acting, application):
            student = unit.session.get_one(Student, application["student_id"])
            if not is_of_age(unit.keys, student.id, student.sealed, day_at(unit.timestamp_ms)):
                raise NotOfAge
            if choice not in ("agree", "refuse"):
                raise Denied
            unit.session.add(
                Consent(
                    id=uuid4().hex,
                    student_id=student.id,
                    text_name=str(text.source.name),
                    text_version=text.source.version,
                    text_sha256=text.source.sha256,
                    language=text.source.language,
                    read_to_end=True,
                    choice=choice,
                    answered_by="student",
                    account=member.account,
                    terminal=member.terminal,
                    recorded_by=acting.id,
                    answered_at=moment_after_last(unit.session, student.id, unit.timestamp_ms),
                )
            )
            refresh(unit, [student.id])
            history.add(unit, application_id, Action.STUDENT_CONSENT_RECORDED, acting.id)
            detail = {"choice": choice, "sha256": text.source.sha256}
            unit.audit(member.credential_id, "consent.recorded", student.id, detail)

    @contextmanager
    def _act(
        self,
        member: StaffMember,
        action: str,
        application_id: str,
        version: int,
        roles: frozenset[Role] = REVIEWERS,
    ) -> Iterator[tuple[UnitOfWork, ActingStaff, RowMapping]]:
        """A unit of work on an application that is still open, and as the member saw it."""
        with self._gate.write(member, action, roles) as (unit, acting):
            application = _find(unit.connection, acting, application_id)
            acting.require_not_own_child(unit.session, application["student_id"])
            if application["version"] != version or application["state"] not in OPEN_STATES:
                raise _changed(unit, application)
            yield unit, acting, application

    def _reject(self, unit: UnitOfWork, acting: ActingStaff, application: RowMapping, reason: str) -> None:
        decision = {"decided_by": acting.id, "decided_at": unit.timestamp_ms}
        change_state(unit, application, ApplicationState.REJECTED, **decision)
        outbox.notify_rejected(unit, self._settings, application["id"], application["version"], reason)
        history.add(unit, application["id"], Action.REJECTED, acting.id, reason)


def _find(connection: Connection, acting: ActingStaff, application_id: str) -> RowMapping:
    """An application of a class of theirs.

    Raises:
        Denied: there is none.
    """
    application = connection.execute(_FIND, {"application": application_id}).mappings().one_or_none()
    if application is None:
        raise Denied
    acting.require_class(application["class_name"])
    return application


def _set(unit: UnitOfWork, application: RowMapping, **values: object) -> None:
    """Write down an act of staff, and what follows from it."""
    unit.connection.execute(
        update(_application)
        .where(_application.c.id == application["id"])
        .values(changed_at=unit.timestamp_ms, version=_application.c.version + 1, **values)
    )
    refresh(unit, [application["student_id"]])


def _changed(unit: UnitOfWork, application: RowMapping) -> ChangedMeanwhile:
    """Who was faster: the last who did something that made another version; nobody is named where data changed."""
    line = history.last_act(unit.connection, unit.keys, application["id"])
    if line is None:
        return ChangedMeanwhile(at=application["changed_at"], what=application["state"])
    return ChangedMeanwhile(line.by, line.at, line.action.value)


def _blocked(application: RowMapping, *, only_clean: bool) -> Blocked | None:
    """What stands against an approval; None where nothing does."""
    holds = tuple(hold for hold in ApprovalBlock if application[f"held_for_{hold.value}"])
    is_returned = application["state"] != ApplicationState.UNDER_REVIEW
    needs_a_look = only_clean and application["needs_a_look"]
    if holds or is_returned or needs_a_look:
        return Blocked(holds, is_returned=is_returned, needs_a_look=needs_a_look)
    return None


def _write_corrections(unit: UnitOfWork, application_id: str, reasons: Mapping[tuple[int, str], str]) -> None:
    """One open row a field: another reason for the same field takes the place of the first."""
    found = unit.connection.execute(_FIND_OPEN_CORRECTIONS, {"application": application_id}).mappings()
    known = {(row["position"], row["field"]): row["id"] for row in found}
    for (position, key), reason in reasons.items():
        row_id = known.get((position, key)) or uuid4().hex
        written = {"sealed": unit.keys.seal("correction", row_id, {"reason": reason}), "returned_at": unit.timestamp_ms}
        if (position, key) in known:
            unit.connection.execute(update(_correction).where(_correction.c.id == row_id).values(written))
        else:
            place = {"id": row_id, "application_id": application_id, "position": position, "field": key}
            unit.connection.execute(insert(_correction).values(**place, state="open", **written))
