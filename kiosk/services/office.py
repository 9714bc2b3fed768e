"""The composition root of the staff's services, imported only in review mode."""

from __future__ import annotations

from dataclasses import dataclass

from kiosk.services.accounts.bindings_desk import Bindings
from kiosk.services.administration.audit_log import AuditLog
from kiosk.services.administration.login_reset_desk import Desk
from kiosk.services.administration.staff_accounts import StaffAccounts
from kiosk.services.exports.export_service import HandOver
from kiosk.services.messaging.outbox_desk import Outbox
from kiosk.services.privacy.deletion_requests import DeletionRequests
from kiosk.services.review.bulk_approval import BulkApproval
from kiosk.services.review.decisions import Review
from kiosk.services.review.queue import ReviewQueue
from kiosk.services.school import School
from kiosk.services.signing.print_desk import PrintDesk
from kiosk.services.signing.scan_desk import DocumentDesk
from kiosk.services.signing.signature_desk import SignatureDesk
from kiosk.services.students.card_register import CardRegister
from kiosk.services.students.error_reports import ErrorReports


@dataclass(frozen=True)
class StaffServices:
    """The services for staff; ``School.sign_in`` signs in."""

    staff_accounts: StaffAccounts
    queue: ReviewQueue
    review: Review
    bulk: BulkApproval
    error_reports: ErrorReports
    bindings: Bindings
    desk: Desk
    outbox: Outbox
    audit_log: AuditLog
    print_desk: PrintDesk
    documents: DocumentDesk
    signature_desk: SignatureDesk
    card_register: CardRegister
    hand_over: HandOver
    deletion_requests: DeletionRequests


def open_office(school: School) -> StaffServices:
    """Return the staff's services over a school, which must stay open."""
    store, settings, clock = school.store, school.settings, school.clock
    queue, review = ReviewQueue(store, clock), Review(store, settings, clock)
    return StaffServices(
        staff_accounts=StaffAccounts(store, clock),
        queue=queue,
        review=review,
        bulk=BulkApproval(queue, review, school.sign_in),
        error_reports=ErrorReports(store, settings, clock),
        bindings=Bindings(store, settings),
        desk=Desk(store, clock),
        outbox=Outbox(store, settings),
        audit_log=AuditLog(store),
        print_desk=PrintDesk(store, clock, settings),
        documents=DocumentDesk(store),
        signature_desk=SignatureDesk(store),
        card_register=CardRegister(store),
        hand_over=HandOver(store, settings, clock),
        deletion_requests=DeletionRequests(store, settings),
    )
