"""Every method of every service, and whom it refuses; called by ``test_denials.py``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from kiosk.domain.application_form import Basis, Mode
from kiosk.domain.documents import FormKey, FormKind
from kiosk.services.accounts.visible_children import Scope
from kiosk.services.applications.drafts import APPLICATION
from kiosk.services.auth.account_session import AccountSession
from kiosk.services.auth.staff_session import ALL_STAFF, Role, StaffMember
from kiosk.services.auth.student_session import StudentSession
from kiosk.services.exports.export_service import HANDING_OVER
from kiosk.services.imports.oneroster_format import Version
from kiosk.services.messaging.verification_codes import EmailChallenge
from kiosk.services.office import StaffServices
from kiosk.services.review.queue_filter import QueueFilter, QueueSort, SortBy
from kiosk.services.school import School
from kiosk.services.signing.signatures import SignatureBox
from kiosk.services.texts.card_services import load_card_services
from tests.builders.applications import MOTHER, MOTHER_ID, TEXT, TODAY, made_up_id
from tests.builders.documents import DRAWING
from tests.builders.school import CHOSEN, STAFF_CHOSEN, STAFF_FIRST, STUDENT_NUMBER

CLASS = "科二智"
_CARD = load_card_services(None)
_CHALLENGE = EmailChallenge("new@example.com", b"", 0.0)
_REASON = "字跡不清，請再確認"


def _nothing(_world: World) -> tuple[Any, ...]:
    return ()


def _no_options(_world: World) -> dict[str, Any]:
    return {}


@dataclass(frozen=True)
class World:
    """A school with one of everything, and everybody who could call.

    Attributes:
        visitor: may do what a visitor may, for their own child.
        members: of the staff, each of whom may do what their role may; the homeroom teacher looks after the class.
        application_id: under review, at version 1, of the visitor's child.
        document_number: of that application's form, not printed yet.
        box: on that form, signed on the screen.
        signature_id: what was signed; nobody has checked it.
        ticket_id: an open error report on the same child.
        binding_id: of another child of the same class, as is the message.
        bound_student_id: that child.
        message_id: what their parent is to be told.
        other_visitor: may do what a visitor may, for that child.
        holder: that parent, signed on with their account.
        other_holder: another child's parent, signed on.
        consent_id: what the holder's binding rests on.
        deletion_id: what the holder asked for, at version 1.
        access_id: what the holder let a carer see of that child, at version 1.
        staff_id: one more of the staff, at version 1.
    """

    school: School
    office: StaffServices
    visitor: StudentSession
    members: Mapping[Role, StaffMember]
    application_id: str
    document_number: str
    box: SignatureBox
    signature_id: str
    ticket_id: str
    binding_id: str
    bound_student_id: str
    message_id: str
    other_visitor: StudentSession
    holder: AccountSession
    other_holder: AccountSession
    access_id: str
    consent_id: str
    deletion_id: str
    staff_id: str


@dataclass(frozen=True)
class Call:
    """How a method is called, and whom it refuses besides those whom every method does.

    Attributes:
        arguments: what follows the caller.
        options: its named arguments.
        roles: of the staff, who may; empty for a visitor's or a holder's method.
        signed_on: it is a method for whoever is signed on with a parent's account.
        of_class: refuses a homeroom teacher of another class.
        decides: refuses a member whose own child it is.
        of_child: refuses the login of another child, or the account of another parent.
        changes_password: is there for whoever has a first password.
    """

    arguments: Callable[[World], tuple[Any, ...]] = _nothing
    options: Callable[[World], dict[str, Any]] = _no_options
    roles: frozenset[Role] = frozenset()
    signed_on: bool = False
    of_class: bool = False
    decides: bool = False
    of_child: bool = False
    changes_password: bool = False


_BOTH = frozenset({Role.HOMEROOM_TEACHER, Role.REGISTRAR})
_REGISTRAR = frozenset({Role.REGISTRAR})
_ADMINISTRATOR = frozenset({Role.ADMINISTRATOR})
_OF_CLASS = QueueFilter(class_name=CLASS)


def _act(*rest: Any, roles: frozenset[Role] = _BOTH) -> Call:
    """An act on the application, at its version."""
    return Call(lambda world: (world.application_id, 1, *rest), roles=roles, of_class=True, decides=True)


def _binding_form(world: World) -> tuple[Any, ...]:
    """The application's form, to be printed."""
    return ([FormKey(FormKind.BINDING, world.application_id)],)


def _on_staff(*rest: Any) -> Call:
    return Call(lambda world: (world.staff_id, 1, *rest), roles=_ADMINISTRATOR)


def _handing_over(*rest: Any, **options: Any) -> Call:
    """An export to a file that is not there; whoever is refused leaves none."""
    return Call(
        lambda world: (world.school.settings.home / f"{uuid4().hex}.out", *rest),
        lambda _world: options,
        roles=HANDING_OVER,
    )


CALLS: Mapping[str, Call] = {
    "school.sign_in.change_password": Call(lambda _world: ("Second-Rain-2",), changes_password=True),
    "school.sign_in.change_staff_password": Call(
        lambda _world: ("Second-Heron-Lamp",), roles=ALL_STAFF, changes_password=True
    ),
    "school.sign_in.confirm_account_password": Call(lambda _world: (CHOSEN,), signed_on=True),
    "school.sign_in.change_account_password": Call(
        lambda _world: ("Second-Rain-2",), signed_on=True, changes_password=True
    ),
    "school.sign_in.confirm_password": Call(lambda _world: (STAFF_CHOSEN, _REGISTRAR), roles=_REGISTRAR),
    "school.student_data.hub": Call(),
    "school.student_data.confirm": Call(),
    "school.student_data.report_errors": Call(lambda _world: ({"name": "王大明"},)),
    "school.consents.record": Call(
        lambda _world: (TEXT, "agree"), lambda _world: {"language": "zh_TW", "read_to_end": True}
    ),
    "school.applications.submit": Call(lambda _world: (uuid4().hex, Mode.ONE_PARENT, Basis.PARENTS, [MOTHER])),
    "school.applications.withdraw": Call(lambda world: (world.application_id, MOTHER_ID), of_child=True),
    "school.drafts.save": Call(lambda _world: (APPLICATION, {}, MOTHER_ID)),
    "school.drafts.exists": Call(lambda _world: (APPLICATION,)),
    "school.drafts.load": Call(lambda _world: (APPLICATION, MOTHER_ID)),
    "school.drafts.discard": Call(lambda _world: (APPLICATION, MOTHER_ID)),
    "school.email_codes.send": Call(lambda _world: ("flower@example.com",)),
    "school.corrections.open": Call(lambda world: (world.application_id, MOTHER_ID), of_child=True),
    "school.corrections.answer": Call(lambda world: (world.application_id, 1, MOTHER_ID, {1: MOTHER}), of_child=True),
    "school.card.choices": Call(),
    "school.card.answer": Call(lambda _world: (_CARD, {item.key: False for item in _CARD.items})),
    "school.papers.of_child": Call(),
    "school.papers.print_own": Call(_binding_form, of_child=True),
    "school.signatures.boxes": Call(),
    "school.signatures.sign": Call(lambda world: (world.box, DRAWING), of_child=True),
    "school.fees.of_account": Call(signed_on=True),
    "school.accounts.children": Call(signed_on=True),
    "school.accounts.contact": Call(signed_on=True),
    "school.accounts.choose_account": Call(lambda _world: ("small.flower",), signed_on=True),
    "school.accounts.change_mobile": Call(lambda _world: ("0910300400",), signed_on=True),
    "school.accounts.send_email_code": Call(lambda _world: ("new@example.com",), signed_on=True),
    "school.accounts.change_email": Call(lambda _world: (_CHALLENGE, "000000"), signed_on=True),
    "school.accounts.end_binding": Call(lambda world: (world.binding_id, "搬家"), signed_on=True, of_child=True),
    "school.carers.of_child": Call(lambda world: (world.bound_student_id,), signed_on=True, of_child=True),
    "school.carers.grant": Call(
        lambda world: (world.bound_student_id,),
        lambda _world: {
            "name": "陳阿姨",
            "national_id": made_up_id(41),
            "mobile": "0944000041",
            "email": None,
            "scope": {Scope.FEES},
            "last_day": TODAY,
        },
        signed_on=True,
        of_child=True,
    ),
    "school.carers.revoke": Call(lambda world: (world.access_id, 1), signed_on=True, of_child=True),
    "school.own_data.consents": Call(signed_on=True),
    "school.own_data.withdraw_consent": Call(lambda world: (world.consent_id,), signed_on=True, of_child=True),
    "school.own_data.copy": Call(signed_on=True),
    "school.own_data.copy_pdf": Call(signed_on=True),
    "school.own_data.request_deletion": Call(lambda _world: (_REASON,), signed_on=True),
    "school.own_data.deletion": Call(signed_on=True),
    "school.own_data.take_back_deletion": Call(signed_on=True),
    "office.staff_accounts.list": Call(roles=_ADMINISTRATOR),
    "office.staff_accounts.find": Call(lambda _world: ("lin.li",), roles=_ADMINISTRATOR),
    "office.staff_accounts.add": Call(
        options=lambda _world: {
            "account": "new.one",
            "name": "陳一",
            "role": Role.REGISTRAR,
            "classes": (),
            "national_id": made_up_id(7),
            "first_password": STAFF_FIRST,
        },
        roles=_ADMINISTRATOR,
    ),
    "office.staff_accounts.disable": _on_staff(),
    "office.staff_accounts.enable": _on_staff(),
    "office.staff_accounts.reset": _on_staff(),
    "office.staff_accounts.set_classes": _on_staff(()),
    "office.staff_accounts.change_role": _on_staff(Role.ADMINISTRATOR),
    "office.queue.page": Call(lambda _world: (_OF_CLASS, QueueSort(SortBy.WAITING)), roles=_BOTH, of_class=True),
    "office.queue.counts": Call(lambda _world: (_OF_CLASS,), roles=_BOTH, of_class=True),
    "office.queue.how_many": Call(lambda _world: (_OF_CLASS,), roles=_BOTH, of_class=True),
    "office.queue.classes": Call(roles=_BOTH),
    "office.queue.binding_rate": Call(lambda _world: (CLASS,), roles=_BOTH, of_class=True),
    "office.review.open": Call(lambda world: (world.application_id,), roles=_BOTH, of_class=True),
    "office.review.reveal": Call(
        lambda world: (world.application_id, 1, _REASON), roles=_BOTH, of_class=True, decides=True
    ),
    "office.review.note": Call(lambda world: (world.application_id, _REASON), roles=_BOTH, of_class=True, decides=True),
    "office.review.approve": _act(),
    "office.review.return_fields": _act({(1, "name"): _REASON}),
    "office.review.reject": _act(_REASON),
    "office.review.form_received": _act(),
    "office.review.documents_seen": _act(),
    "office.review.release_registrar_hold": _act(roles=_REGISTRAR),
    "office.review.resolve_conflict": _act(roles=_REGISTRAR),
    "office.review.record_student_consent": _act(TEXT, "agree"),
    "office.bulk.candidates": Call(lambda _world: (_OF_CLASS,), roles=_BOTH, of_class=True),
    "office.bulk.approve": Call(
        lambda world: ([(world.application_id, 1)], STAFF_CHOSEN, lambda _done, _all: None), roles=_BOTH
    ),
    "office.error_reports.list": Call(roles=_REGISTRAR),
    "office.error_reports.open": Call(lambda world: (world.ticket_id,), roles=_REGISTRAR),
    "office.error_reports.decide": Call(lambda world: (world.ticket_id, 1, {}), roles=_REGISTRAR, decides=True),
    "office.bindings.list": Call(lambda world: (world.bound_student_id,), roles=_BOTH, of_class=True),
    "office.bindings.end": Call(lambda world: (world.binding_id, 1, _REASON), roles=_REGISTRAR, decides=True),
    "office.desk.reset_login": Call(
        lambda _world: (STUDENT_NUMBER,), lambda _world: {"id_seen": True}, roles=_BOTH, of_class=True, decides=True
    ),
    "office.desk.reset_account": Call(
        lambda _world: (MOTHER_ID,), lambda _world: {"id_seen": True}, roles=_REGISTRAR, decides=True
    ),
    "office.deletion_requests.list": Call(roles=_REGISTRAR),
    "office.deletion_requests.open": Call(lambda world: (world.deletion_id,), roles=_REGISTRAR),
    "office.deletion_requests.decide": Call(
        lambda world: (world.deletion_id, 1),
        lambda _world: {"deletes": True, "answer": _REASON},
        roles=_REGISTRAR,
        decides=True,
    ),
    "office.outbox.calls": Call(roles=_BOTH),
    "office.outbox.dead_letters": Call(roles=_BOTH),
    "office.outbox.counts": Call(roles=_BOTH),
    "office.outbox.called": Call(lambda world: (world.message_id, 1), roles=_BOTH, of_class=True),
    "office.outbox.retry": Call(lambda world: (world.message_id, 1), roles=_BOTH, of_class=True),
    "office.audit_log.page": Call(roles=_ADMINISTRATOR),
    "office.print_desk.class_queues": Call(roles=_BOTH),
    "office.print_desk.queue": Call(lambda _world: (CLASS,), roles=_BOTH, of_class=True),
    "office.print_desk.print_for": Call(_binding_form, roles=_BOTH, of_class=True),
    "office.documents.scan": Call(lambda world: (world.document_number,), roles=_BOTH, of_class=True, decides=True),
    "office.signature_desk.waiting": Call(options=lambda _world: {"limit": 10}, roles=_BOTH),
    "office.signature_desk.check": Call(lambda world: (world.signature_id,), roles=_BOTH, of_class=True, decides=True),
    "office.card_register.rows": Call(options=lambda _world: {"limit": 10}, roles=_REGISTRAR),
    "office.hand_over.oneroster": _handing_over(Version.V1_2),
    "office.hand_over.office": _handing_over(as_workbook=False),
    "office.hand_over.consents": _handing_over(),
    "office.hand_over.report": _handing_over(as_pdf=False),
}

OPEN_TO_ALL = {
    "school.sign_in.student": "signs in; refusals: test_a_refused_sign_in_is_audited, test_every_login.py",
    "school.sign_in.parent": "signs in; refusals: test_a_refused_sign_in_is_audited, test_every_login.py",
    "school.sign_in.staff": "signs in; refusals: test_a_refused_sign_in_is_audited, test_every_login.py",
    "school.account_recovery.begin": "for whoever forgot; says nothing of anybody: test_account_recovery.py",
    "school.account_recovery.finish": "takes a recovery, which only `begin` gives: test_account_recovery.py",
    "school.email_codes.check": "takes a challenge, which only `send` gives; wrong codes: test_email_codes.py",
}
