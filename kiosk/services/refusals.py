"""Refusals leave an audit row: what was tried by somebody who may not."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from db.store import Store
from kiosk.services.errors import Denied, PasswordChangeRequired


@contextmanager
def refusals_audited(store: Store, actor: str, subject: str, action: str) -> Iterator[None]:
    """Audit it where the block refuses its actor; what the block began is rolled back before.

    Args:
        store: the database.
        actor: the login.
        subject: whose it is.
        action: what was tried.

    Raises:
        StoreError: the refusal could not be recorded; it stays one.
    """
    try:
        yield
    except (Denied, PasswordChangeRequired):
        with store.write() as unit:
            unit.audit(actor, "denied", subject, {"action": action})
        raise
