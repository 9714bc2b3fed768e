"""A parent's entry for a carer: its fields checked, and then the person against the school's records."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import Enum, auto

from sqlmodel import select

from db.keyring import IndexColumn
from db.models.accounts import Binding, CarerAccess
from db.models.school import Student
from db.store import UnitOfWork
from kiosk.rules.contact import EmailFault, InvalidEmail, InvalidMobile, holds_id, parse_email, parse_mobile
from kiosk.rules.identity import InvalidIdentity, NationalId, parse_id
from kiosk.rules.names import InvalidName, parse_name
from kiosk.services.accounts.bindings import end_access
from kiosk.services.accounts.parent_accounts import account_with_id, close_if_done
from kiosk.services.accounts.visible_children import Scope

MAX_DAYS = 366
"""The latest last day, in days from the present one."""


class CarerFault(Enum):
    """Why an access cannot be given, apart from the rules of the single fields."""

    NO_SCOPE = auto()
    DAY_OVER = auto()
    DAY_TOO_FAR = auto()
    BOUND = auto()
    THE_STUDENT = auto()
    ALREADY = auto()
    NAME_DIFFERS = auto()


@dataclass(frozen=True, slots=True)
class CarerEntry:
    """A carer's valid entry in normal form; ``scope`` as the database keeps it."""

    name: str = field(repr=False)
    national_id: NationalId = field(repr=False)
    mobile: str = field(repr=False)
    email: str | None = field(repr=False)
    scope: str
    last_day: date


def read_entry(
    name: str,
    national_id: str,
    mobile: str,
    email: str | None,
    scope: Collection[Scope],
    last_day: date,
    on: date,
) -> CarerEntry | dict[str, Enum]:
    """Return the typed entry in normal form, or the faults by field; ``email`` is None without an address."""
    faults: dict[str, Enum] = {}
    try:
        parsed_name = parse_name(name)
    except InvalidName as error:
        faults["name"] = error.fault
    try:
        parsed_id = parse_id(national_id, on)
    except InvalidIdentity as error:
        faults["national_id"] = error.fault
    try:
        parsed_mobile = parse_mobile(mobile)
    except InvalidMobile as error:
        faults["mobile"] = error.fault
    try:
        address = None if email is None else parse_email(email)
        if address is not None and holds_id(address, national_id):
            faults["email"] = EmailFault.LOCAL_PART
    except InvalidEmail as error:
        faults["email"] = error.fault
    if not scope:
        faults["scope"] = CarerFault.NO_SCOPE
    if last_day < on:
        faults["last_day"] = CarerFault.DAY_OVER
    elif last_day > on + timedelta(days=MAX_DAYS):
        faults["last_day"] = CarerFault.DAY_TOO_FAR
    if faults:
        return faults
    keys = ",".join(one.value for one in Scope if one in scope)
    return CarerEntry(parsed_name, parsed_id, parsed_mobile, address, keys, last_day)


def faults_of_person(unit: UnitOfWork, entry: CarerEntry, student_id: str, on: date) -> dict[str, Enum]:
    """Return the faults by field that follow from the school's records of the carer."""
    index = unit.keys.index(IndexColumn.NATIONAL_ID, entry.national_id.text)
    if unit.session.get_one(Student, student_id).national_id_index == index:
        return {"national_id": CarerFault.THE_STUDENT}
    person = account_with_id(unit.session, index)
    if person is None:
        return {}
    access = unit.session.exec(
        select(CarerAccess).where(
            CarerAccess.account_id == person.id, CarerAccess.student_id == student_id, CarerAccess.state == "active"
        )
    ).one_or_none()
    if access is not None and access.last_day < on.isoformat():
        end_access(unit, access)
        access = None
    if close_if_done(unit, person) or not person.active:
        return {}
    if person.name != entry.name:
        return {"name": CarerFault.NAME_DIFFERS}
    bound = select(Binding.id).where(
        Binding.parent_account_id == person.id, Binding.student_id == student_id, Binding.state == "active"
    )
    if unit.session.exec(bound).first() is not None:
        return {"national_id": CarerFault.BOUND}
    return {} if access is None else {"national_id": CarerFault.ALREADY}
