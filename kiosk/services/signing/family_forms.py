"""A child's two forms to be signed (同意簽署回傳, n/2), for the parent to see and print."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from sqlmodel import Session, col, select

from db.models.applications import Application
from db.models.documents import SignedForm
from kiosk.domain.application_status import LIVE_STATES
from kiosk.domain.documents import COUNTED, FormKey, FormKind, Paper, PaperState
from kiosk.domain.errors import Denied
from kiosk.services.auth.denial_audit import audits_refusals
from kiosk.services.auth.student_session import FamilyService, StudentSession
from kiosk.services.documents.printer import PrintFailed, PrintFault
from kiosk.services.documents.register import current_document
from kiosk.services.signing.print_job import Printed, PrintRequester, print_forms


@audits_refusals
class Papers(FamilyService):
    """The service."""

    @property
    def has_printer(self) -> bool:
        """Whether parents can print at the kiosk."""
        return self._settings.printer is not None

    def of_child(self, visitor: StudentSession) -> tuple[Paper, ...]:
        """Return the forms of each live application, and the card form once it is answered."""
        with self._read(visitor) as (session, student):
            return tuple(_paper(session, *one) for one in live_forms(session, student.id))

    def print_own(self, visitor: StudentSession, keys: Sequence[FormKey]) -> Printed:
        """Print forms of the visitor's child.

        Raises:
            PrintFailed, NothingToSign, FormRefused, Denied: see `kiosk.services.signing.print_job.print_forms`.
        """
        return print_forms(self._settings, self._clock, lambda: self._asking(visitor), keys)

    @contextmanager
    def _asking(self, visitor: StudentSession) -> Iterator[PrintRequester]:
        with self._write(visitor) as (unit, student):

            def require_own(student_id: str) -> None:
                if student_id != student.id:
                    raise Denied
                if not self.has_printer:  # files are for staff
                    raise PrintFailed(PrintFault.NO_PRINTER)

            yield PrintRequester(unit, visitor.credential_id, None, require_own)


def live_forms(session: Session, student_id: str) -> Iterator[tuple[FormKey, SignedForm, Application | None]]:
    """Yield the forms that count towards n/2, but those of applications that no longer live."""
    forms = session.exec(
        select(SignedForm, Application)
        .outerjoin(Application, col(Application.id) == col(SignedForm.application_id))
        .where(
            SignedForm.student_id == student_id,
            col(SignedForm.form).in_(COUNTED),
            col(SignedForm.application_id).is_(None) | col(Application.state).in_(LIVE_STATES),
        )
        .order_by(col(SignedForm.form), col(Application.submitted_at))
    ).all()
    for form, application in forms:
        yield FormKey(FormKind(form.form), form.application_id or student_id), form, application


def _paper(session: Session, key: FormKey, form: SignedForm, application: Application | None) -> Paper:
    document = current_document(session, key)
    return Paper(
        key,
        PaperState(form.state),
        None if document is None else document.number,
        None if application is None else application.number,
    )
