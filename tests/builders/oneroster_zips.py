"""OneRoster zips as other programs write them, and as nobody should; made with no code of the kiosk's."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

Files = dict[str, list[list[str]]]
ORG, OTHER_ORG, PARENT, OTHER_PARENT = "org-1", "org-2", "parent-1", "parent-2"
_STUDENTS = (("s-1", "110001", "王", "小明"), ("s-2", "110002", "NGUYỄN", "THỊ LAN"))


def files_1_1() -> Files:
    """Two students of two classes, one with a mother and a guardian, and a teacher."""
    users = [
        ["sourcedId", "status", "dateLastModified", "enabledUser", "orgSourcedIds", "role", "username", "userIds",
         "givenName", "familyName", "middleName", "identifier", "email", "sms", "phone", "agentSourcedIds", "grades",
         "password"],
        *(
            [sourced, "", "", "true", ORG, "student", f"u{number}", "", given, family, "", number, "", "", "",
             f"{PARENT},{OTHER_PARENT}" if sourced == "s-1" else "", "", ""]
            for sourced, number, family, given in _STUDENTS
        ),
        [PARENT, "", "", "true", ORG, "parent", "p1", "", "小花", "林", "", "", "flower@example.org", "0910-100-200",
         "", "s-1", "", ""],
        [OTHER_PARENT, "", "", "true", ORG, "guardian", "p2", "", "大同", "陳", "", "", "", "", "0911200300", "s-1",
         "", ""],
        ["t-1", "", "", "true", ORG, "teacher", "t1", "", "老師", "李", "", "", "", "", "", "", "", ""],
    ]  # fmt: skip
    return {
        "orgs": [
            ["sourcedId", "status", "dateLastModified", "name", "type", "identifier", "parentSourcedId"],
            [ORG, "", "", "本市某高級中學", "school", "353401", "district"],
            ["district", "", "", "本市", "district", "", ""],
        ],
        "classes": [
            ["sourcedId", "status", "dateLastModified", "title", "classType"],
            ["c-1", "", "", "科二智", "homeroom"],
            ["c-2", "", "", "數學", "scheduled"],
            ["c-3", "", "", "科二仁", "homeroom"],
        ],
        "enrollments": [
            ["sourcedId", "status", "dateLastModified", "classSourcedId", "schoolSourcedId", "userSourcedId", "role"],
            ["e-1", "", "", "c-1", ORG, "s-1", "student"],
            ["e-2", "", "", "c-2", ORG, "s-1", "student"],
            ["e-3", "", "", "c-3", ORG, "s-2", "student"],
            ["e-4", "", "", "c-1", ORG, "t-1", "teacher"],
        ],
        "users": users,
    }


def files_1_2() -> Files:
    """The same school in 1.2: the roles in a file of their own."""
    files = files_1_1()
    header, *rows = files["users"]
    role, orgs = header.index("role"), header.index("orgSourcedIds")
    files["roles"] = [
        ["sourcedId", "status", "dateLastModified", "userSourcedId", "roleType", "role", "orgSourcedId"],
        *([f"r-{row[0]}", "", "", row[0], "primary", row[role], row[orgs]] for row in rows),
    ]
    files["users"] = [[cell for place, cell in enumerate(row) if place not in (role, orgs)] for row in [header, *rows]]
    return files


def manifest(files: Mapping[str, object], version: str) -> list[list[str]]:
    return [
        ["propertyName", "value"],
        ["manifest.version", "1.0"],
        ["oneroster.version", version],
        *([f"file.{name}", "bulk"] for name in files),
    ]


def zipped(folder: Path, files: Mapping[str, Sequence[Sequence[str]] | bytes], version: str = "1.1") -> Path:
    """Write a zip; a manifest is added where there is none."""
    whole = {"manifest": manifest(files, version), **files}
    file = folder / "roster.zip"
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, rows in whole.items():
            archive.writestr(f"{name}.csv", rows if isinstance(rows, bytes) else text(rows))
    return file


def text(rows: Sequence[Sequence[str]]) -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out).writerows(rows)
    return out.getvalue().encode()


def changed(file: str, line: int, column: str, value: str) -> Callable[[Path], Path]:
    """One cell is another; lines are counted from 1, the header's being 1."""

    def make(folder: Path) -> Path:
        files = files_1_1()
        files[file][line - 1][files[file][0].index(column)] = value
        return zipped(folder, files)

    return make
