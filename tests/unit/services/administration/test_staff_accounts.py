from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from db.keyring import IndexColumn
from db.models.audit import AuditEntry
from db.models.logins import Credential
from db.models.school import Staff
from kiosk.domain.errors import ChangedMeanwhile, Denied, PasswordRefused, SignInRefused
from kiosk.rules.accounts import InvalidAccount
from kiosk.rules.identity import InvalidIdentity
from kiosk.rules.names import InvalidName
from kiosk.rules.passwords import PasswordFault
from kiosk.services.administration.staff_accounts import (
    AccountTaken,
    LastAdministrator,
    NoClassTeacher,
    StaffAccounts,
    StaffDisabled,
    StaffRow,
    UnknownClass,
    UnknownStaff,
)
from kiosk.services.auth.staff_session import ALL_STAFF, OPERATOR, CommandLine, Role, StaffGate, StaffMember
from tests.builders.school import (
    STAFF_CHOSEN,
    STAFF_FIRST,
    STAFF_ID,
    TERMINAL,
    Opened,
    add_staff,
    audited,
    fetch,
    only_row,
    rows,
    staff_member,
)

HERE = CommandLine()


@pytest.fixture
def accounts(opened: Opened) -> StaffAccounts:
    return StaffAccounts(opened.school.store, opened.school.clock)


@pytest.fixture
def administrator(opened: Opened) -> StaffMember:
    return staff_member(opened.school, "ADMIN", Role.ADMINISTRATOR)


def _classes_of(opened: Opened, member: StaffMember) -> frozenset[str]:
    """What the gate says of a member at this moment."""
    with StaffGate(opened.school.store).read(member, "test", ALL_STAFF) as (_session, acting):
        return acting.classes


def test_an_added_member_is_listed(accounts: StaffAccounts, opened: Opened, administrator: StaffMember) -> None:
    added = accounts.add(
        administrator,
        account=" ｃhen-1 ",
        name="陳　一",
        role=Role.HOMEROOM_TEACHER,
        classes=["科二智 ", "科二智"],
        national_id="f131104093",
        first_password=STAFF_FIRST,
    )
    assert (added.account, added.name, added.classes, added.active) == ("CHEN1", "陳一", ("科二智",), True)
    assert not added.has_chosen
    assert [row.account for row in accounts.list(administrator)] == ["ADMIN", "CHEN1"]
    assert accounts.find(HERE, "chen1") == added
    staff = fetch(opened.school, Staff, added.id)
    actors = [entry.actor for entry in audited(opened.school, "staff.added")]
    assert staff.national_id_index == opened.school.store.keys.index(IndexColumn.NATIONAL_ID, STAFF_ID)
    assert actors == [OPERATOR, administrator.credential_id]
    assert "陳一" not in repr(added)
    assert STAFF_ID not in repr(staff)


def test_unusable_members_are_refused(accounts: StaffAccounts, opened: Opened) -> None:
    def refused(error: type[Exception], **change: object) -> Exception:
        values: dict[str, object] = {
            "account": "chen",
            "name": "陳一",
            "role": Role.HOMEROOM_TEACHER,
            "classes": ["科二智"],
            "national_id": STAFF_ID,
            "first_password": STAFF_FIRST,
            **change,
        }
        with pytest.raises(error) as caught:
            accounts.add(HERE, **values)  # type: ignore[arg-type]  # what a caller may get wrong
        return caught.value

    refused(InvalidAccount, account="陳一")
    refused(InvalidName, name="")
    assert "F131104090" not in str(refused(InvalidIdentity, national_id="F131104090"))
    unknown = refused(UnknownClass, classes=["科二智", "科二志"])
    assert isinstance(unknown, UnknownClass)
    assert unknown.class_name == "科二志"
    refused(UnknownClass, classes=[""])
    refused(NoClassTeacher, role=Role.REGISTRAR)
    weak = refused(PasswordRefused, first_password="Heron-Lamp-143")
    assert isinstance(weak, PasswordRefused)
    assert weak.fault is PasswordFault.TOO_SHORT
    assert accounts.list(HERE) == ()
    add_staff(opened.school, "chen")
    refused(AccountTaken)
    refused(AccountTaken, account="CH-EN")
    with pytest.raises(UnknownStaff):
        accounts.find(HERE, "wang")


def test_any_class_is_accepted_before_the_first_roster(opened: Opened) -> None:
    with opened.school.store.write() as unit:
        for table in ("credential", "student"):
            unit.connection.exec_driver_sql(f"DELETE FROM {table}")
        unit.audit("test", "students.gone", "school")
    assert add_staff(opened.school, role=Role.HOMEROOM_TEACHER, classes=["資二智"]).classes == ("資二智",)
    with pytest.raises(UnknownClass):
        add_staff(opened.school, "chen", Role.HOMEROOM_TEACHER, ["資\u202e二智"])


def test_a_disabled_member_is_out_until_enabled_again(
    accounts: StaffAccounts, opened: Opened, administrator: StaffMember
) -> None:
    member = staff_member(opened.school)
    row = accounts.find(administrator, member.account)
    accounts.disable(administrator, row.id, row.version)
    for shut in (
        lambda: _classes_of(opened, member),
        lambda: opened.school.sign_in.change_staff_password(member, "Second-Heron-Lamp"),
        lambda: opened.school.sign_in.confirm_password(member, STAFF_CHOSEN, ALL_STAFF),
    ):
        with pytest.raises(Denied):
            shut()
    with pytest.raises(SignInRefused):
        opened.school.sign_in.staff(member.account, STAFF_CHOSEN, TERMINAL)
    with pytest.raises(StaffDisabled):
        accounts.reset(administrator, row.id, row.version + 1)
    accounts.enable(administrator, row.id, row.version + 1)
    with pytest.raises(Denied):
        _classes_of(opened, member)
    assert not opened.school.sign_in.staff(member.account, STAFF_CHOSEN, TERMINAL).must_change


def test_the_last_administrator_stays(accounts: StaffAccounts, opened: Opened, administrator: StaffMember) -> None:
    row = accounts.find(HERE, "ADMIN")
    for actor in (HERE, administrator):
        with pytest.raises(LastAdministrator):
            accounts.disable(actor, row.id, row.version)
        with pytest.raises(LastAdministrator):
            accounts.change_role(actor, row.id, row.version, Role.REGISTRAR)
    second = add_staff(opened.school, "second", Role.ADMINISTRATOR)
    accounts.disable(HERE, second.id, second.version)
    with pytest.raises(LastAdministrator):
        accounts.disable(HERE, row.id, row.version)
    accounts.change_role(HERE, second.id, second.version + 1, Role.REGISTRAR)
    accounts.enable(HERE, second.id, second.version + 2)
    with pytest.raises(LastAdministrator):
        accounts.change_role(HERE, row.id, row.version, Role.HOMEROOM_TEACHER)


@pytest.mark.both_databases
def test_two_administrators_who_disable_each_other_at_once_leave_one(opened: Opened) -> None:
    accounts = StaffAccounts(opened.school.store, opened.school.clock)
    rows = [add_staff(opened.school, name, Role.ADMINISTRATOR) for name in ("one.admin", "two.admin")]

    def disable(row: StaffRow) -> bool:
        try:
            accounts.disable(HERE, row.id, row.version)
        except LastAdministrator:
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(disable, rows)) == [False, True]


def test_a_change_of_an_outdated_version_is_refused(
    accounts: StaffAccounts, opened: Opened, administrator: StaffMember
) -> None:
    row = add_staff(opened.school)
    accounts.reset(administrator, row.id, row.version)
    changes: list[Callable[[], object]] = [
        lambda: accounts.disable(administrator, row.id, row.version),
        lambda: accounts.enable(administrator, row.id, row.version),
        lambda: accounts.reset(administrator, row.id, row.version),
        lambda: accounts.set_classes(administrator, row.id, row.version, []),
        lambda: accounts.change_role(administrator, row.id, row.version, Role.ADMINISTRATOR),
        lambda: accounts.disable(administrator, "0" * 32, 1),
    ]
    for change in changes:
        with pytest.raises(ChangedMeanwhile):
            change()
    assert accounts.find(administrator, row.account).version == row.version + 1


def test_classes_take_effect_at_once_and_end_with_the_role(
    accounts: StaffAccounts, opened: Opened, administrator: StaffMember
) -> None:
    teacher = staff_member(opened.school, "chen", Role.HOMEROOM_TEACHER, ["科二智"])
    assert _classes_of(opened, teacher) == {"科二智"}
    row = accounts.find(administrator, "chen")
    accounts.set_classes(administrator, row.id, row.version, [])
    assert _classes_of(opened, teacher) == frozenset()
    accounts.set_classes(administrator, row.id, row.version + 1, ["科二智"])
    accounts.change_role(administrator, row.id, row.version + 2, Role.REGISTRAR)
    assert accounts.find(administrator, "chen").classes == ()
    with pytest.raises(Denied):
        _classes_of(opened, teacher)
    with pytest.raises(NoClassTeacher):
        accounts.set_classes(administrator, row.id, row.version + 3, ["科二智"])


def test_each_change_leaves_one_audit_row(accounts: StaffAccounts, opened: Opened, administrator: StaffMember) -> None:
    row = add_staff(opened.school)
    accounts.reset(administrator, row.id, 1)
    accounts.change_role(administrator, row.id, 2, Role.HOMEROOM_TEACHER)
    accounts.set_classes(administrator, row.id, 3, ["科二智"])
    accounts.disable(administrator, row.id, 4)
    accounts.enable(administrator, row.id, 5)
    entries = rows(opened.school, AuditEntry, "seq", actor=administrator.credential_id, subject=row.id)
    assert [entry.action for entry in entries] == [
        *("login.reset", "staff.role_changed", "staff.classes_set", "staff.disabled", "staff.enabled")
    ]
    assert only_row(opened.school, Credential, subject_id=row.id).initial_kind == "desk_code"
