"""The proof of consents: who answered what, when, where, and the very text."""

from __future__ import annotations

import csv
import hashlib
import io
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from db.models.applications import Consent
from db.models.school import Student
from kiosk.rules.spreadsheet_cells import original_cell
from kiosk.services.exports.consent_evidence import EARLIER_FOLDER
from kiosk.services.exports.export_service import ConsentsDone
from kiosk.services.texts.loader import SHIPPED_FOLDER
from tests.builders.exports import Handing, opened_handing
from tests.builders.reviews import father_of, mother_of, student_number
from tests.builders.school import CHOSEN

_SHIPPED = (SHIPPED_FOLDER / "consent.zh_TW.txt").read_bytes()


@pytest.fixture
def handing(tmp_path: Path) -> Iterator[Handing]:
    with opened_handing(tmp_path) as opened:
        opened.bind(0, mother_of(0), father_of(0))
        opened.reviewed.apply(1, mother_of(1))
        opened.reviewed.answer_consent(2, agree=False)
        yield opened


def _pack(handing: Handing) -> tuple[dict[str, bytes], list[dict[str, str]], ConsentsDone]:
    file = handing.new_file(".zip")
    done = handing.service.consents(handing.registrar, file)
    with zipfile.ZipFile(file) as archive:
        entries = {name: archive.read(name) for name in archive.namelist()}
    rows = csv.DictReader(io.StringIO(entries["consents.csv"].decode("utf-8-sig"), newline=""))
    return entries, list(rows), done


def test_each_parents_answers_are_listed_with_their_text(handing: Handing) -> None:
    entries, rows, done = _pack(handing)
    assert done.missing == ()
    assert [(row["學號"], row["家長姓名"], row["親屬關係"], row["選擇"], row["申請狀態"]) for row in rows] == [
        (student_number(0), mother_of(0).name, "媽媽", "同意", "已開通"),
        (student_number(0), father_of(0).name, "爸爸", "同意", "已開通"),
        (student_number(1), mother_of(1).name, "媽媽", "同意", "審核中"),
        (student_number(2), "", "", "同意", ""),
        (student_number(2), "", "", "不同意", ""),
    ]
    first = rows[0]
    assert (first["作答者"], first["版本"], first["語言"], first["讀到最後"]) == ("家長", "109.9.11", "zh_TW", "是")
    assert (first["登入帳號"], first["地點（終端機）"]) == (f"P{student_number(0)}", "kiosk-1")
    assert re.fullmatch(r"2026-09-01T\d\d:\d\d:\d\d\.\d{3}\+08:00", first["作答時間"])
    (text,) = (name for name in entries if name.startswith("texts/"))
    assert entries[text] == _SHIPPED
    assert hashlib.sha256(entries[text]).hexdigest() == first["SHA-256"]
    assert text in entries["texts.csv"].decode("utf-8")
    assert done.file.rows == len(rows)
    assert handing.audited("export.consents") == [handing.registrar.credential_id]
    assert [run.kind for run in handing.runs()] == ["consents"]


def test_a_withdrawal_names_its_parent(handing: Handing) -> None:
    school = handing.reviewed.school
    mother = mother_of(0)
    assert mother.email is not None
    first = school.sign_in.parent(mother.email, mother.national_id[-6:], "kiosk-2").holder
    holder = school.sign_in.change_account_password(first, CHOSEN)
    school.own_data.withdraw_consent(holder, school.own_data.consents(holder)[0].consent_id)
    withdrawn = [row for row in _pack(handing)[1] if row["選擇"] == "撤回同意"]
    assert [(row["學號"], row["家長姓名"], row["親屬關係"], row["作答者"]) for row in withdrawn] == [
        (student_number(0), mother.name, "媽媽", "家長")
    ]
    assert withdrawn[0]["申請編號"]


def test_no_contact_data_is_exported(handing: Handing) -> None:
    entries = _pack(handing)[0]
    for content in entries.values():
        for secret in (mother_of(0).national_id, mother_of(0).mobile, mother_of(0).email, father_of(0).national_id):
            assert secret.encode() not in content


def test_earlier_texts_are_included_and_missing_ones_named(handing: Handing) -> None:
    own = handing.reviewed.school.settings.text_folder
    (own / EARLIER_FOLDER).mkdir(parents=True)
    old = "版本: 113.8.1\n標題: 同意書\n\n舊的全文\n".encode()
    (own / EARLIER_FOLDER / "consent-113.txt").write_bytes(old)
    with handing.reviewed.school.store.write() as unit:
        kept, gone = (
            Consent(
                id=digit * 32,
                student_id=handing.student_id(3),
                text_name="consent",
                text_version=version,
                text_sha256=hashlib.sha256(content).hexdigest(),
                language="zh_TW",
                read_to_end=True,
                choice="agree",
                answered_by="parent",
                account=f"P{student_number(3)}",
                terminal="kiosk-1",
                answered_at=unit.timestamp_ms,
            )
            for digit, version, content in (("1", "113.8.1", old), ("2", "112.8.1", b"gone"))
        )
        unit.session.add_all([kept, gone])
        unit.audit("test", "consent.answered", "school")
    entries, _rows, done = _pack(handing)
    assert done.missing == ("112.8.1",)
    assert old in entries.values()
    assert "學校已沒有這一版的檔案" in entries["texts.csv"].decode("utf-8")


def test_t36_cells_are_neutral_and_reversible(handing: Handing) -> None:
    for text in ("=1+1", "+1", "-1", "@x", "\t=1", "\r=1"):
        handing.change_everywhere(Student, {"name": text})
        handing.change_everywhere(Consent, {"terminal": text})
        rows = _pack(handing)[1]
        for row in rows:
            assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for cell in row.values())
        assert original_cell(rows[0]["學生姓名"]) == original_cell(rows[0]["地點（終端機）"]) == text
