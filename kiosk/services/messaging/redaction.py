"""Messages to somebody whose data was deleted: what was told is emptied, and what was not yet as soon as it is."""

from __future__ import annotations

from typing import Any

from db.keyring import KeyRing

NOBODY = "（已刪除）"
"""Stands for a name that was deleted."""
_ONCE_TOLD = "empty_once_told"


def emptied(keys: KeyRing, message_id: str) -> bytes:
    """A message without anybody in it."""
    nothing: dict[str, Any] = {"name": NOBODY, "mobile": "", "email": None, "words": {}}
    return keys.seal("outbox_message", message_id, nothing)


def to_be_emptied(keys: KeyRing, message_id: str, sealed: bytes) -> bytes:
    """A message that is told first, and emptied then."""
    content = keys.open("outbox_message", message_id, sealed)
    return keys.seal("outbox_message", message_id, content | {_ONCE_TOLD: True})


def once_told(keys: KeyRing, message_id: str, sealed: bytes) -> bytes:
    """What stays of a message that has just been told: all of it, but where the person's data was deleted meanwhile."""
    is_over = _ONCE_TOLD in keys.open("outbox_message", message_id, sealed)
    return emptied(keys, message_id) if is_over else sealed
