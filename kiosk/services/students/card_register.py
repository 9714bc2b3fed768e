"""The registrar's list of the answers for student cards, also as a spreadsheet."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, func, select, tuple_

from db.models.columns import table_of
from db.models.documents import CardAnswer, SignedForm
from db.models.school import Student
from db.store import Store
from kiosk.domain.documents import FormKind, PaperState
from kiosk.domain.school_calendar import roc_moment
from kiosk.i18n import _
from kiosk.rules.spreadsheet_cells import neutral_cell
from kiosk.services.auth.staff_session import REGISTRAR, StaffGate, StaffMember

_answer = table_of(CardAnswer)
_signed_form = table_of(SignedForm)
_student = table_of(Student)


@dataclass(frozen=True, slots=True)
class CardPlace:
    """A row's place in the list; ``seat_number`` is 0 without a seat."""

    class_name: str
    seat_number: int
    student_number: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class CardRow:
    """One child's last answer, at a time in milliseconds since 1970-01-01 UTC; it counts once the form is returned.

    ``items`` are the shown items: key, name, purpose, recipient, data, chosen.
    """

    class_name: str
    seat_number: int | None
    student_number: str = field(repr=False)
    student_name: str = field(repr=False)
    items: tuple[dict[str, Any], ...] = field(repr=False)
    text_version: str
    answered_at: int
    form: PaperState

    @property
    def place(self) -> CardPlace:
        """The row's place."""
        return CardPlace(self.class_name, self.seat_number or 0, self.student_number)

    @property
    def chosen(self) -> tuple[str, ...]:
        """The names of the chosen items."""
        return tuple(item["name"] for item in self.items if item["chosen"])


class CardRegister:
    """The service; every method raises Denied or PasswordChangeRequired as `StaffGate` does."""

    def __init__(self, store: Store) -> None:
        self._gate = StaffGate(store)

    def rows(self, member: StaffMember, *, after: CardPlace | None = None, limit: int) -> tuple[CardRow, ...]:
        """Return at most ``limit`` last answers after a place, in the order of classes and seats."""
        with self._gate.read(member, "card.register", REGISTRAR) as (session, _acting):
            return _rows(session.connection(), after=after, limit=limit)


def card_rows(store: Store, class_name: str | None = None) -> tuple[CardRow, ...]:
    """Return all rows, or a class's, for the command line, whose user has the key file."""
    with store.read() as session:
        return _rows(session.connection(), class_name)


def card_sheet(rows: Sequence[CardRow]) -> str:
    """Return a CSV with a column for each item in the rows, to be written in UTF-8 with a byte order mark."""
    names = {item["key"]: item["name"] for row in rows for item in row.items}
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    heading = (_("班級"), _("座號"), _("學號"), _("姓名"), *names.values(), _("版本"), _("作答時間"), _("申請書"))
    writer.writerow(_neutral(heading))
    for row in rows:
        chosen = {item["key"]: _("開通") if item["chosen"] else _("不開通") for item in row.items}
        seat = "" if row.seat_number is None else str(row.seat_number)
        who = (row.class_name, seat, row.student_number, row.student_name)
        answers = (chosen.get(key, "") for key in names)
        writer.writerow(_neutral((*who, *answers, row.text_version, roc_moment(row.answered_at), row.form.label)))
    return out.getvalue()


def _neutral(cells: Iterable[str]) -> list[str]:
    return [neutral_cell(cell) for cell in cells]


def _rows(
    connection: Connection, class_name: str | None = None, *, after: CardPlace | None = None, limit: int | None = None
) -> tuple[CardRow, ...]:
    order = (_student.c.class_name, func.coalesce(_student.c.seat_number, 0), _student.c.student_number)
    last = (
        select(_answer.c.student_id, func.max(_answer.c.answered_at).label("answered_at"))
        .group_by(_answer.c.student_id)
        .subquery()
    )
    query = (
        select(
            _student.c.class_name,
            _student.c.seat_number,
            _student.c.student_number,
            _student.c.name,
            _answer.c["items"],
            _answer.c.text_version,
            _answer.c.answered_at,
            _signed_form.c.state,
        )
        .join_from(_answer, last, (_answer.c.student_id == last.c.student_id) & (_answer.c.answered_at == last.c[1]))
        .join(_student, _student.c.id == _answer.c.student_id)
        .join(_signed_form, (_signed_form.c.student_id == _student.c.id) & (_signed_form.c.form == FormKind.CARD))
        .where(_student.c.active)
        .order_by(*order)
        .limit(limit)
    )
    if class_name is not None:
        query = query.where(_student.c.class_name == class_name)
    if after is not None:
        query = query.where(tuple_(*order) > tuple_(after.class_name, after.seat_number, after.student_number))
    return tuple(
        CardRow(class_name, seat, number, name, tuple(json.loads(items)), version, answered_at, PaperState(state))
        for class_name, seat, number, name, items, version, answered_at, state in connection.execute(query)
    )
