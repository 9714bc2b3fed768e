"""What is kept of an applicant: the columns that follow from what they gave."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from db.keyring import IndexColumn, KeyRing
from kiosk.domain.application_form import ApplicantValues, sex_differs
from kiosk.domain.receipt import EmailState
from kiosk.rules.contact import email_key
from kiosk.rules.names import is_rare, needs_manual_glyph


def personal_columns(keys: KeyRing, row_id: str, person: ApplicantValues, verified: Collection[str]) -> dict[str, Any]:
    """Everything of an applicant's row that is of the person; all but the name is sealed or a blind index.

    Args:
        keys: seal and index.
        row_id: the row's id; the seal is bound to it.
        person: what they gave, in normal form.
        verified: the addresses whose code was typed in, each as :func:`email_key` gives it.
    """
    state = EmailState.NONE
    if person.email is not None:
        state = EmailState.VERIFIED if email_key(person.email) in verified else EmailState.UNVERIFIED
    return {
        "name": person.name,
        "relation": person.relation,
        "email_state": state.value,
        "unusual_characters": needs_manual_glyph(person.name) or is_rare(person.name),
        "sex_differs": sex_differs(person.relation, person.national_id),
        "national_id_index": keys.index(IndexColumn.NATIONAL_ID, person.national_id.text),
        "mobile_index": keys.index(IndexColumn.MOBILE, person.mobile),
        "email_index": None if person.email is None else keys.index(IndexColumn.EMAIL, email_key(person.email)),
        "sealed": keys.seal(
            "applicant",
            row_id,
            {"national_id": person.national_id.text, "mobile": person.mobile, "email": person.email},
        ),
    }
