"""The sheet for the city's batch upload, with a row for each bound parent and child."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection

from db.keyring import KeyRing
from kiosk.config.settings import Settings
from kiosk.domain.school_calendar import day_at
from kiosk.rules.office_columns import DEFAULT_COLUMNS, NATIONAL_ID_COLUMN
from kiosk.rules.roc_dates import format_roc
from kiosk.services.exports.active_bindings import ActiveBinding, accounts_of, shared_mobiles, sign_on_names

Person = Mapping[str, Any]
"""A parent's name, national_id, mobile, email and account."""


def columns_of(settings: Settings) -> tuple[tuple[str, str], ...]:
    """Return heading and key of each column, the school's or the default ones."""
    return settings.office_columns or DEFAULT_COLUMNS


def holds_national_ids(settings: Settings) -> bool:
    """Return whether a column holds the parents' identity numbers."""
    return any(key == NATIONAL_ID_COLUMN for _heading, key in columns_of(settings))


def office_rows(
    connection: Connection, keys: KeyRing, settings: Settings, bindings: Sequence[ActiveBinding]
) -> tuple[tuple[str, ...], ...]:
    """Return the headings, then a row for each of these bindings."""
    columns = columns_of(settings)
    shared = shared_mobiles(connection)
    people = {row.id: _person(keys, row, shared) for row in accounts_of(connection, bindings)}
    values = _values(settings)
    headings = tuple(heading for heading, _key in columns)
    return (
        headings,
        *(tuple(values[key](one, people[one.account_id]) or "" for _, key in columns) for one in bindings),
    )


def _person(keys: KeyRing, account: Any, shared: Collection[bytes]) -> Person:
    known = keys.open("parent_account", account.id, account.sealed)
    return {**known, "name": account.name, "account": next(iter(sign_on_names(account, known, shared)), "")}


def _values(settings: Settings) -> Mapping[str, Callable[[ActiveBinding, Person], str | None]]:
    return {
        "school_code": lambda _binding, _person: settings.school_code,
        "school_name": lambda _binding, _person: settings.school_name,
        "class_name": lambda binding, _person: binding.class_name,
        "seat_number": lambda binding, _person: "" if binding.seat_number is None else str(binding.seat_number),
        "student_number": lambda binding, _person: binding.student_number,
        "student_name": lambda binding, _person: binding.student_name,
        "parent_name": lambda _binding, person: person["name"],
        "relation": lambda binding, _person: binding.relation,
        NATIONAL_ID_COLUMN: lambda _binding, person: person["national_id"],
        "mobile": lambda _binding, person: person["mobile"],
        "email": lambda _binding, person: person["email"],
        "account": lambda _binding, person: person["account"],
        "application_number": lambda binding, _person: binding.application_number,
        "consent_version": lambda binding, _person: binding.consent_version,
        "consented_on": lambda binding, _person: format_roc(day_at(binding.consented_at)),
        "bound_on": lambda binding, _person: format_roc(day_at(binding.began_at)),
    }
