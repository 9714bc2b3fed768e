"""The paper forms: what stands on them, that it can be read back, and that the same data makes the same bytes."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from fontTools.ttLib import TTFont
from hypothesis import given, settings
from hypothesis import strategies as st

from db.models.applications import Ticket
from kiosk.domain.application_form import Basis
from kiosk.domain.documents import FormContent, FormFault, FormKind, FormRefused, PrintableForm
from kiosk.rules.line_breaks import NOT_FIRST
from kiosk.rules.text_safety import is_safe
from kiosk.services.auth.student_session import StudentSession
from kiosk.services.documents.font_coverage import FONT_FILE, in_font
from kiosk.services.documents.pdf_renderer import missing_in, render
from tests.builders.applications import MOTHER, MOTHER_ID, TEXT, Sender, answer
from tests.builders.documents import (
    ISSUED,
    NUMBER,
    SCHOOL,
    TOKEN,
    codes,
    content_of,
    lines,
    pages,
    printed,
    sheet,
    without_blanks,
)
from tests.builders.school import Opened, only_row
from tests.paths import ROOT

_CARER = replace(MOTHER, relation="外祖母", email="", email_again="", no_email=True)


@pytest.fixture
def binding(opened: Opened, visitor: StudentSession) -> FormContent:
    answer(opened.school, visitor)
    return content_of(opened.school, FormKind.BINDING, Sender(opened.school, visitor).both().application_id)


def _with_name(content: FormContent, name: str) -> FormContent:
    facts = dict(content.facts)
    facts["applicants"] = [{**person, "name": name} for person in facts["applicants"]]
    return replace(content, facts=facts)


def test_the_binding_form_says_who_applies_for_whom_and_under_which_consent(binding: FormContent) -> None:
    (page,) = pages(printed(binding))
    expected = [
        SCHOOL, "親子帳號申請書", NUMBER, binding.facts["application"], "115年9月1日", "王小明", "110001", "科二智",
        "□雙親為監護人，一位申辦。", "■雙親為監護人，二位申辦。", "□其他關係者擔任監護人", "父母（共同行使親權）",
        "劉小花", "媽媽", "0910-100-200", "flower@example.com", "王大明", "爸爸", "0911-200-300", "ming@example.com",
        "家長於115年9月1日09:00在校務系統點選「同意」", f"版本{TEXT.source.version}",
        "申請人一簽章（媽媽）", "申請人二簽章（爸爸）", "導師", "註冊組",
    ]  # fmt: skip
    assert [text for text in expected if "".join(text.split()) not in page] == []
    assert "【個人資料之填寫如有虛偽不實及故意冒用他人姓名等情形" in page
    assert without_blanks([TEXT.source.title])[0] in page


def test_a_form_shows_only_the_end_of_an_id(binding: FormContent) -> None:
    (page,) = pages(printed(binding))
    assert f"*******{MOTHER_ID[-3:]}" in page
    assert MOTHER_ID[:7] not in page
    assert binding.facts["applicants"][0]["person"] not in page


def test_both_codes_are_read_at_150_dpi(binding: FormContent) -> None:
    assert codes(printed(binding)) == {"Code128": "D11500000019", "QRCode": TOKEN}


def test_the_form_of_one_applicant_without_email(opened: Opened, visitor: StudentSession) -> None:
    answer(opened.school, visitor)
    content = content_of(
        opened.school, FormKind.BINDING, Sender(opened.school, visitor).one(_CARER, basis=Basis.CARER).application_id
    )
    (page,) = pages(printed(content))
    assert "無（由學校以電話通知）" in page
    assert "□父母簽名的委託證明書正本" in page
    assert "申請人簽章（外祖母）" in page


def test_the_carers_form_leaves_the_parents_blank(opened: Opened, visitor: StudentSession) -> None:
    answer(opened.school, visitor)
    application_id = Sender(opened.school, visitor).one(_CARER, basis=Basis.CARER).application_id
    content = content_of(opened.school, FormKind.CARER, application_id)
    pdf = printed(content)
    (page,) = pages(pdf)
    for text in (
        "委託證明書",
        "劉小花",
        "外祖母",
        f"*******{MOTHER_ID[-3:]}",
        "立委託書人為下列學生之父母",
        "受託人簽章",
    ):
        assert text in page
    assert codes(pdf)["Code128"] == "D11500000019"


def test_the_correction_form_lists_the_reported_fields(opened: Opened, visitor: StudentSession) -> None:
    opened.school.student_data.report_errors(visitor, {"class_name": "資二智", "name": "王曉明"})
    content = content_of(opened.school, FormKind.CORRECTION, only_row(opened.school, Ticket).id)
    (page,) = pages(printed(content))
    for text in ("學生資料更正申請書", "班級科二智資二智", "姓名王小明王曉明", "□准予更正", "家長簽章"):
        assert text in page


def test_many_forms_are_one_file_in_order(binding: FormContent) -> None:
    sheets = [sheet(_with_name(binding, f"王第{n}"), f"D115-000-{n:04}-0", f"TOKEN{n}") for n in range(5)]
    pdf = render(sheets, SCHOOL)
    assert [f"王第{n}" in page for n, page in enumerate(pages(pdf))] == [True] * 5
    assert codes(pdf, 3) == {"Code128": "D11500000030", "QRCode": "TOKEN3"}


def test_the_same_data_makes_the_same_bytes_anywhere(binding: FormContent, tmp_path: Path) -> None:
    (tmp_path / "sheets").write_bytes(pickle.dumps([PrintableForm(NUMBER, TOKEN, ISSUED, binding)]))
    program = (
        "import pickle, sys; from kiosk.services.documents.pdf_renderer import render;"
        f"sys.stdout.buffer.write(render(pickle.load(open('sheets', 'rb')), {SCHOOL!r}))"
    )
    elsewhere = {
        "PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "HOME": str(tmp_path), "TZ": "America/New_York",
        "LC_ALL": "C", "SOURCE_DATE_EPOCH": "0", "TYPST_FONT_PATHS": "/usr/share/fonts",
    }  # fmt: skip
    made = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, env=elsewhere, capture_output=True, check=True
    ).stdout
    assert made == printed(binding)
    assert printed(_with_name(binding, "王大民")) != made


def test_the_hash_follows_every_word(binding: FormContent) -> None:
    assert len(binding.sha256) == 64
    assert replace(binding, words={**binding.words, "warning": "別的"}).sha256 != binding.sha256
    assert _with_name(binding, "王大民").sha256 != binding.sha256
    assert FormContent(FormKind.CARER, binding.facts, binding.words).sha256 != binding.sha256


def test_markup_in_a_name_is_printed_as_text(binding: FormContent) -> None:
    names = ["#panic()", "*王*_小_`明`", "$ x^2 $", "王[/]小明", "</script>", '"\\u0041"', "= 王"]
    for name, page in zip(names, pages(printed(*(_with_name(binding, name) for name in names))), strict=True):
        assert "".join(name.split()) in page


def test_a_character_the_font_lacks_is_named_and_flagged(binding: FormContent) -> None:
    assert missing_in(binding) == ()
    content = _with_name(binding, "吳𠮷堃")
    assert missing_in(content) == ("〔U+20BB7〕",)
    (page,) = pages(printed(content))
    assert "吳〔U+20BB7〕堃" in page
    assert "請在該處以正楷手寫補上" in page


def test_names_of_taiwan_and_of_abroad_are_in_the_font() -> None:
    names = "堃喆峯栢煊碁銹裏恒〇．'-瓦歷斯諾幹Nguyễn Thị Hồng NhungĐặng Ơ Ư Łukasz é ñ ü ß Åsa"
    assert [name for name in names if not in_font(name) and name != " "] == ["Ł"]


def test_the_fonts_own_table_was_read_right() -> None:
    mapped = TTFont(FONT_FILE).getBestCmap()
    assert all(in_font(chr(code)) == (code in mapped) for code in range(0x30000))
    cp950 = [code for code in range(0x4E00, 0x9FFF) if chr(code).encode("cp950", "ignore")]
    assert all(code in mapped for code in cp950)


@settings(deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs", "Zs", "Zl", "Zp"]).filter(is_safe), min_size=1, max_size=60))
def test_any_name_fits_on_its_page(name: str) -> None:
    student = {"name": name, "number": "1"}
    words = {"student": student, "place": {"class_name": name, "seat": ""}, "reported": "115年9月1日", "signers": []}
    content = FormContent(FormKind.CORRECTION, {"fields": [{"title": "姓名", "shown": name, "right": name}]}, words)
    assert len(pages(printed(content))) == 1


def test_the_longest_entries_stay_on_one_page_and_whole(binding: FormContent) -> None:
    facts = dict(binding.facts)
    long_email = "a" * 64 + "@" + ".".join(["b" * 60] * 3) + ".tw"
    facts["applicants"] = [
        {**person, "name": "Wolfeschlegel " * 4 + "Junior", "relation": "很" * 20, "email": long_email}
        for person in facts["applicants"]
    ]
    content = replace(binding, facts=facts, words={**binding.words, "warning": "很長的警語，" * 60})
    pdf = printed(content)
    (page,) = pages(pdf)
    assert page.replace("\u200b", "").count(long_email) == 2
    assert "註冊組" in page
    assert "資料驗證碼" in page
    assert codes(pdf) == {"Code128": "D11500000019", "QRCode": TOKEN}


def test_a_text_too_long_for_the_page_is_refused(binding: FormContent) -> None:
    with pytest.raises(FormRefused) as refused:
        printed(replace(binding, words={**binding.words, "warning": "很長的警語，" * 2000}))
    assert refused.value.fault is FormFault.TOO_LONG


def test_no_line_begins_with_a_closing_sign(binding: FormContent) -> None:
    warnings = ["一" * length + "，" + "二" * 20 + "、三）」。" * 12 for length in range(1, 45)]
    pdf = printed(*(replace(binding, words={**binding.words, "warning": warning}) for warning in warnings))
    for page, warning in enumerate(warnings):
        first = [line[0] for line in lines(pdf, page)]
        assert not set(first) & set(NOT_FIRST), warning
