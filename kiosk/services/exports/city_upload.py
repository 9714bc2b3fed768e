"""The approved bindings as a sheet for the city's batch upload, one row a parent and child."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any

from sqlalchemy import Connection

from db.keyring import KeyRing
from kiosk.config.settings import Settings
from kiosk.domain.school_calendar import day_at
from kiosk.rules.office_columns import DEFAULT_COLUMNS, NATIONAL_ID_COLUMN
from kiosk.rules.roc_dates import format_roc
from kiosk.services.exports.active_bindings import ActiveBinding, accounts_of, shared_mobiles, sign_on_names

Person = Mapping[str, Any]
"""A parent: name, national_id, mobile, email, account."""


def columns_of(settings: Settings) -> tuple[tuple[str, str], ...]:
    """Heading and key of each column, as the school set them or by default."""
    return settings.office_columns or DEFAULT_COLUMNS


def holds_national_ids(settings: Settings) -> bool:
    """Whether the school asked for the parents' identity numbers."""
    return any(key == NATIONAL_ID_COLUMN for _heading, key in columns_of(settings))


def office_rows(
    connection: Connection, keys: KeyRing, settings: Settings, links: Iterable[ActiveBinding]
) -> tuple[tuple[str, ...], ...]:
    """The headings, then a row for each of these bindings, in their order."""
    links = tuple(links)
    columns = columns_of(settings)
    shared = shared_mobiles(connection)
    people = {row.id: _person(keys, row, shared) for row in accounts_of(connection, links)}
    values = {key: _value(key, settings) for _heading, key in columns}
    headings = tuple(heading for heading, _key in columns)
    return (headings, *(tuple(values[key](link, people[link.account_id]) for _, key in columns) for link in links))


def _person(keys: KeyRing, account: Any, shared: Collection[bytes]) -> Person:
    known = keys.open("parent_account", account.id, account.sealed)
    return {**known, "name": account.name, "account": next(iter(sign_on_names(account, known, shared)), "")}


def _value(key: str, settings: Settings) -> Callable[[ActiveBinding, Person], str]:
    """What stands in a column."""
    found: Mapping[str, Callable[[ActiveBinding, Person], str | None]] = {
        "school_code": lambda _link, _person: settings.school_code,
        "school_name": lambda _link, _person: settings.school_name,
        "class_name": lambda link, _person: link.class_name,
        "seat_number": lambda link, _person: "" if link.seat_number is None else str(link.seat_number),
        "student_number": lambda link, _person: link.student_number,
        "student_name": lambda link, _person: link.student_name,
        "parent_name": lambda _link, person: person["name"],
        "relation": lambda link, _person: link.relation,
        NATIONAL_ID_COLUMN: lambda _link, person: person["national_id"],
        "mobile": lambda _link, person: person["mobile"],
        "email": lambda _link, person: person["email"],
        "account": lambda _link, person: person["account"],
        "application_number": lambda link, _person: link.application_number,
        "consent_version": lambda link, _person: link.consent_version,
        "consented_on": lambda link, _person: format_roc(day_at(link.consented_at)),
        "bound_on": lambda link, _person: format_roc(day_at(link.began_at)),
    }
    value = found[key]
    return lambda link, person: value(link, person) or ""
