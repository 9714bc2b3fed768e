"""``import oneroster``: what comes in, a round trip of our own files, and what is refused with file and row named."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from db.models.logins import Credential
from db.models.school import Guardian, Student
from kiosk.cli.parser import main
from kiosk.config.settings import Settings
from kiosk.demo.people import invented_id
from kiosk.services.imports.oneroster_archive import LARGEST_UNPACKED
from kiosk.services.imports.oneroster_format import Version
from kiosk.services.imports.oneroster_reader import read_oneroster
from kiosk.services.imports.roster_check import Roster
from kiosk.services.imports.roster_import import Imported, import_roster
from kiosk.services.imports.roster_records import GuardianRow
from kiosk.services.school import School
from tests.builders.exports import opened_handing
from tests.builders.filled_school import open_cheaply, settings_of
from tests.builders.malformed_rosters import assert_refused_whole
from tests.builders.oneroster_zips import OTHER_ORG, Files, changed, files_1_1, files_1_2, manifest, text, zipped
from tests.builders.reviews import father_of, mother_of, student_number
from tests.builders.school import TERMINAL, rows

TODAY = date(2026, 9, 1)
VERSIONS: dict[str, Callable[[], Files]] = {"1.1": files_1_1, "1.2": files_1_2}


def _read(file: Path, school_code: str = "") -> Roster:
    settings = Settings(home=file.parent, school_code=school_code)
    return read_oneroster(file, settings, TODAY)[0]


@pytest.mark.parametrize("version", VERSIONS)
def test_students_classes_and_guardians(tmp_path: Path, version: str) -> None:
    roster = _read(zipped(tmp_path, VERSIONS[version](), version))
    assert roster.faults == ()
    first, second = roster.students
    assert (first.line, first.student_number, first.name, first.class_name) == (2, "110001", "王小明", "科二智")
    assert (second.name, second.class_name, second.guardians) == ("NGUYỄN THỊ LAN", "科二仁", ())
    assert first.guardians == (GuardianRow("guardian", "林小花", "", "0910100200", "flower@example.org"),)
    assert any("只收第一位" in note.message for note in roster.notes)


def test_relations_make_father_mother_and_guardian(tmp_path: Path) -> None:
    files = files_1_1()
    files["users"] = [[*row, ""] for row in files["users"]]
    files["users"][0][-1] = "metadata.tw.relation"
    files["users"][1][-1] = "媽媽,祖父"
    (first, _second) = _read(zipped(tmp_path, files)).students
    assert first.guardians == (
        GuardianRow("mother", "林小花", "", "0910100200", "flower@example.org"),
        GuardianRow("guardian", "陳大同", "", "0911200300", ""),
    )


def test_a_link_from_one_side_will_do_and_birthdays_are_taken(tmp_path: Path) -> None:
    files = files_1_1()
    column = files["users"][0].index("agentSourcedIds")
    files["users"][1][column] = ""
    files["demographics"] = [["sourcedId", "status", "birthDate"], ["s-1", "", "2010-05-06"], ["s-2", "", ""]]
    first, second = _read(zipped(tmp_path, files)).students
    assert (len(first.guardians), first.birth_date, second.birth_date) == (1, date(2010, 5, 6), None)


def test_the_school_code_selects_one_of_several_schools(tmp_path: Path) -> None:
    files = files_1_1()
    files["orgs"].append([OTHER_ORG, "", "", "別的學校", "school", "353402", "district"])
    files["users"][2][4] = OTHER_ORG
    file = zipped(tmp_path, files)
    (fault,) = _read(file).faults
    assert (fault.file, fault.line, "school_code" in fault.message) == ("orgs.csv", 0, True)
    assert [student.student_number for student in _read(file, "353401").students] == ["110001"]
    assert [student.student_number for student in _read(file, "353402").students] == ["110002"]


def test_users_to_be_deleted_are_left_out(tmp_path: Path) -> None:
    files = files_1_1()
    files["users"][2][1] = "tobedeleted"
    assert [student.student_number for student in _read(zipped(tmp_path, files)).students] == ["110001"]


def _world(school: School) -> dict[str, tuple[str, str, int | None, set[tuple[str, str, str, str]]]]:
    """Each student at school with class, seat, and who is a guardian of theirs as what."""
    found = {}
    for student in rows(school, Student, active=True):
        guardians = set()
        for one in rows(school, Guardian, student_id=student.id):
            known = school.store.keys.open("guardian", one.id, one.sealed)
            guardians.add((one.role, one.name, known["mobile"], known["email"]))
        found[student.student_number] = (student.name, student.class_name, student.seat_number, guardians)
    return found


@pytest.mark.parametrize("version", list(Version))
def test_our_export_imports_into_an_empty_school_unchanged(tmp_path: Path, version: Version) -> None:
    """The round trip: the same students, classes, seats and links; nobody's ID, so everybody gets a desk code."""
    with opened_handing(tmp_path) as handing:
        handing.bind(0, mother_of(0), father_of(0))
        handing.bind(5, mother_of(5))
        handing.change_student(7, name="歐陽志遠")
        handing.change_student(8, name="LÊ VĂN AN", seat_number=None)
        file = handing.new_file(".zip")
        handing.service.oneroster(handing.registrar, file, version)
        before = _world(handing.reviewed.school)
    school = open_cheaply(settings_of(tmp_path / "empty"))
    roster, sha256 = read_oneroster(file, school.settings, TODAY)
    assert (roster.faults, roster.unknown_columns) == ((), ())
    done: Imported = import_roster(school.store, roster, sha256, "test", lambda _done, _all: None)
    after = _world(school)
    assert {number: row[:3] for number, row in after.items()} == {number: row[:3] for number, row in before.items()}
    bound = {
        0: {("mother", mother_of(0)), ("father", father_of(0))},
        5: {("mother", mother_of(5))},
    }
    for place in range(12):
        wanted = {(role, who.name, who.mobile, who.email) for role, who in bound.get(place, set())}
        assert after[student_number(place)][3] == wanted
    assert len(done.desk_codes) == 12
    number, code = done.desk_codes[0]
    assert school.sign_in.student(f"P{number}", code, TERMINAL).must_change
    assert {row.initial_kind for row in rows(school, Credential)} == {"desk_code"}
    school.close()


def _without(file: str, *, in_manifest: bool) -> Callable[[Path], Path]:
    def make(folder: Path) -> Path:
        files = files_1_1()
        whole = {**files, "manifest": manifest(files, "1.1")}
        del whole[file]
        if not in_manifest:
            whole["manifest"] = manifest({name: 0 for name in files if name != file}, "1.1")
        return zipped(folder, whole)

    return make


def _manifest(*rows: list[str]) -> Callable[[Path], Path]:
    """These rows come after the usual ones, and count in their place."""
    return lambda folder: zipped(folder, {**files_1_1(), "manifest": [*manifest(files_1_1(), "1.1"), *rows]})


def _raw(name: str, content: bytes) -> Callable[[Path], Path]:
    return lambda folder: zipped(folder, {**files_1_1(), name: content})


def _appended(file: str, *rows: list[str]) -> Callable[[Path], Path]:
    def make(folder: Path) -> Path:
        files = files_1_1()
        files[file] += rows
        return zipped(folder, files)

    return make


def _bytes(content: bytes, name: str = "roster.zip") -> Callable[[Path], Path]:
    def make(folder: Path) -> Path:
        (folder / name).write_bytes(content)
        return folder / name

    return make


def _archive(*entries: tuple[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", compression) as archive:
        for name, content in entries:
            archive.writestr(name, content)
    return packed.getvalue()


def _in_a_folder(folder: Path) -> Path:
    entries = [(f"export/{name}.csv", text(rows)) for name, rows in files_1_1().items()]
    return _bytes(_archive(*entries))(folder)


def _locked(folder: Path) -> Path:
    """Every entry says that it has a password (APPNOTE 4.4.4, bit 0)."""
    content = bytearray(zipped(folder, files_1_1()).read_bytes())
    for signature, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = content.find(signature)
        while place >= 0:
            content[place + flags] |= 1
            place = content.find(signature, place + 1)
    return _bytes(bytes(content))(folder)


def _two_of_a_name(folder: Path) -> Path:
    entries = (("manifest.csv", b"propertyName,value\r\n"), ("users.csv", b"a"), ("users.csv", b"b"))
    with pytest.warns(UserWarning, match="Duplicate name"):
        return _bytes(_archive(*entries))(folder)


_PADDING = ["x"] * 3
MALFORMED: dict[str, tuple[Callable[[Path], Path], str, str]] = {
    "no zip": (_bytes(b"hello"), "", "不是 OneRoster 的 .zip"),
    "an empty file": (_bytes(b""), "", "不是 OneRoster 的 .zip"),
    "half a zip": (lambda folder: _bytes(zipped(folder, files_1_1()).read_bytes()[:900])(folder), "", "不是 OneRoster"),
    "a locked zip": (_locked, "", "有密碼"),
    "a bomb": (_bytes(_archive(("users.csv", b"0" * (LARGEST_UNPACKED // 2)))), "", "異常地大"),
    "many entries": (_bytes(_archive(*((f"{n}.csv", b"") for n in range(2001)))), "", "異常地大"),
    "larger than a school": (
        _bytes(_archive(("users.csv", bytes(LARGEST_UNPACKED + 1)), compression=zipfile.ZIP_STORED)),
        "",
        "超過 50 MB",
    ),
    "all in a folder": (_in_a_folder, "", "沒有 manifest.csv"),
    "no manifest": (_bytes(_archive(("users.csv", b"sourcedId\r\n"))), "", "沒有 manifest.csv"),
    "two users.csv": (_two_of_a_name, "", "兩個同名"),
    "another version": (_manifest(["oneroster.version", "1.0"]), "manifest.csv", "1.1 或 1.2"),
    "a delta": (_manifest(["file.users", "delta"]), "manifest.csv", "delta"),
    "no file that is promised": (_without("classes", in_manifest=True), "classes.csv", "卻沒有"),
    "no file that is needed": (_without("enrollments", in_manifest=False), "manifest.csv", "enrollments.csv"),
    "Big5": (_raw("users", "sourcedId,姓名\r\n".encode("cp950")), "users.csv", "UTF-8"),
    "NUL": (_raw("classes", b"sourcedId,title\r\nc-1,\0\r\n"), "classes.csv", "NUL"),
    "an open quote": (_raw("orgs", b'sourcedId,type,identifier\r\norg-1,"school,1\r\n'), "orgs.csv", "引號"),
    "a column is missing": (_raw("enrollments", b"sourcedId,role\r\n"), "enrollments.csv", "缺少欄位"),
    "a column twice": (_raw("orgs", b"sourcedId,type,type,identifier\r\n"), "orgs.csv", "重複的欄位"),
    "cells too many": (_appended("orgs", ["a", *_PADDING, *_PADDING, "x"]), "orgs.csv 第 4 列", "欄數"),
    "no sourcedId": (changed("users", 3, "sourcedId", ""), "users.csv 第 3 列", "空白"),
    "a sourcedId twice": (changed("users", 3, "sourcedId", "s-1"), "users.csv 第 3 列", "與第 2 列重複"),
    "no school": (changed("orgs", 2, "type", "district"), "orgs.csv", "一所學校"),
    "a role that is none": (changed("users", 4, "role", "mother"), "users.csv 第 4 列", "role"),
    "a class that is nowhere": (changed("enrollments", 2, "classSourcedId", "x"), "enrollments.csv 第 2 列", "classes"),
    "no class": (changed("enrollments", 4, "userSourcedId", "s-1"), "users.csv 第 3 列", "沒有班級"),
    "two homerooms": (changed("classes", 3, "classType", "homeroom"), "users.csv 第 2 列", "好幾個班級"),
    "a parent who is not there": (changed("users", 2, "agentSourcedIds", "x"), "users.csv 第 2 列", "agentSourcedIds"),
    "a child who is not there": (changed("users", 4, "agentSourcedIds", "x"), "users.csv 第 4 列", "agentSourcedIds"),
    "an ID for a number": (changed("users", 2, "identifier", invented_id("A", 1, 1)), "users.csv 第 2 列", "改填學號"),
    "no number": (changed("users", 2, "identifier", ""), "users.csv 第 2 列", "學號是空白"),
    "one number twice": (changed("users", 3, "identifier", "110001"), "users.csv 第 3 列", "與第 2 列重複"),
    "no name": (changed("users", 2, "givenName", "=1+1"), "users.csv 第 2 列", "姓名有不能用的字元"),
    "a turned-round name": (changed("users", 3, "givenName", "a\u202eb"), "users.csv 第 3 列", "看不見的字元"),
    "a wrong mobile": (changed("users", 4, "sms", "12"), "users.csv 第 2 列", "行動電話"),
    "a class that is a formula": (changed("classes", 4, "title", "=1"), "users.csv 第 3 列", "公式"),
    "nobody": (lambda folder: zipped(folder, {**files_1_1(), "users": files_1_1()["users"][:1]}), "", "沒有學生"),
}  # fmt: skip


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A school of two students, which no malformed file may change."""
    folder = tmp_path_factory.mktemp("school") / "home"
    file = zipped(folder.parent, files_1_1())
    assert main(["import", "oneroster", str(file), "--yes", "--home", str(folder)]) == 0
    return folder


@pytest.mark.parametrize(("make", "place", "words"), MALFORMED.values(), ids=MALFORMED)
def test_t35_a_malformed_zip_is_refused_whole(
    make: Callable[[Path], Path], place: str, words: str, home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert_refused_whole(["import", "oneroster", str(make(tmp_path))], home, place, words, capsys)


def test_a_second_import_changes_no_login_and_asks(
    tmp_path: Path, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    assert main(["import", "oneroster", str(zipped(tmp_path, files_1_2(), "1.2")), "--yes", "--home", str(home)]) == 0
    assert "新增 0 人、更新 0 人、離校 0 人" in capsys.readouterr().out
    assert main(["import", "oneroster", str(tmp_path / "roster.zip"), "--home", str(home)]) == 1
    printed, refusal = capsys.readouterr()
    assert "讀到 2 位學生" in printed
    assert "（登入碼）" in printed
    assert "沒有匯入" in refusal
