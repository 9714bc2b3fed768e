"""The filters and orders of the queue as choices: what each offers, and the filter that an answer gives."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from kiosk.domain.application_status import ApprovalBlock, Attention, ReviewFlag
from kiosk.i18n import _
from kiosk.screens.review.choice import Choice, ChoiceList
from kiosk.screens.review.queue_row_labels import explained
from kiosk.services.auth.staff_session import Role
from kiosk.services.review.queue import QueueClass
from kiosk.services.review.queue_filter import Match, QueueFilter, QueueSort, SortBy
from kiosk.widgets.table.column_layout import Column

_ALL, _UNATTENDED, _CLASS = "all", "unattended", "class:"
_FLAGS: tuple[Attention | ApprovalBlock | ReviewFlag, ...] = (*Attention, *ApprovalBlock, *ReviewFlag)
_SORTS = tuple(QueueSort(by, descending) for by in SortBy for descending in (False, True))


def class_choices(wanted: QueueFilter, classes: Sequence[QueueClass], role: Role) -> ChoiceList:
    """Return the classes that the member may see; for the registrar also those without a teacher."""
    choices = [Choice(_ALL, (_("全部班級"), "", ""))]
    if role is Role.REGISTRAR:
        choices.append(Choice(_UNATTENDED, (_("沒有導師的班級"), "", "")))
    choices += [
        Choice(f"{_CLASS}{one.name}", (one.name, "、".join(one.teachers), _("{n} 件").format(n=one.open_applications)))
        for one in classes
    ]
    columns = (Column(_("班級"), 16), Column(_("導師"), 16, grows=1), Column(_("待處理"), 8))
    chosen = _UNATTENDED if wanted.unattended else f"{_CLASS}{wanted.class_name}" if wanted.class_name else _ALL
    return ChoiceList(_("看哪一班？"), columns, choices, chosen)


def with_class(wanted: QueueFilter, answer: str) -> QueueFilter:
    """Return the filter with the chosen class."""
    class_name = answer.removeprefix(_CLASS) if answer.startswith(_CLASS) else None
    return replace(wanted, class_name=class_name, unattended=answer == _UNATTENDED)


def flag_choices(wanted: QueueFilter) -> ChoiceList:
    """Return every flag with its kind and meaning."""
    choices = [Choice(_ALL, (_("全部"), ""))]
    for place, flag in enumerate(_FLAGS):
        kind, meaning = explained(flag)
        choices.append(Choice(str(place), (flag.label, kind), meaning))
    columns = (Column(_("標記"), 24), Column(_("種類"), 12, grows=1))
    chosen = _ALL if wanted.flag is None else str(_FLAGS.index(wanted.flag))
    return ChoiceList(_("看哪一種標記？"), columns, choices, chosen)


def with_flag(wanted: QueueFilter, answer: str) -> QueueFilter:
    """Return the filter with the chosen flag."""
    return replace(wanted, flag=None if answer == _ALL else _FLAGS[int(answer)])


def sort_choices(sort: QueueSort) -> ChoiceList:
    """Return every order in both directions."""
    choices = [
        Choice(str(place), (one.by.label, _("倒序") if one.descending else _("順序")))
        for place, one in enumerate(_SORTS)
    ]
    columns = (Column(_("排序"), 16), Column(_("方向"), 8, grows=1))
    return ChoiceList(_("怎麼排？"), columns, choices, str(_SORTS.index(sort)))


def chosen_sort(answer: str) -> QueueSort:
    """Return the chosen order."""
    return _SORTS[int(answer)]


def wider_filter(wanted: QueueFilter) -> QueueFilter | None:
    """Return the next wider search for a text not found: the whole queue, then anywhere in a name."""
    if wanted.match is Match.ANYWHERE or not wanted.search:
        return None
    everywhere = QueueFilter(search=wanted.search)
    return everywhere if wanted != everywhere else replace(everywhere, match=Match.ANYWHERE)
