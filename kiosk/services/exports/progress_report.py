"""How far the school is: binding rate by class, what is held up, and whom no mail reaches. No identity number in it.

Counted as the staff's queue counts it: the students at school, and those of them with a parent bound.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import Connection, Select, func, select

from db.models.accounts import Binding
from db.models.applications import Application
from db.models.columns import table_of
from db.models.school import Student
from db.store import UnitOfWork
from kiosk.domain.application_status import OPEN_STATES, ApprovalBlock
from kiosk.domain.documents import FormFault, FormRefused
from kiosk.domain.school_calendar import day_at
from kiosk.i18n import _
from kiosk.rules.roc_dates import format_roc
from kiosk.services.documents.font_coverage import printable_value
from kiosk.services.documents.typst import NotTypeset, typeset
from kiosk.services.exports.active_bindings import accounts_of, read_bindings
from kiosk.services.messaging.outbox_desk import failed_mails
from kiosk.services.review.queue_query import BLOCK_CONDITIONS

_student = table_of(Student)
_binding = table_of(Binding)
_application = table_of(Application)

_AT_SCHOOL: Select[Any] = (
    select(_student.c.class_name, func.count()).where(_student.c.active).group_by(_student.c.class_name)
)
_BOUND: Select[Any] = (
    select(_student.c.class_name, func.count(_binding.c.student_id.distinct()))
    .join_from(_binding, _student, _binding.c.student_id == _student.c.id)
    .where(_binding.c.state == "active", _student.c.active)
    .group_by(_student.c.class_name)
)
_HELD: Select[Any] = (
    select(
        _application.c.class_name,
        _application.c.seat_number,
        _application.c.student_number,
        _application.c.student_name,
        _application.c.number,
        _application.c.submitted_at,
        *BLOCK_CONDITIONS.values(),
    )
    .where(_application.c.state.in_(OPEN_STATES), _application.c.is_blocked)
    .order_by(_application.c.class_name, _application.c.seat_number, _application.c.number)
)


@dataclass(frozen=True, slots=True)
class ClassRate:
    """A class: its active students, and those with a bound parent."""

    class_name: str
    students: int
    bound: int

    @property
    def percent(self) -> str:
        """The share in whole per cent, rounded down: only every student makes 100 %."""
        return f"{100 * self.bound // self.students}%" if self.students else ""


@dataclass(frozen=True, slots=True)
class ReportSection:
    """A table of the report."""

    title: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...] = field(repr=False)


@dataclass(frozen=True)
class Report:
    """The whole report of a day, with the lists behind its numbers.

    ``blocks`` counts the open applications with each approval block; one can have several.
    """

    on: date
    classes: tuple[ClassRate, ...]
    blocks: tuple[tuple[ApprovalBlock, int], ...]
    sections: tuple[ReportSection, ...]

    @property
    def school(self) -> ClassRate:
        """All classes together."""
        return ClassRate(_("全校"), sum(one.students for one in self.classes), sum(one.bound for one in self.classes))

    @property
    def rows(self) -> int:
        """The number of rows in all tables."""
        return len(self.classes) + sum(len(section.rows) for section in self.sections)


def make_report(unit: UnitOfWork, on: date) -> Report:
    """Gather the report; the caller checks access and audits."""
    connection = unit.connection
    bound: dict[str, int] = dict(map(tuple, connection.execute(_BOUND)))
    classes = tuple(
        ClassRate(name, students, bound.get(name, 0)) for name, students in sorted(connection.execute(_AT_SCHOOL))
    )
    held = [
        (row, tuple(block for block, column in BLOCK_CONDITIONS.items() if row._mapping[column]))
        for row in connection.execute(_HELD)
    ]
    counts = tuple((block, sum(block in blocks for _row, blocks in held)) for block in ApprovalBlock)
    return Report(on, classes, counts, (_holds(held), _without_email(connection), _failed(unit)))


def report_table(report: Report) -> list[Sequence[str]]:
    """Return the report as rows of a spreadsheet, one table below the other."""
    classes = [
        (one.class_name, str(one.students), str(one.bound), one.percent) for one in (*report.classes, report.school)
    ]
    rates = ReportSection(_("各班綁定率"), (_("班級"), _("學生數"), _("已綁定"), _("綁定率")), tuple(classes))
    waits = tuple((block.label, str(count)) for block, count in report.blocks)
    waiting = ReportSection(_("未完成的申請"), (_("等待"), _("件數")), waits)
    rows: list[Sequence[str]] = [(_("親子綁定進度"), format_roc(report.on))]
    for section in (rates, waiting, *report.sections):
        rows += [(), (section.title,), section.header, *section.rows]
    return rows


def _seat(number: int | None) -> str:
    return str(number) if number else ""


def _holds(held: Iterable[tuple[Any, tuple[ApprovalBlock, ...]]]) -> ReportSection:
    rows = tuple(
        (
            row.class_name,
            _seat(row.seat_number),
            row.student_number,
            row.student_name,
            row.number,
            "、".join(block.label for block in blocks),
            format_roc(day_at(row.submitted_at)),
        )
        for row, blocks in held
    )
    header = (_("班級"), _("座號"), _("學號"), _("學生"), _("申請編號"), _("等待"), _("送出日期"))
    return ReportSection(_("還不能通過的申請"), header, rows)


def _without_email(connection: Connection) -> ReportSection:
    """Return the bound parents without an e-mail address, whom the school must call."""
    bindings = [one for one in read_bindings(connection) if one.holds]
    names = {row.id: row.name for row in accounts_of(connection, bindings) if row.email_index is None}
    rows = tuple(
        (
            one.class_name,
            _seat(one.seat_number),
            one.student_number,
            one.student_name,
            names[one.account_id],
            one.relation,
        )
        for one in bindings
        if one.account_id in names
    )
    header = (_("班級"), _("座號"), _("學號"), _("學生"), _("家長"), _("關係"))
    return ReportSection(_("沒有電子郵件的家長（請打電話）"), header, rows)


def _failed(unit: UnitOfWork) -> ReportSection:
    rows = tuple(
        (
            letter.call.class_name,
            _seat(letter.call.seat_number),
            letter.call.student_name,
            letter.call.name,
            letter.call.kind.label,
            letter.fault.label,
            format_roc(day_at(letter.call.written_at)),
        )
        for letter in failed_mails(unit)
    )
    header = (_("班級"), _("座號"), _("學生"), _("家長"), _("通知"), _("原因"), _("日期"))
    return ReportSection(_("寄不到的信（請打電話）"), header, rows)


def report_pdf(report: Report, school_name: str) -> bytes:
    """Return the report as pages with a bar for each class; the same report gives the same bytes.

    Raises:
        FormRefused: the pages cannot be typeset.
    """
    content = {
        "school": school_name,
        "day": format_roc(report.on),
        "total": _rate(report.school),
        "classes": [_rate(one) for one in report.classes],
        "holds": [[block.label, count] for block, count in report.blocks],
        "sections": [
            {"title": section.title, "header": section.header, "rows": section.rows} for section in report.sections
        ],
    }
    try:
        return typeset("report.typ", report.on, {"report": printable_value(content)})
    except NotTypeset:
        raise FormRefused(FormFault.UNRENDERABLE) from None


def _rate(one: ClassRate) -> dict[str, object]:
    share = one.bound / one.students if one.students else 0
    return {
        "name": one.class_name,
        "students": one.students,
        "bound": one.bound,
        "percent": one.percent,
        "share": share,
    }
