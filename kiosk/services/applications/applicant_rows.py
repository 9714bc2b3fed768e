"""The stored columns of an applicant's form."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from db.keyring import IndexColumn, KeyRing
from kiosk.domain.application_form import ApplicantValues, sex_differs
from kiosk.domain.receipt import EmailState
from kiosk.rules.contact import email_key
from kiosk.rules.names import is_rare, needs_manual_glyph


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
