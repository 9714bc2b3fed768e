"""學生證多元功能開通服務: answers as evidence, and what follows from them."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, datetime

import pytest
from sqlmodel import select

from db.models.documents import CardAnswer, Document, SignedForm
from db.models.school import Student
from kiosk.domain.documents import FormKey, FormKind, PaperState
from kiosk.services.auth.staff_session import Role
from kiosk.services.auth.student_session import StudentSession
from kiosk.services.signing.issuing import mark_returned
from kiosk.services.signing.print_desk import print_as_operator
from kiosk.services.students.card_register import CardRegister, card_rows, card_sheet
from kiosk.services.students.student_card import IncompleteAnswer
from kiosk.services.texts.card_services import load_card_services
from tests.builders.applications import Sender, answer
from tests.builders.documents import content_of, pages, printed
from tests.builders.school import ACCOUNT, TERMINAL, Opened, change_row, only_row, rows, staff_member

_SERVICES = load_card_services(None)
_NONE = dict.fromkeys((item.key for item in _SERVICES.items), False)
_LIBRARY = {**_NONE, "library": True}


def _return(opened: Opened, key: FormKey) -> None:
    school = opened.school
    print_as_operator(school.store, school.clock, school.settings, [key])
    teacher = staff_member(school, f"teacher.{key.kind}", Role.HOMEROOM_TEACHER, ("科二智",))
    with school.store.write() as unit:
        document = unit.session.exec(select(Document).where(Document.kind == key.kind)).one()
        assert mark_returned(unit, document, teacher.credential_id, teacher.staff_id)


def test_at_first_nothing_is_answered(opened: Opened, visitor: StudentSession) -> None:
    choices = opened.school.card.choices(visitor)
    assert (choices.answered, choices.chosen) == (False, {})


def test_an_answer_is_kept_with_what_was_shown(opened: Opened, visitor: StudentSession) -> None:
    opened.school.card.answer(visitor, _SERVICES, _LIBRARY)
    row = only_row(opened.school, CardAnswer)
    assert (row.text_version, row.text_sha256) == (_SERVICES.source.version, _SERVICES.source.sha256)
    assert (row.language, row.account, row.terminal) == ("zh_TW", ACCOUNT, TERMINAL)
    kept = {item["key"]: item for item in json.loads(row.items)}
    assert {key: item["chosen"] for key, item in kept.items()} == _LIBRARY
    assert kept["library"]["recipient"] == "臺北市立圖書館"
    assert opened.school.card.choices(visitor).chosen == _LIBRARY


def test_refusing_every_item_still_makes_a_form(opened: Opened, visitor: StudentSession) -> None:
    opened.school.card.answer(visitor, _SERVICES, _NONE)
    form = only_row(opened.school, SignedForm)
    assert (form.form, form.state, form.application_id) == ("card", "not_printed", None)
    (page,) = pages(printed(content_of(opened.school, FormKind.CARD, visitor.student_id)))
    assert page.count("□開通■不開通") == len(_SERVICES.items)


def test_the_form_says_each_item_with_its_recipient(opened: Opened, visitor: StudentSession) -> None:
    opened.school.card.answer(visitor, _SERVICES, _LIBRARY)
    (page,) = pages(printed(content_of(opened.school, FormKind.CARD, visitor.student_id)))
    assert page.count("■開通□不開通") == 1
    for item in _SERVICES.items:
        assert all("".join(part.split()) in page for part in (item.name, item.recipient, item.purpose))
    assert f"版本{_SERVICES.source.version}" in page
    assert "家長（監護人）簽章" in page


@pytest.mark.parametrize("chosen", [{}, {"library": True}, {**_NONE, "other": True}])
def test_an_answer_is_about_every_item_shown(opened: Opened, visitor: StudentSession, chosen: dict[str, bool]) -> None:
    with pytest.raises(IncompleteAnswer):
        opened.school.card.answer(visitor, _SERVICES, chosen)
    assert rows(opened.school, CardAnswer) == []


def test_the_last_answer_counts_even_where_the_clock_was_set_back(opened: Opened, visitor: StudentSession) -> None:
    opened.school.card.answer(visitor, _SERVICES, _LIBRARY)
    opened.clock.set_wall(datetime(2025, 9, 1, tzinfo=UTC))
    opened.school.card.answer(visitor, _SERVICES, _NONE)
    assert opened.school.card.choices(visitor).chosen == _NONE
    assert len(rows(opened.school, CardAnswer)) == 2
    assert len(rows(opened.school, SignedForm)) == 1


def test_a_new_answer_voids_the_returned_card_form(opened: Opened, visitor: StudentSession) -> None:
    school = opened.school

    def signed() -> int:
        return school.student_data.hub(visitor).forms_signed

    school.card.answer(visitor, _SERVICES, _LIBRARY)
    answer(school, visitor)
    application_id = Sender(school, visitor).one().application_id
    assert signed() == 0
    _return(opened, FormKey(FormKind.CARD, visitor.student_id))
    assert signed() == 1
    _return(opened, FormKey(FormKind.BINDING, application_id))
    assert signed() == 2
    school.card.answer(visitor, _SERVICES, _LIBRARY)
    assert signed() == 2, "the same answer is what was signed"
    school.card.answer(visitor, _SERVICES, _NONE)
    assert signed() == 1
    states = {document.kind: document.state for document in rows(school, Document)}
    assert states == {"card": PaperState.VOID, "binding": PaperState.RETURNED}


def test_an_answer_blocks_no_application(opened: Opened, visitor: StudentSession) -> None:
    answer(opened.school, visitor)
    Sender(opened.school, visitor).one()
    before = opened.school.student_data.hub(visitor).applications
    opened.school.card.answer(visitor, _SERVICES, _NONE)
    assert opened.school.student_data.hub(visitor).applications == before


def test_the_registrar_sees_and_exports_the_last_answers(opened: Opened, visitor: StudentSession) -> None:
    school = opened.school
    school.card.answer(visitor, _SERVICES, _NONE)
    school.card.answer(visitor, _SERVICES, _LIBRARY)
    change_row(school, Student, visitor.student_id, name="=王小明")
    register = CardRegister(school.store)
    registrar = staff_member(school, "reg", Role.REGISTRAR)
    (row,) = register.rows(registrar, limit=10)
    assert {item["key"]: item["chosen"] for item in row.items} == _LIBRARY
    assert row.chosen == ("市立圖書館借書證",)
    assert card_rows(school.store) == card_rows(school.store, "科二智") == (row,)
    assert card_rows(school.store, "別班") == ()
    heading, cells = csv.reader(io.StringIO(card_sheet([row])))
    names = ",".join(item.name for item in _SERVICES.items)
    assert heading == f"班級,座號,學號,姓名,{names},版本,作答時間,申請書".split(",")
    assert cells[:4] == ["科二智", "", "110001", "'=王小明"]
    assert cells[4:8] == ["不開通", "開通", "不開通", "不開通"]
    assert cells[8:] == [_SERVICES.source.version, "115年9月1日 09:00", "未列印"]
