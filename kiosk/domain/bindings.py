"""Bindings of a parent account to a child."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class OpenedBinding:
    """The binding that an approval opened for one applicant.

    Attributes:
        is_new_account: False if the person already has an account, for another child.
        account_email: the masked address to sign on with; None without one.
        first_password_until: in milliseconds since 1970-01-01 UTC; None once the first password was changed.
    """

    binding_id: str
    applicant_id: str
    account_id: str
    is_new_account: bool
    account_email: str | None = field(repr=False)
    first_password_until: int | None
