"""Audit rows for denied actions."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from db.store import Store
from kiosk.domain.errors import Denied, PasswordChangeRequired

_Service = TypeVar("_Service")
_SUBJECT = {"visitor": "student_id", "member": "staff_id", "holder": "account_id"}


@contextmanager
def refusals_audited(store: Store, actor: str, subject: str, action: str) -> Iterator[None]:
    """Audit a denial raised by the block, after the block's own rollback.

    ``actor`` is the login's id, ``subject`` the id of the login's person, and ``action`` the denied action.

    Raises:
        StoreError: the denial could not be recorded; the action stays denied.
    """
    try:
        yield
    except (Denied, PasswordChangeRequired):
        with store.write() as unit:
            unit.audit(actor, "denied", subject, {"action": action})
        raise


def audits_refusals(service: type[_Service]) -> type[_Service]:
    """Decorate a class: each public method audits its denials of its first parameter.

    That parameter is named ``visitor``, ``member`` or ``holder``; the class keeps its :class:`~db.store.Store` as
    ``_store``.
    """
    for name, method in list(vars(service).items()):
        if name.startswith("_") or not inspect.isfunction(method):
            continue
        _self, *parameters = inspect.signature(method).parameters
        if parameters and parameters[0] in _SUBJECT:
            action = f"{service.__name__}.{name}"
            setattr(service, name, _audited(method, action, _SUBJECT[parameters[0]]))
    return service


def _audited(method: Callable[..., Any], action: str, subject: str) -> Callable[..., Any]:
    @functools.wraps(method)
    def call(service: Any, actor: Any, *arguments: Any, **options: Any) -> Any:
        with refusals_audited(service._store, actor.credential_id, getattr(actor, subject), action):
            return method(service, actor, *arguments, **options)

    return call
