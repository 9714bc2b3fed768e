"""An application's history for staff; the proof is the audit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection, bindparam, func, insert, select

from db.keyring import KeyRing
from db.models.applications import HistoryEntry
from db.models.columns import table_of
from db.models.school import Staff
from db.store import UnitOfWork
from kiosk.i18n import _

UNCHANGED = "unchanged"

_entry = table_of(HistoryEntry)
_staff = table_of(Staff)
_ADD = insert(_entry)
_OF_APPLICATION = (
    select(_entry.c.id, _entry.c.action, _entry.c.sealed, _entry.c.at, _staff.c.name)
    .join_from(_entry, _staff, _entry.c.staff_id == _staff.c.id, isouter=True)
    .where(_entry.c.application_id == bindparam("application"))
)
_IN_ORDER = _OF_APPLICATION.order_by(_entry.c.at)
_LAST_MOMENT = select(func.max(_entry.c.at)).where(_entry.c.application_id == bindparam("application"))


class Action(StrEnum):
    """An act on an application; the database keeps the value."""

    SUBMITTED = "submitted"
    WITHDRAWN = "withdrawn"
    RETURNED = "returned"
    ANSWERED = "answered"
    APPROVED = "approved"
    REJECTED = "rejected"
    FORM_RECEIVED = "form_received"
    DOCUMENTS_SEEN = "documents_seen"
    CONFLICT_SETTLED = "conflict_settled"
    REGISTRAR_RELEASED = "registrar_released"
    STUDENT_CONSENT_RECORDED = "student_consent"
    REVEALED = "revealed"
    NOTED = "noted"
    BINDING_ENDED = "binding_ended"

    @property
    def label(self) -> str:
        """The act, in the words of its button."""
        return {
            Action.SUBMITTED: _("送出申請"),
            Action.WITHDRAWN: _("撤回申請"),
            Action.RETURNED: _("退件補正"),
            Action.ANSWERED: _("補正後送出"),
            Action.APPROVED: _("通過"),
            Action.REJECTED: _("不通過"),
            Action.FORM_RECEIVED: _("已收到簽章申請書"),
            Action.DOCUMENTS_SEEN: _("已查驗證明文件"),
            Action.CONFLICT_SETTLED: _("處理申請衝突"),
            Action.REGISTRAR_RELEASED: _("註冊組確認無誤"),
            Action.STUDENT_CONSENT_RECORDED: _("登錄學生紙本同意書"),
            Action.REVEALED: _("查看完整資料"),
            Action.NOTED: _("備註"),
            Action.BINDING_ENDED: _("終止綁定"),
        }[self]


_LAST_ACT = (
    _OF_APPLICATION.where(_entry.c.action.not_in((Action.REVEALED, Action.NOTED))).order_by(_entry.c.at.desc()).limit(1)
)


@dataclass(frozen=True, slots=True)
class FieldNote:
    """A note on one applicant's field: the reason of a return.

    In a parent's answer ``text`` is `UNCHANGED` if the value stayed the same, else empty.
    """

    position: int
    key: str
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """One act, at a time in milliseconds since 1970-01-01 UTC; ``text`` is the reason or the note.

    ``by`` is the colleague's name; empty for a parent or the kiosk.
    """

    at: int
    by: str = field(repr=False)
    action: Action
    text: str = field(default="", repr=False)
    fields: tuple[FieldNote, ...] = field(default=(), repr=False)


def add(
    unit: UnitOfWork,
    application_id: str,
    action: Action,
    staff_id: str | None = None,
    text: str = "",
    fields: Mapping[tuple[int, str], str] | None = None,
) -> None:
    """Add an act of the unit of work, later than all before even if the wall clock was set back.

    ``staff_id`` is None for a parent or the kiosk, and ``text`` is the reason or the note. ``fields`` are notes by the
    applicant's position, from 1, and the field's key.
    """
    row_id = uuid4().hex
    last = unit.connection.execute(_LAST_MOMENT, {"application": application_id}).scalar_one()
    notes = [[position, key, note] for (position, key), note in (fields or {}).items()]
    unit.connection.execute(
        _ADD,
        {
            "id": row_id,
            "application_id": application_id,
            "staff_id": staff_id,
            "action": action.value,
            "sealed": unit.keys.seal("history_entry", row_id, {"text": text, "fields": notes}),
            "at": unit.timestamp_ms if last is None else max(unit.timestamp_ms, last + 1),
        },
    )


def lines(connection: Connection, keys: KeyRing, application_id: str) -> tuple[HistoryLine, ...]:
    """Return an application's history, the oldest act first."""
    found = connection.execute(_IN_ORDER, {"application": application_id})
    return tuple(_line(keys, row) for row in found)


def last_act(connection: Connection, keys: KeyRing, application_id: str) -> HistoryLine | None:
    """Return the last act that changed an application; None if there is none."""
    row = connection.execute(_LAST_ACT, {"application": application_id}).one_or_none()
    return None if row is None else _line(keys, row)


def _line(keys: KeyRing, row: Any) -> HistoryLine:
    sealed = keys.open("history_entry", row.id, row.sealed)
    notes = tuple(FieldNote(*note) for note in sealed["fields"])
    return HistoryLine(row.at, row.name or "", Action(row.action), sealed["text"], notes)
