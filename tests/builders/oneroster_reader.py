"""A reader of OneRoster zips that shares nothing with the kiosk's writer: every rule stands here once more.

Written from the specification's tables (1EdTech OneRoster CSV Tables 1.1.1, CSV Binding 1.2.1): one line of text a
file, its columns in order, each with a sign for what may stand in it.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator, Mapping

# ! must be filled; ? may be; - must be blank; then a kind: a word list, @file a reference, @@file several, else a shape
_GRAMMAR_COMMON = """
academicSessions
  sourcedId!id status%status dateLastModified%moment title!text type!gradingPeriod|semester|schoolYear|term
  startDate!day endDate!day parentSourcedId?@academicSessions schoolYear!year
classes
  sourcedId!id status%status dateLastModified%moment title!text grades?text courseSourcedId!@courses
  classCode?text classType!homeroom|scheduled location?text schoolSourcedId!@orgs
  termSourcedIds!@@academicSessions subjects?text subjectCodes?text periods?text
courses
  sourcedId!id status%status dateLastModified%moment schoolYearSourcedId?@academicSessions title!text
  courseCode?text grades?text orgSourcedId!@orgs subjects?text subjectCodes?text
enrollments
  sourcedId!id status%status dateLastModified%moment classSourcedId!@classes schoolSourcedId!@orgs
  userSourcedId!@users role!administrator|proctor|student|teacher primary?true|false beginDate?day endDate?day
orgs
  sourcedId!id status%status dateLastModified%moment name!text
  type!department|school|district|local|state|national identifier?text parentSourcedId?@orgs
"""
_GRAMMAR = {
    "1.1": _GRAMMAR_COMMON
    + """
users
  sourcedId!id status%status dateLastModified%moment enabledUser!true|false orgSourcedIds!@@orgs
  role!administrator|aide|guardian|parent|proctor|relative|student|teacher username!text userIds?text
  givenName!text familyName!text middleName?text identifier?text email?email sms?text phone?text
  agentSourcedIds?@@users grades?text password-
""",
    "1.2": _GRAMMAR_COMMON
    + """
roles
  sourcedId!id status%status dateLastModified%moment userSourcedId!@users roleType!primary|secondary
  role!aide|counselor|districtAdministrator|guardian|parent|principal|proctor|relative|siteAdministrator|\
student|systemAdministrator|teacher
  beginDate?day endDate?day orgSourcedId!@orgs userProfileSourcedId?text
users
  sourcedId!id status%status dateLastModified%moment enabledUser!true|false username!text userIds?text
  givenName!text familyName!text middleName?text identifier?text email?email sms?text phone?text
  agentSourcedIds?@@users grades?text password- userMasterIdentifier?text preferredGivenName?text
  preferredMiddleName?text preferredFamilyName?text primaryOrgSourcedId?@orgs pronouns?text
""",
}
_MANIFEST = {
    "1.1": "academicSessions categories classes classResources courses courseResources demographics enrollments "
    "lineItems orgs resources results users",
    "1.2": "academicSessions categories classes classResources courses courseResources demographics enrollments "
    "lineItemLearningObjectiveIds lineItems lineItemScoreScales orgs resources resultLearningObjectiveIds results "
    "resultScoreScales roles scoreScales userProfiles userResources users",
}
_SHAPES = {
    "id": r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}",
    "moment": r"20\d\d-[01]\d-[0-3]\dT[0-2]\d:[0-5]\d:[0-5]\d\.\d{3}Z",
    "day": r"20\d\d-[01]\d-[0-3]\d",
    "year": r"20\d\d",
    "email": r"[^@\s]+@[^@\s]+",
    "status": r"active|tobedeleted",
    "text": r"(?s).*\S.*",
}
_COLUMN = re.compile(r"(?P<name>\w+)(?P<sign>[!?%-])(?P<kind>.*)")
_NUMBER_OF_A_PERSON = re.compile(rb"[A-Z][1289A-D][0-9]{8}")
Table = list[dict[str, str]]


def cells(text: str) -> list[list[str]]:
    """A CSV taken apart character by character (RFC 4180), without the library that wrote it."""
    rows: list[list[str]] = [[]]
    place, cell, quoted = 0, "", False
    while place < len(text):
        sign = text[place]
        if quoted:
            if text[place : place + 2] == '""':
                cell, place = cell + '"', place + 1
            elif sign == '"':
                quoted = False
            else:
                cell += sign
        elif sign == '"':
            assert not cell, "a quote within a cell that does not begin with one"
            quoted = True
        elif sign == ",":
            rows[-1].append(cell)
            cell = ""
        elif text[place : place + 2] == "\r\n":
            rows[-1].append(cell)
            rows.append([])
            cell, place = "", place + 1
        else:
            assert sign not in "\r\n", "a line does not end with CR LF"
            cell += sign
        place += 1
    assert not quoted
    assert rows.pop() == [], "the last line has no end"
    return rows


def tables(content: bytes) -> dict[str, Table]:
    """Every file of a zip, by its name without ``.csv``."""
    found = {}
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for name in archive.namelist():
            assert re.fullmatch(r"[A-Za-z]+\.csv", name), name
            header, *rows = cells(archive.read(name).decode("utf-8"))
            assert all(len(row) == len(header) for row in rows), name
            found[name[:-4]] = [dict(zip(header, row, strict=True)) for row in rows]
            found[f"{name[:-4]} header"] = [{column: column for column in header}]
    return found


def problems(content: bytes, *, known: Mapping[str, set[str]] | None = None) -> list[str]:
    """What is wrong with a zip.

    Args:
        content: the zip.
        known: ids of each file that an earlier zip brought, which a delta may refer to.
    """
    return list(_problems(tables(content), content, known or {}))


def ids(content: bytes) -> dict[str, set[str]]:
    """The ids of each file."""
    return {name: {row["sourcedId"] for row in rows if "sourcedId" in row} for name, rows in tables(content).items()}


def _problems(files: dict[str, Table], content: bytes, known: Mapping[str, set[str]]) -> Iterator[str]:
    manifest = {row["propertyName"]: row["value"] for row in files["manifest"]}
    version = manifest["oneroster.version"]
    if manifest["manifest.version"] != "1.0":
        yield "manifest.version"
    said = {name.removeprefix("file."): value for name, value in manifest.items() if name.startswith("file.")}
    if list(said) != _MANIFEST[version].split():
        yield f"manifest names {list(said)}"
    there = {name for name in files if not name.endswith(" header")} - {"manifest"}
    if there != {name for name, value in said.items() if value != "absent"}:
        yield f"manifest and files differ: {there}"
    modes = set(said.values()) - {"absent"}
    if len(modes) != 1 or not modes <= {"bulk", "delta"}:
        yield f"modes {modes}"
    grammar = {
        name: rest.split() for name, rest in re.findall(r"^(\w+)\n((?: .*\n)+)", _GRAMMAR[version], re.MULTILINE)
    }
    if there != set(grammar):
        yield f"files {there}"
    have = {name: {row["sourcedId"] for row in files[name]} | known.get(name, set()) for name in there}
    for name in there:
        yield from _file(name, files, grammar[name], is_delta=modes == {"delta"}, have=have)
    yield from _links(files["users"], files.get("roles"))
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for name in archive.namelist():
            if _NUMBER_OF_A_PERSON.search(archive.read(name)):
                yield f"{name} holds an identity number"


def _file(
    name: str, files: dict[str, Table], columns: list[str], *, is_delta: bool, have: dict[str, set[str]]
) -> Iterator[str]:
    header = list(files[f"{name} header"][0])
    wanted = [column["name"] for column in map(_COLUMN.fullmatch, columns) if column]
    if header[: len(wanted)] != wanted or not all(one.startswith("metadata.tw.") for one in header[len(wanted) :]):
        yield f"{name}: header {header}"
    rows = files[name]
    if len({row["sourcedId"] for row in rows}) != len(rows):
        yield f"{name}: a sourcedId twice"
    for row in rows:
        for column in filter(None, map(_COLUMN.fullmatch, columns)):
            value, sign, kind = row[column["name"]], column["sign"], column["kind"]
            must = {"!": True, "?": None, "-": False, "%": is_delta}[sign]
            if (
                must is not None
                and bool(value) != must
                or value
                and not all(_fits(part, kind, have) for part in _parts(value, kind))
            ):
                yield f"{name}.{column['name']} is {value!r}"
        if row["status"] == "active" and "endDate" in row and name == "academicSessions":
            assert row["startDate"] < row["endDate"]


def _parts(value: str, kind: str) -> list[str]:
    return value.split(",") if kind.startswith("@@") else [value]


def _fits(value: str, kind: str, have: dict[str, set[str]]) -> bool:
    if kind.startswith("@"):
        return value in have[kind.lstrip("@")]
    shape = _SHAPES.get(kind, kind)
    return re.fullmatch(shape, value, re.ASCII) is not None


def _links(users: Table, roles: Table | None) -> Iterator[str]:
    """Parents and children name each other, and each user of 1.2 has just one primary role."""
    agents = {row["sourcedId"]: set(filter(None, row["agentSourcedIds"].split(","))) for row in users}
    for user, others in agents.items():
        for other in others & agents.keys():
            if user not in agents[other]:
                yield f"{user} names {other}, who does not"
    for row in users:
        count = len(row["agentSourcedIds"].split(",")) if row["agentSourcedIds"] else 0
        for column in ("metadata.tw.relation", "metadata.tw.consentVersion"):
            if count != (len(row[column].split(",")) if row[column] else 0):
                yield f"{column} of {row['sourcedId']}"
    if roles is not None:
        primary = [row["userSourcedId"] for row in roles if row["roleType"] == "primary"]
        if sorted(primary) != sorted(agents):
            yield "not just one primary role a user"
