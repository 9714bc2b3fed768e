"""The registrar's decisions that unblock applications: conflicts, and applicants with a student's ID."""

from __future__ import annotations

from kiosk.domain.application_status import OPEN_STATES, ApprovalBlock
from kiosk.i18n import _
from kiosk.services.applications import history
from kiosk.services.applications.cases import other_live_cases
from kiosk.services.applications.flags import refresh
from kiosk.services.applications.history import Action
from kiosk.services.applications.state_changes import write_act
from kiosk.services.auth.staff_session import REGISTRAR, StaffMember
from kiosk.services.review.decision_unit import DecisionUnit, changed_meanwhile


class RegistrarDecisions(DecisionUnit):
    """The registrar's part of the service."""

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
                raise changed_meanwhile(unit, kept)
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
