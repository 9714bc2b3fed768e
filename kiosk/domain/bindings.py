"""Bindings of a parent to a child, as services hand them on."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class OpenedBinding:
    """What an approval opened for one applicant.

    Attributes:
        binding_id: the new binding.
        applicant_id: whose it is, a row of the application.
        account_id: the parent account.
        is_new_account: opened just now; False where the person had one already, of another child.
        account_email: the address the person signs on with, masked; None where the account has none.
        first_password_until: milliseconds since 1970 until which the first password is good; None once it was changed.
    """

    binding_id: str
    applicant_id: str
    account_id: str
    is_new_account: bool
    account_email: str | None = field(repr=False)
    first_password_until: int | None
