"""A school's roster out of a OneRoster zip, checked as any other roster is.

Students become the rows of a sheet, which :func:`kiosk.services.imports.roster_check.check_roster` checks: their ``identifier``
is the student number, the title of their homeroom class the class, and the parents that ``agentSourcedIds`` of either
side names their guardians. OneRoster has no national ID, so new students get a desk code.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from kiosk.config.settings import Settings
from kiosk.i18n import _
from kiosk.rules.identity import looks_like_id
from kiosk.rules.names import join_name
from kiosk.services.files.table_reader import Row, Sheet
from kiosk.services.imports.oneroster_archive import Archive, Line
from kiosk.services.imports.oneroster_format import NAME, RELATION, SEAT, TO_BE_DELETED, Version
from kiosk.services.imports.roster_check import MAX_FAULTS, Roster, RosterFault, check_roster
from kiosk.services.imports.roster_columns import ROLES

_USERS, _CLASSES, _ENROLLMENTS, _ROLES, _ORGS = "users", "classes", "enrollments", "roles", "orgs"
_AGENTS = frozenset({"parent", "guardian", "relative"})
_ROLE_OF_RELATION = {"爸爸": "father", "父親": "father", "養父": "father"}
_ROLE_OF_RELATION |= {"媽媽": "mother", "母親": "mother", "養母": "mother"}
_STUDENT_HEADER = ("學號", "姓名", "班級")
_GUARDIAN_HEADER = ("姓名", "行動電話", "電子郵件")


@dataclass(frozen=True)
class _Person:
    """A student or a parent; ``relations`` are those to ``agents``, as far as the file tells."""

    line: int
    name: str = field(repr=False)
    identifier: str = field(repr=False)
    email: str = field(repr=False)
    mobile: str = field(repr=False)
    seat: str
    agents: tuple[str, ...]
    relations: tuple[str, ...]


def read_oneroster(
    file: Path, settings: Settings, on: date, progress: Callable[[int, int], None] = lambda _done, _all: None
) -> tuple[Roster, str]:
    """Read and check a zip; nothing is written.

    Args:
        file: at most 50 MB, packed and unpacked.
        settings: the student number's pattern, and the school's code where the zip has several schools.
        on: the present day.
        progress: told how many students of how many are done.

    Returns:
        The roster, each fault with the file in the zip and its row; and the zip's SHA-256.

    Raises:
        UnreadableFile: it cannot be read at all.
    """
    archive = Archive(file)
    sha256 = hashlib.sha256(archive.content).hexdigest()
    if archive.version is not None:
        more = (_ROLES,) if archive.version is Version.V1_2 else ()
        archive.require_bulk(_ORGS, _CLASSES, _ENROLLMENTS, _USERS, *more)
    if archive.faults or archive.version is None:
        return Roster((), tuple(archive.faults), (), frozenset(), ()), sha256
    reading = _Reading(archive, archive.version, settings)
    sheet = reading.sheet()
    if archive.faults:
        return Roster((), tuple(archive.faults), (), frozenset(), ()), sha256
    checked = check_roster(sheet, settings.student_no_pattern, on, progress)
    named = [replace(one, file=f"{_USERS}.csv") if one.line else one for one in (*checked.faults, *checked.notes)]
    faults, notes = tuple(named[: len(checked.faults)]), (*reading.notes, *named[len(checked.faults) :])
    return replace(checked, faults=faults[:MAX_FAULTS], notes=notes), sha256


class _Reading:
    """One zip, table by table."""

    def __init__(self, archive: Archive, version: Version, settings: Settings) -> None:
        self.archive = archive
        self.version = version
        self.settings = settings
        self.notes: list[RosterFault] = []
        self.students: dict[str, _Person] = {}
        self.agents: dict[str, _Person] = {}
        self.has_seats = False

    def sheet(self) -> Sheet:
        """The students as a roster's sheet, in the order of the file."""
        school = self._school()
        self._people(school)
        classes = self._classes_of_students()
        birthdays = self._birthdays()
        guardians = self._guardians()
        roles = [role for role in ROLES if any(role in found for found in guardians.values())]
        header = [*_STUDENT_HEADER, *(["座號"] if self.has_seats else []), *(["出生年月日"] if birthdays else [])]
        header += [f"{ROLES[role]}{word}" for role in roles for word in _GUARDIAN_HEADER]
        rows: list[Row] = []
        for sourced, student in self.students.items():
            cells = [student.identifier, student.name, classes.get(sourced, "")]
            cells += [student.seat] if self.has_seats else []
            cells += [birthdays.get(sourced, "")] if birthdays else []
            for role in roles:
                agent = guardians[sourced].get(role)
                cells += [agent.name, agent.mobile, agent.email] if agent else ["", "", ""]
            rows.append((student.line, tuple(cells)))
        return Sheet(tuple(header), rows, len(rows))

    def _lines(self, file: str, *needed: str) -> Iterator[Line]:
        """The rows that hold, each with a ``sourcedId`` of its own."""
        seen: dict[str, int] = {}
        for line in self.archive.rows(file, "sourcedId", *needed):
            if line["status"] == TO_BE_DELETED:
                continue
            sourced = line["sourcedId"]
            if not sourced:
                self.archive.fault(file, line.number, _("sourcedId 是空白的。"))
            elif seen.setdefault(sourced, line.number) != line.number:
                text = _("sourcedId 與第 {n} 列重複。").format(n=seen[sourced])
                self.archive.fault(file, line.number, text)
            else:
                yield line

    def _school(self) -> str:
        """The school's ``sourcedId``; of several, the one with the school's code."""
        schools = {
            line["sourcedId"]: line["identifier"]
            for line in self._lines(_ORGS, "type", "identifier")
            if line["type"] == "school"
        }
        if len(schools) > 1:
            code = self.settings.school_code
            schools = {sourced: identifier for sourced, identifier in schools.items() if code and identifier == code}
        if len(schools) != 1:
            text = _(
                "要剛好有一所學校（type 為 school）；有好幾所時，只收 identifier 等於 kiosk.toml 的 school_code 的。"
            )
            self.archive.fault(_ORGS, 0, text)
        return next(iter(schools), "")

    def _people(self, school: str) -> None:
        """Students and parents of the school."""
        roles = self._roles(school) if self.version is Version.V1_2 else None
        needed = ("givenName", "familyName", "identifier", "email", "sms", "phone", "agentSourcedIds")
        for line in self._lines(_USERS, *needed, *(("role", "orgSourcedIds") if roles is None else ())):
            if roles is None:
                self._check_role(_USERS, line)
                own = {line["role"]} if school in line.items("orgSourcedIds") else set()
            else:
                own = roles.get(line["sourcedId"], set())
            person = _Person(
                line=line.number,
                name=line[NAME] or join_name(line["familyName"], line["givenName"]),
                identifier=line["identifier"],
                email=line["email"],
                mobile=line["sms"] or line["phone"],
                seat=line[SEAT],
                agents=line.items("agentSourcedIds"),
                relations=tuple(line[RELATION].split(",")),
            )
            if "student" in own:
                if looks_like_id(person.identifier):
                    text = _("identifier 是身分證字號；請改填學號，身分證字號不可以放在 OneRoster 檔裡。")
                    self.archive.fault(_USERS, line.number, text)
                self.students[line["sourcedId"]] = person
                self.has_seats = self.has_seats or bool(person.seat)
            elif own & _AGENTS:
                self.agents[line["sourcedId"]] = person

    def _roles(self, school: str) -> dict[str, set[str]]:
        """What each user is at the school (1.2)."""
        found: dict[str, set[str]] = defaultdict(set)
        for line in self._lines(_ROLES, "userSourcedId", "role", "orgSourcedId"):
            self._check_role(_ROLES, line)
            if line["orgSourcedId"] == school:
                found[line["userSourcedId"]].add(line["role"])
        return found

    def _check_role(self, file: str, line: Line) -> None:
        if line["role"] not in self.version.roles:
            text = _("role 不是 OneRoster {version} 的值。").format(version=self.version.value)
            self.archive.fault(file, line.number, text)

    def _classes_of_students(self) -> dict[str, str]:
        """The class of each student: the homeroom where the file tells one, else their only class."""
        needed = ("title", "classType")
        classes = {line["sourcedId"]: (line["title"], line["classType"]) for line in self._lines(_CLASSES, *needed)}
        found: dict[str, set[str]] = defaultdict(set)
        for line in self._lines(_ENROLLMENTS, "classSourcedId", "userSourcedId", "role"):
            if line["classSourcedId"] not in classes:
                self.archive.fault(_ENROLLMENTS, line.number, _("classSourcedId 不在 classes.csv 裡。"))
            elif line["role"] == "student" and line["userSourcedId"] in self.students:
                found[line["userSourcedId"]].add(line["classSourcedId"])
        chosen: dict[str, str] = {}
        for sourced, student in self.students.items():
            homerooms = [one for one in found[sourced] if classes[one][1] == "homeroom"] or list(found[sourced])
            if len(homerooms) == 1:
                chosen[sourced] = classes[homerooms[0]][0]
            else:
                none = _("這名學生在 enrollments.csv 裡沒有班級。")
                many = _("這名學生有好幾個班級，分不出哪一個是原班級（classType 為 homeroom 的要剛好一個）。")
                self.archive.fault(_USERS, student.line, many if homerooms else none)
        return chosen

    def _birthdays(self) -> dict[str, str]:
        """Of students, where the zip has ``demographics.csv``."""
        lines = self._lines("demographics", "birthDate")
        return {line["sourcedId"]: line["birthDate"] for line in lines if line["birthDate"]}

    def _guardians(self) -> dict[str, dict[str, _Person]]:
        """By student and by the roster's role; a student has one of each."""
        linked: dict[str, dict[str, str]] = {sourced: {} for sourced in self.students}
        for sourced, agent in self.agents.items():
            for place, child in enumerate(agent.agents):
                if child in linked:
                    linked[child][sourced] = agent.relations[place] if place < len(agent.relations) else ""
                else:
                    self._unknown(agent)
        for sourced, student in self.students.items():
            for place, agent_id in enumerate(student.agents):
                relation = student.relations[place] if place < len(student.relations) else ""
                if agent_id not in self.agents:
                    self._unknown(student)
                elif not linked[sourced].get(agent_id):
                    linked[sourced][agent_id] = relation
        return {sourced: self._by_role(self.students[sourced], found) for sourced, found in linked.items()}

    def _unknown(self, person: _Person) -> None:
        self.archive.fault(_USERS, person.line, _("agentSourcedIds 有人不在檔案裡，或不是這所學校的學生與家長。"))

    def _by_role(self, student: _Person, linked: dict[str, str]) -> dict[str, _Person]:
        found: dict[str, _Person] = {}
        left_out = False
        for agent_id, relation in linked.items():
            role = _ROLE_OF_RELATION.get(relation, "guardian")
            left_out = left_out or role in found
            found.setdefault(role, self.agents[agent_id])
        if left_out:
            text = _("有好幾位監護人看不出是父親或母親，只收第一位。")
            self.notes.append(RosterFault(student.line, text, f"{_USERS}.csv"))
        return found
