"""What is handed over as OneRoster, by the eyes of an independent reader."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import pytest

from db.models.accounts import ParentAccount
from db.models.school import Student
from kiosk.demo.people import invented_id
from kiosk.domain.application_form import Basis
from kiosk.rules.spreadsheet_cells import original_cell
from kiosk.services.imports.oneroster_format import Package, Row, Version, pack
from tests.builders.exports import CODE, Handing, opened_handing
from tests.builders.oneroster_reader import Table, ids, problems, tables
from tests.builders.reviews import CLASSES, father_of, mother_of, student_number, with_other
from tests.builders.school import change_row, only_row, rows

VERSIONS = tuple(Version)
_GRANDMOTHER = with_other(
    mother_of(9), name="NGUYỄN THỊ LAN", relation="祖母", national_id=invented_id("K", 2, 4400001), mobile="0955000111"
)


@pytest.fixture
def handing(tmp_path: Path, database_url: str | None) -> Iterator[Handing]:
    with opened_handing(tmp_path, database_url) as opened:
        yield opened


@pytest.fixture
def bound(handing: Handing) -> Handing:
    return _bind_some(handing)


@pytest.fixture(scope="module")
def standing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Handing]:
    """The same for tests that change nothing in it."""
    with opened_handing(tmp_path_factory.mktemp("standing")) as opened:
        yield _bind_some(opened)


def _bind_some(handing: Handing) -> Handing:
    """Twins of one mother, both parents of a third, a carer of a fourth, one ended, one waiting."""
    handing.bind(0, mother_of(0))
    handing.bind(4, mother_of(0))
    handing.bind(1, mother_of(1), father_of(1))
    handing.bind(5, with_other(_GRANDMOTHER, email="lan@example.org"), basis=Basis.CARER)
    handing.bind(6, mother_of(6))
    handing.end(6)
    handing.reviewed.apply(8, mother_of(8))
    return handing


def _by_number(users: Table) -> dict[str, dict[str, str]]:
    return {row["identifier"]: row for row in users if row["identifier"]}


def _adults(users: Table) -> dict[str, dict[str, str]]:
    return {row["metadata.tw.name"]: row for row in users if not row["identifier"]}


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.both_databases
def test_the_files_pass_an_independent_reader(bound: Handing, version: Version) -> None:
    content, done = bound.export(version)
    assert problems(content) == []
    files = tables(content)
    assert done.file.rows == sum(len(rows) for name, rows in files.items() if " " not in name and name != "manifest")
    assert [(row["name"], row["identifier"], row["type"]) for row in files["orgs"]] == [
        ("本市某高級中學", CODE, "school")
    ]
    assert ("source.systemCode", CODE) in [tuple(row.values()) for row in files["manifest"]]
    assert {row["title"] for row in files["classes"]} == set(CLASSES)
    assert {row["schoolYear"] for row in files["academicSessions"]} == {"2027"}
    assert all(row["password"] == "" for row in files["users"])


@pytest.mark.parametrize("version", VERSIONS)
def test_relations_and_roles_are_exported(standing: Handing, version: Version) -> None:
    files = tables(standing.export(version)[0])
    students, adults = _by_number(files["users"]), _adults(files["users"])
    assert set(students) == {student_number(place) for place in range(12)}
    mother, father, carer = adults[mother_of(0).name], adults[father_of(1).name], adults[_GRANDMOTHER.name]
    assert set(adults) == {mother_of(0).name, mother_of(1).name, father_of(1).name, _GRANDMOTHER.name, "LIN老師"}
    children = [students[student_number(place)]["sourcedId"] for place in (0, 4)]
    assert sorted(mother["agentSourcedIds"].split(",")) == sorted(children)
    assert (mother["username"], mother["email"], mother["sms"]) == ("mother0@example.org",) * 2 + ("0920000000",)
    assert (father["username"], father["email"]) == (father_of(1).mobile, "")
    assert (mother["metadata.tw.relation"], carer["metadata.tw.relation"]) == ("媽媽,媽媽", "祖母")
    assert mother["metadata.tw.consentVersion"] == "109.9.11,109.9.11"
    assert (carer["familyName"], carer["givenName"]) == ("NGUYỄN", "THỊ LAN")
    assert sorted(students[student_number(1)]["metadata.tw.relation"].split(",")) == ["媽媽", "爸爸"]
    for place in (6, 8):
        assert students[student_number(place)]["agentSourcedIds"] == ""
    if version is Version.V1_1:
        roles = {row["metadata.tw.name"]: row["role"] for row in adults.values()}
    else:
        by_user = {row["userSourcedId"]: row["role"] for row in files["roles"]}
        roles = {row["metadata.tw.name"]: by_user[row["sourcedId"]] for row in adults.values()}
    assert roles[mother_of(0).name] == roles[father_of(1).name] == "parent"
    assert (roles[_GRANDMOTHER.name], roles["LIN老師"]) == ("relative", "teacher")


def test_parents_are_enrolled_nowhere_and_the_teacher_in_their_class(standing: Handing) -> None:
    files = tables(standing.export()[0])
    adults, titles = _adults(files["users"]), {row["sourcedId"]: row["title"] for row in files["classes"]}
    enrolled = {row["userSourcedId"]: row for row in files["enrollments"]}
    assert [name for name, row in adults.items() if row["sourcedId"] in enrolled] == ["LIN老師"]
    teacher = enrolled[adults["LIN老師"]["sourcedId"]]
    assert (titles[teacher["classSourcedId"]], teacher["role"], teacher["primary"]) == (CLASSES[0], "teacher", "true")
    assert len(enrolled) == len(files["enrollments"]) == 13


@pytest.mark.parametrize("version", VERSIONS)
def test_the_same_school_makes_the_same_bytes(standing: Handing, version: Version) -> None:
    assert standing.export(version)[0] == standing.export(version)[0]


def test_every_sourced_id_is_a_row_of_ours_or_stays_the_same(standing: Handing) -> None:
    first = standing.export(Version.V1_1)[0]
    standing.reviewed.clock.advance(1000)
    second = standing.export(Version.V1_2)[0]
    for name in ("users", "classes", "orgs", "courses", "academicSessions", "enrollments"):
        assert ids(first)[name] == ids(second)[name]
    known = {student.id for student in rows(standing.reviewed.school, Student)}
    assert known <= {one.replace("-", "") for one in ids(first)["users"]}


@pytest.mark.both_databases
def test_a_delta_exports_each_state_once(bound: Handing) -> None:
    whole = bound.export()[0]
    day = bound.tomorrow()
    bound.bind(2, mother_of(2))
    content, done = bound.export(since=day)
    assert problems(content, known=ids(whole)) == []
    users = tables(content)["users"]
    assert (done.new_states, done.left_out) == (1, 0)
    assert set(_by_number(users)) == {student_number(2)}
    assert set(_adults(users)) == {mother_of(2).name}
    assert {row["status"] for row in users} == {"active"}
    again, done = bound.export(since=day)
    assert (done.new_states, tables(again)["users"]) == (0, [])
    bound.end(2)
    content, done = bound.export(since=day)
    assert problems(content, known=ids(whole)) == []
    (mother,) = _adults(tables(content)["users"]).values()
    (student,) = _by_number(tables(content)["users"]).values()
    assert (done.new_states, mother["status"], mother["enabledUser"]) == (1, "tobedeleted", "false")
    assert (student["status"], student["agentSourcedIds"], mother["agentSourcedIds"]) == ("active", "", "")
    assert bound.export(since=day)[1].new_states == 0


def test_a_full_export_counts_as_exported(bound: Handing) -> None:
    """What stands in it stands in no delta after it."""
    assert bound.export(since=date(2020, 1, 1))[1].new_states == 5
    assert bound.export()[1].new_states == 0
    bound.bind(2, mother_of(2))
    assert bound.export(Version.V1_1)[1].new_states == 1
    assert bound.export(since=date(2020, 1, 1))[1].new_states == 0


def test_a_binding_ended_before_any_export_is_left_out(bound: Handing) -> None:
    bound.export()
    day = bound.tomorrow()
    bound.bind(2, mother_of(2))
    bound.end(2)
    assert bound.export(since=day)[1].new_states == 0


def test_a_delta_leaves_out_older_bindings_and_counts_them(bound: Handing) -> None:
    day = bound.tomorrow()
    bound.bind(2, mother_of(2))
    bound.change_student(0, seat_number=30)
    content, done = bound.export(since=day)
    assert problems(content) == []
    assert (done.new_states, done.left_out) == (1 + 1, 4)  # the student's change is one of their binding's, too
    assert set(_by_number(tables(content)["users"])) == {student_number(place) for place in (0, 2)}


@pytest.mark.both_databases
def test_a_leaving_student_ends_the_exported_binding(bound: Handing) -> None:
    whole = bound.export()[0]
    day = bound.tomorrow()
    bound.change_student(5, active=False)
    content, done = bound.export(since=day)
    assert problems(content, known=ids(whole)) == []
    files = tables(content)
    assert done.new_states == 1
    assert {row["status"] for row in files["users"]} == {"tobedeleted"}
    assert [row["status"] for row in files["enrollments"]] == ["tobedeleted"]
    bound.change_student(5, active=True)
    content, done = bound.export(since=day)
    assert (done.new_states, {row["status"] for row in tables(content)["users"]}) == (1, {"active"})
    assert len(tables(content)["users"]) == 2
    assert bound.export(since=day)[1].new_states == 0


def test_who_moves_to_another_class_keeps_the_enrolment(bound: Handing) -> None:
    whole = bound.export()[0]
    day = bound.tomorrow()
    bound.change_student(8, class_name=CLASSES[0])
    delta = tables(bound.export(since=day)[0])
    (moved,) = delta["enrollments"]
    before = {row["sourcedId"]: row for row in tables(whole)["enrollments"]}[moved["sourcedId"]]
    assert (moved["userSourcedId"], moved["status"]) == (before["userSourcedId"], "active")
    assert moved["classSourcedId"] != before["classSourcedId"]


def test_each_export_is_recorded_and_audited(bound: Handing) -> None:
    _content, done = bound.export()
    bound.export(since=date(2026, 9, 1))
    first, second = bound.runs()
    assert (first.kind, first.since, first.staff_id) == ("oneroster", None, bound.registrar.staff_id)
    assert (first.file_sha256, first.rows) == (done.file.sha256, done.file.rows)
    assert second.since == 1788192000000  # 2026-09-01 00:00 in Taipei
    assert bound.audited("export.oneroster") == [bound.registrar.credential_id] * 2
    assert bound.told() == [("oneroster", "active")] * 5


def test_an_email_that_contains_an_id_is_not_exported(handing: Handing) -> None:
    """The form refuses such an address; an account from elsewhere may have one."""
    handing.bind(0, mother_of(0))
    number = invented_id("K", 2, 4400009)
    school = handing.reviewed.school
    account, keys = only_row(school, ParentAccount), school.store.keys
    values = keys.open("parent_account", account.id, account.sealed)
    values |= {"email": f"{number}@example.org", "chosen_account": number.lower()}
    change_row(school, ParentAccount, account.id, sealed=keys.seal("parent_account", account.id, values))
    content = handing.export()[0]
    assert problems(content) == []
    assert number.lower().encode() not in content
    assert _adults(tables(content)["users"])[mother_of(0).name]["username"] == mother_of(0).mobile


@pytest.mark.parametrize("begins", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "＝1", "'x", '"a,b"\n'])
def test_t36_cells_are_neutral_and_reversible(begins: str) -> None:
    row = {"sourcedId": "1", "title": begins, "classCode": "科二智"}
    package = Package(Version.V1_1, False, "", {"classes": [row]})
    (read,) = tables(pack(package, "system"))["classes"]
    assert not read["title"].startswith(("=", "+", "-", "@", "\t", "\r", "＝"))
    assert original_cell(read["title"]) == begins


def test_the_independent_reader_finds_faults(standing: Handing) -> None:
    """Otherwise the tests above would prove nothing."""
    content = standing.export(Version.V1_1)[0]
    files = {name: rows for name, rows in tables(content).items() if " " not in name and name != "manifest"}

    def changed(file: str, **values: str) -> list[str]:
        rows: list[Row] = [dict(row) for row in files[file]]
        rows[0] = {**rows[0], **values}
        package = Package(Version.V1_1, False, CODE, {**files, file: rows})
        return problems(pack(package, "system"))

    assert changed("orgs") == []
    for file, column, value in (
        ("orgs", "type", "kindergarten"),
        ("orgs", "status", "active"),
        ("orgs", "name", ""),
        ("enrollments", "userSourcedId", "00000000-0000-4000-8000-000000000000"),
        ("enrollments", "role", "parent"),
        ("users", "password", "secret"),
        ("users", "agentSourcedIds", files["users"][-1]["sourcedId"]),
        ("users", "identifier", invented_id("A", 1, 1)),
        ("users", "sourcedId", "110001"),
        ("academicSessions", "endDate", "2027/8/1"),
    ):
        assert changed(file, **{column: value}), (file, column)


@pytest.mark.both_databases
def test_every_file_is_made_on_both_databases(bound: Handing) -> None:
    """What is in them stands in the tests of each, on SQLite."""
    service, member = bound.service, bound.registrar
    assert service.office(member, bound.new_file(".csv"), as_workbook=False).rows == 5
    assert service.office(member, bound.new_file(".xlsx"), as_workbook=True, only_new=True).rows == 0
    assert service.consents(member, bound.new_file(".zip")).file.rows == 7
    sheet = bound.new_file(".csv")
    rows = service.report(member, sheet, as_pdf=False).rows
    assert service.report(member, bound.new_file(".pdf"), as_pdf=True).rows == rows
    assert len(bound.runs()) == 5
    assert "全校,12,4,33%" in sheet.read_text("utf-8-sig")


def test_a_shared_mobile_is_no_username(handing: Handing) -> None:
    shared = father_of(1)
    handing.bind(1, shared, with_other(father_of(2), mobile=shared.mobile))
    handing.bind(3, father_of(3))
    adults = _adults(tables(handing.export()[0])["users"])
    names = {adults[father_of(place).name]["username"] for place in (1, 2)}
    assert names == {adults[father_of(place).name]["sourcedId"] for place in (1, 2)}
    assert adults[father_of(3).name]["username"] == father_of(3).mobile


@pytest.mark.both_databases
def test_concurrent_deltas_export_a_state_once(bound: Handing) -> None:
    bound.export()
    day = bound.tomorrow()
    bound.bind(2, mother_of(2))
    with ThreadPoolExecutor(2) as both:
        files = [bound.new_file(".zip") for _place in range(2)]
        service, member = bound.service, bound.registrar
        done = list(both.map(lambda file: service.oneroster(member, file, Version.V1_2, since=day), files))
    assert sorted(one.new_states for one in done) == [0, 1]
