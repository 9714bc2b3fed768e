"""T33: every method of every service, called by everybody who may not; each refusal is audited, and nothing else.

The methods are found by looking through the open school and its office, so a new one fails here until it has its line
in ``denials.py``. What the command line does by itself (the roster, backups) is no method of these two objects, which
are what screens can reach.
"""

from __future__ import annotations

import inspect
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import fields, replace
from functools import cached_property
from pathlib import Path
from typing import Any, NoReturn

import pytest
from sqlmodel import col, select

from db.errors import StoreUnavailable
from db.models.accounts import Binding, DeletionRequest
from db.models.applications import Ticket
from db.models.audit import AuditEntry
from db.models.documents import Signature
from db.models.logins import Credential
from db.models.messages import OutboxMessage
from db.models.school import Student
from kiosk.config.settings import Settings
from kiosk.domain.documents import FormKey, FormKind
from kiosk.domain.errors import Denied, PasswordChangeRequired, ServiceError, SignInRefused
from kiosk.services.administration.staff_accounts import StaffAccounts
from kiosk.services.auth.account_session import AccountSession
from kiosk.services.auth.staff_session import CommandLine, OwnChildRefused, Role, StaffMember
from kiosk.services.auth.student_session import StudentSession
from kiosk.services.office import StaffServices, open_office
from kiosk.services.school import School, open_school
from kiosk.services.signing.issuing import issue
from kiosk.testing.clock import FakeClock
from tests.builders.accounts import Families, invented_parent
from tests.builders.applications import FATHER, MOTHER_ID, Sender, answer, made_up_id, new_visitor
from tests.builders.databases import DATABASES, database
from tests.builders.decisions import apply_and_approve
from tests.builders.denials import CALLS, CLASS, OPEN_TO_ALL, Call, World
from tests.builders.documents import DRAWING
from tests.builders.school import (
    STAFF_FIRST,
    STUDENT_NUMBER,
    TERMINAL,
    CountingHasher,
    add_staff,
    add_student,
    change_row,
    fetch,
    last_audited,
    only_row,
    staff_member,
)

_CALLERS = ("visitor", "holder", "member", "actor")
_UNKNOWN = "0" * 32
_IDS = ("application_id", "ticket_id", "binding_id", "bound_student_id", "message_id", "consent_id", "deletion_id")
_ANSWERS_BY_ROW = "office.bulk.approve"
_FIRST_PASSWORD = "a first password"
_OWN_CHILD = "staff whose own child it is"
Caller = StudentSession | AccountSession | StaffMember


def _services(school: School, office: StaffServices) -> Iterator[tuple[str, Any]]:
    """Every service that can be reached from an open school and its office."""
    for name, owner in (("school", school), ("office", office)):
        parts = [one.name for one in fields(owner)]
        parts += [part for part, value in vars(type(owner)).items() if isinstance(value, (property, cached_property))]
        for part in parts:
            service = getattr(owner, part)
            if type(service).__module__.startswith("kiosk.services."):
                yield f"{name}.{part}", service


def _methods(world: World) -> dict[str, Callable[..., Any]]:
    return {
        f"{service_name}.{name}": getattr(service, name)
        for service_name, service in _services(world.school, world.office)
        for name, _function in inspect.getmembers(type(service), inspect.isfunction)
        if not name.startswith("_")
    }


def _settings(home: Path, database_url: str | None) -> Settings:
    return Settings(home=home, database_url=database_url, terminal_name=TERMINAL, sign_on_screen=True)


@contextmanager
def _world(home: Path, database_url: str | None) -> Iterator[World]:
    """A school with one of everything."""
    school = open_school(_settings(home, database_url), FakeClock(), CountingHasher())
    visitor = new_visitor(school, STUDENT_NUMBER, made_up_id(1))
    answer(school, visitor)
    application_id = Sender(school, visitor).one().application_id
    school.student_data.report_errors(visitor, {"name": "王大明"})
    bound = apply_and_approve(school, "110002", 2)
    families = Families(school)
    holder = families.first_sign_on(bound.account_id, "flower@example.com", MOTHER_ID)
    other_holder = families.signed_on(FATHER)
    student_id = school.accounts.children(holder)[0].student_id
    school.own_data.request_deletion(holder, "不再使用")
    access = families.let_in(holder, student_id, serial=40)
    members = {
        role: staff_member(school, f"the.{role}", role, [CLASS] if role is Role.HOMEROOM_TEACHER else [])
        for role in Role
    }
    staff_id = add_staff(school, "one.more").id
    with school.store.write() as unit:
        form = issue(unit, school.settings.text_folder, FormKey(FormKind.BINDING, application_id), "test")
    (box,) = school.signatures.boxes(visitor)
    school.signatures.sign(visitor, box, DRAWING)
    binding, login = fetch(school, Binding, bound.binding_id), only_row(school, Credential, account="P110002")
    yield (
        World(
            school=school,
            office=open_office(school),
            visitor=visitor,
            members=members,
            application_id=application_id,
            document_number=form.sheet.number,
            box=box,
            signature_id=only_row(school, Signature).id,
            ticket_id=only_row(school, Ticket).id,
            binding_id=binding.id,
            bound_student_id=binding.student_id,
            message_id=only_row(school, OutboxMessage, kind="approved", application_id=binding.application_id).id,
            other_visitor=StudentSession(login.id, login.subject_id, login.account, TERMINAL, login.version),
            holder=holder,
            other_holder=other_holder,
            access_id=access.access_id,
            consent_id=school.own_data.consents(holder)[0].consent_id,
            deletion_id=only_row(school, DeletionRequest).id,
            staff_id=staff_id,
        )
    )
    school.close()


@pytest.fixture(scope="module", params=DATABASES)
def world(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """One for all calls, for none of them may change anything."""
    with database(request.param) as url, _world(tmp_path_factory.mktemp("world") / "home", url) as made:
        yield made


@pytest.fixture(scope="module")
def callers(world: World) -> Callable[[Call], Iterator[tuple[str, Caller]]]:
    """Gives everybody who may not do a call, with what is wrong with them."""
    visitors, holders, staff = _visitors(world), _holders(world), _staff(world)

    def of(call: Call) -> Iterator[tuple[str, Caller]]:
        for wrong, those in (staff if call.roles else holders if call.signed_on else visitors).items():
            for caller in those(call):
                yield wrong, caller

    return of


def _visitors(world: World) -> dict[str, Callable[[Call], Sequence[Caller]]]:
    school, right = world.school, world.visitor
    disabled, left = (new_visitor(school, number, made_up_id(9)) for number in ("110003", "110004"))
    change_row(school, Credential, disabled.credential_id, active=False)
    change_row(school, Student, left.student_id, active=False)
    add_student(school, "110005", national_id=made_up_id(9))
    first = school.sign_in.student("P110005", made_up_id(9), TERMINAL).visitor
    registrar = world.members[Role.REGISTRAR]
    posing = replace(
        right,
        credential_id=registrar.credential_id,
        student_id=registrar.staff_id,
        credential_version=registrar.credential_version,
    )
    return {
        "visitor of another child": lambda _call: [replace(right, student_id=world.other_visitor.student_id)],
        "visitor whose login is unknown": lambda _call: [replace(right, credential_id="0" * 32)],
        "visitor whose login is disabled": lambda _call: [disabled],
        "visitor whose child has left": lambda _call: [left],
        "visitor with a login of the staff": lambda _call: [posing],
        "visitor whose login was changed since": lambda call: (
            [] if call.changes_password else [replace(right, credential_version=right.credential_version + 1)]
        ),
        _FIRST_PASSWORD: lambda call: [] if call.changes_password else [first],
        "another visitor": lambda call: [world.other_visitor] if call.of_child else [],
    }


def _holders(world: World) -> dict[str, Callable[[Call], Sequence[Caller]]]:
    school, right, families = world.school, world.holder, Families(world.school, 20)
    disabled = families.signed_on(invented_parent(21))
    change_row(school, Credential, disabled.credential_id, active=False)
    closed = families.signed_on(invented_parent(22))
    binding = only_row(school, Binding, parent_account_id=closed.account_id)
    world.office.bindings.end(world.members[Role.REGISTRAR], binding.id, 1, "轉學")
    carer = families.signed_on_but_expired(invented_parent(23), given_by=right.account_id)
    first_of = families.approved(invented_parent(24))
    first = school.sign_in.parent("parent24@example.com", made_up_id(24)[-6:], TERMINAL).holder
    assert first.account_id == first_of.account_id
    visitor, registrar = world.visitor, world.members[Role.REGISTRAR]
    as_visitor = replace(
        right,
        credential_id=visitor.credential_id,
        account_id=visitor.student_id,
        credential_version=visitor.credential_version,
    )
    as_staff = replace(
        right,
        credential_id=registrar.credential_id,
        account_id=registrar.staff_id,
        credential_version=registrar.credential_version,
    )
    return {
        "holder of another account": lambda _call: [replace(right, account_id=world.other_holder.account_id)],
        "holder whose login is unknown": lambda _call: [replace(right, credential_id="0" * 32)],
        "holder whose login is disabled": lambda _call: [disabled],
        "holder whose last binding was ended": lambda _call: [closed],
        "carer whose last day is over": lambda _call: [carer],
        "holder with another kind of login": lambda _call: [as_visitor, as_staff],
        "holder whose login was changed since": lambda call: (
            [] if call.changes_password else [replace(right, credential_version=right.credential_version + 1)]
        ),
        _FIRST_PASSWORD: lambda call: [] if call.changes_password else [first],
        "another holder": lambda call: [world.other_holder] if call.of_child else [],
    }


def _staff(world: World) -> dict[str, Callable[[Call], Sequence[Caller]]]:
    school, members, accounts = world.school, world.members, StaffAccounts(world.school.store, world.school.clock)
    disabled: dict[Role, StaffMember] = {}
    first: dict[Role, StaffMember] = {}
    parents: dict[Role, StaffMember] = {}
    for role in Role:
        disabled[role] = staff_member(school, f"disabled.{role}", role)
        row = accounts.find(CommandLine(), disabled[role].account)
        accounts.disable(CommandLine(), row.id, row.version)
        add_staff(school, f"first.{role}", role)
        first[role] = school.sign_in.staff(f"first.{role}", STAFF_FIRST, TERMINAL).member
    elsewhere = {Role.HOMEROOM_TEACHER: staff_member(school, "elsewhere", Role.HOMEROOM_TEACHER)}
    for role in (Role.HOMEROOM_TEACHER, Role.REGISTRAR):
        classes = [CLASS] if role is Role.HOMEROOM_TEACHER else []
        parents[role] = staff_member(school, f"mother.{role}", role, classes, MOTHER_ID)
    visitor = world.visitor

    def allowed(those: dict[Role, StaffMember], call: Call) -> list[StaffMember]:
        """Of these, those whose role is none of the things that are wrong with them."""
        return [member for role, member in those.items() if role in call.roles]

    def changed(call: Call, **change: object) -> list[StaffMember]:
        return [replace(member, **change) for member in allowed(dict(members), call)]  # type: ignore[arg-type]

    return {
        "staff of another role": lambda call: [members[role] for role in Role if role not in call.roles],
        "staff who are disabled": lambda call: allowed(disabled, call),
        "staff whose login was changed since": lambda call: (
            [] if call.changes_password else changed(call, credential_version=99)
        ),
        _FIRST_PASSWORD: lambda call: [] if call.changes_password else allowed(first, call),
        "staff whose login is unknown": lambda call: changed(call, credential_id="0" * 32),
        "staff who say they are a colleague": lambda call: changed(call, staff_id=world.staff_id),
        "staff with a student's login": lambda call: changed(
            call,
            staff_id=visitor.student_id,
            credential_id=visitor.credential_id,
            credential_version=visitor.credential_version,
        ),
        "a teacher of another class": lambda call: allowed(elsewhere, call) if call.of_class else [],
        _OWN_CHILD: lambda call: allowed(parents, call) if call.decides else [],
    }


def _entries(world: World, after: int) -> list[AuditEntry]:
    with world.school.store.read() as session:
        found = session.exec(select(AuditEntry).where(AuditEntry.seq > after).order_by(col(AuditEntry.seq))).all()
        session.expunge_all()
        return list(found)


def _last_entry(world: World) -> int:
    return last_audited(world.school).seq


def test_every_service_method_has_a_denial_case(world: World) -> None:
    methods = _methods(world)
    assert set(methods) == {*CALLS, *OPEN_TO_ALL}
    for name, method in methods.items():
        first = next(iter(inspect.signature(method).parameters), "")
        assert (first in _CALLERS) == (name in CALLS), name
        if name in CALLS:
            assert (first == "holder") == CALLS[name].signed_on, name
            assert (first == "visitor") == (not CALLS[name].roles and not CALLS[name].signed_on), name


def _subject(caller: Caller) -> str:
    if isinstance(caller, StudentSession):
        return caller.student_id
    return caller.account_id if isinstance(caller, AccountSession) else caller.staff_id


def _refusal(world: World, name: str, caller: Caller) -> type[ServiceError] | None:
    """Call a method; what else a service may say to a caller is its own tests' matter."""
    call = CALLS[name]
    try:
        _methods(world)[name](caller, *call.arguments(world), **call.options(world))
    except (Denied, PasswordChangeRequired) as refused:
        return type(refused)
    except ServiceError:
        return None
    return None


@pytest.mark.parametrize("name", CALLS)
def test_t33_a_caller_without_permission_is_refused_and_audited(
    world: World, callers: Callable[[Call], Iterator[tuple[str, Caller]]], name: str
) -> None:
    refused = set()
    for wrong, caller in callers(CALLS[name]):
        before = _last_entry(world)
        refusal = _refusal(world, name, caller)
        assert refusal is not None, wrong
        assert (refusal is PasswordChangeRequired) == (wrong == _FIRST_PASSWORD), wrong
        assert (refusal is OwnChildRefused) == (wrong == _OWN_CHILD), wrong
        (entry,) = _entries(world, before)
        subject = _subject(caller)
        assert (entry.action, entry.actor, entry.subject) == ("denied", caller.credential_id, subject), wrong
        refused.add(wrong)
    assert len(refused) >= 4, refused


def _permitted_caller(world: World, call: Call) -> Caller:
    members = [world.members[role] for role in sorted(call.roles)]
    return next(iter(members), world.holder if call.signed_on else world.visitor)


def test_an_unknown_id_is_denied(world: World) -> None:
    unknown = replace(world, **dict.fromkeys(_IDS, _UNKNOWN))  # type: ignore[arg-type]  # all of these are texts
    for name, call in CALLS.items():
        if name != _ANSWERS_BY_ROW and _UNKNOWN in repr(call.arguments(unknown)):
            assert _refusal(unknown, name, _permitted_caller(world, call)) is Denied, name


@pytest.fixture(scope="module")
def kept_world(tmp_path_factory: pytest.TempPathFactory) -> World:
    """A closed world, to be copied."""
    with _world(tmp_path_factory.mktemp("kept") / "home", None) as made:
        pass
    return made


@pytest.mark.parametrize("name", CALLS)
def test_a_caller_with_permission_is_let_in(kept_world: World, tmp_path: Path, name: str) -> None:
    """Otherwise the test above would prove nothing."""
    shutil.copytree(kept_world.school.settings.home, tmp_path / "home")
    school = open_school(_settings(tmp_path / "home", None), FakeClock(), CountingHasher())
    world = replace(kept_world, school=school, office=open_office(school))
    assert _refusal(world, name, _permitted_caller(world, CALLS[name])) is None
    school.close()


@pytest.mark.parametrize(
    ("login", "account"), [("student", "P110001"), ("staff", "the.registrar"), ("parent", "flower@example.com")]
)
def test_a_refused_sign_in_is_audited(world: World, login: str, account: str) -> None:
    before = _last_entry(world)
    with pytest.raises(SignInRefused):
        getattr(world.school.sign_in, login)(account, "wrong", TERMINAL)
    (entry,) = _entries(world, before)
    assert (entry.action, entry.actor) == ("sign_in.attempt", "nobody")


def test_a_refusal_that_cannot_be_audited_still_refuses(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def cannot(*_arguments: object, **_options: object) -> NoReturn:
        raise StoreUnavailable

    monkeypatch.setattr("db.audit.append", cannot)
    stranger = replace(world.visitor, student_id=world.other_visitor.student_id)
    with pytest.raises(StoreUnavailable):
        world.school.student_data.hub(stranger)
    with pytest.raises(StoreUnavailable):
        world.office.review.open(world.members[Role.ADMINISTRATOR], world.application_id)
