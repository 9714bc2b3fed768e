"""Reads applications with their applicants, and makes the stored columns of an applicant."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import fields
from typing import Any

from sqlalchemy import BindParameter, Connection, RowMapping, Select, bindparam, select

from db.keyring import IndexColumn, KeyRing
from db.models.applications import Applicant, Application
from db.models.columns import table_of
from kiosk.domain.application_case import ApplicantRecord, ApplicationCase
from kiosk.domain.application_form import ApplicantValues, Basis, Mode, sex_differs
from kiosk.domain.application_status import LIVE_STATES, ApplicationState, ApprovalBlock, ReviewFlag
from kiosk.domain.receipt import EmailState
from kiosk.rules.contact import email_key
from kiosk.rules.names import is_rare, needs_manual_glyph

BLOCK_COLUMNS = {block: f"held_for_{block.value}" for block in ApprovalBlock}
_CONVERTED = {"mode", "basis", "state", "blocks", "flags", "needs_review", "applicants"}
_COPIED = tuple(one.name for one in fields(ApplicationCase) if one.name not in _CONVERTED)

_application = table_of(Application)
_applicant = table_of(Applicant)
_IDS: BindParameter[Any] = bindparam("ids", expanding=True)
_FIND = select(_application).where(_application.c.id == bindparam("wanted"))
_FIND_BY_REQUEST = select(_application).where(_application.c.request_id == bindparam("wanted"))
_FIND_OF_STUDENT = (
    select(_application)
    .where(_application.c.student_id == bindparam("student"))
    .order_by(_application.c.submitted_at.desc(), _application.c.number.desc())
)
_FIND_OTHERS = (
    select(_application)
    .where(
        _application.c.student_id == bindparam("student"),
        _application.c.id != bindparam("application"),
        _application.c.state.in_(LIVE_STATES),
    )
    .order_by(_application.c.submitted_at, _application.c.number)
)
_FIND_APPLICANTS = (
    select(_applicant).where(_applicant.c.application_id.in_(_IDS)).order_by(_applicant.c.position, _applicant.c.id)
)


def personal_columns(keys: KeyRing, row_id: str, person: ApplicantValues, verified: Collection[str]) -> dict[str, Any]:
    """Return an applicant's personal columns; all but name and relation are sealed, blind indexes or flags.

    The seal is bound to ``row_id``. ``verified`` are the `email_key` of the addresses whose code was typed in.
    """
    key = None if person.email is None else email_key(person.email)
    state = EmailState.NONE if key is None else EmailState.VERIFIED if key in verified else EmailState.UNVERIFIED
    return {
        "name": person.name,
        "relation": person.relation,
        "email_state": state.value,
        "unusual_characters": needs_manual_glyph(person.name) or is_rare(person.name),
        "sex_differs": sex_differs(person.relation, person.national_id),
        "national_id_index": keys.index(IndexColumn.NATIONAL_ID, person.national_id.text),
        "mobile_index": keys.index(IndexColumn.MOBILE, person.mobile),
        "email_index": None if key is None else keys.index(IndexColumn.EMAIL, key),
        "sealed": keys.seal(
            "applicant",
            row_id,
            {"national_id": person.national_id.text, "mobile": person.mobile, "email": person.email},
        ),
    }


def applicant_of(row: Mapping[str, Any] | RowMapping) -> ApplicantRecord:
    """Return the record of a whole applicant row."""
    return ApplicantRecord(**{**row, "email_state": EmailState(row["email_state"])})


def case_of(row: Mapping[str, Any] | RowMapping, applicants: Iterable[ApplicantRecord]) -> ApplicationCase:
    """Return the case of a whole application row."""
    return ApplicationCase(
        **{name: row[name] for name in _COPIED},
        mode=Mode(row["mode"]),
        basis=Basis(row["basis"]),
        state=ApplicationState(row["state"]),
        blocks=tuple(block for block, column in BLOCK_COLUMNS.items() if row[column]),
        flags=ReviewFlag(row["remarks"]),
        needs_review=row["needs_a_look"],
        applicants=tuple(applicants),
    )


def read_case(connection: Connection, application_id: str) -> ApplicationCase | None:
    """Read an application; None if there is none."""
    return _one(connection, _FIND, application_id)


def get_case(connection: Connection, application_id: str) -> ApplicationCase:
    """Read the application that another row names; raise KeyError without one."""
    case = read_case(connection, application_id)
    if case is None:
        raise KeyError(application_id)
    return case


def read_case_of_request(connection: Connection, request_id: str) -> ApplicationCase | None:
    """Read the application of a form that was sent before; None if there is none."""
    return _one(connection, _FIND_BY_REQUEST, request_id)


def cases_of_student(connection: Connection, student_id: str) -> list[ApplicationCase]:
    """Read all applications of a child, the newest first."""
    return _all(connection, _FIND_OF_STUDENT, {"student": student_id})


def other_live_cases(connection: Connection, case: ApplicationCase) -> list[ApplicationCase]:
    """Read the child's other live applications, the oldest first."""
    return _all(connection, _FIND_OTHERS, {"student": case.student_id, "application": case.id})


def _one(connection: Connection, statement: Select[Any], wanted: str) -> ApplicationCase | None:
    return next(iter(_all(connection, statement, {"wanted": wanted})), None)


def _all(connection: Connection, statement: Select[Any], wanted: Mapping[str, str]) -> list[ApplicationCase]:
    rows = connection.execute(statement, wanted).mappings().all()
    if not rows:
        return []
    found = connection.execute(_FIND_APPLICANTS, {"ids": [row["id"] for row in rows]}).mappings()
    applicants = [applicant_of(row) for row in found]
    return [case_of(row, (one for one in applicants if one.application_id == row["id"])) for row in rows]
