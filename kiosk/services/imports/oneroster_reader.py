"""Reads a school's roster from a OneRoster zip; it is checked like any other roster.

A student's ``identifier`` is the student number, the title of the homeroom class the class. Guardians are the parents
that ``agentSourcedIds`` of either side names. OneRoster has no national ID, so new students get a desk code.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from kiosk.config.settings import Settings
from kiosk.i18n import _
from kiosk.rules.identity import looks_like_id
from kiosk.rules.names import join_name
from kiosk.services.imports.cell_text import RowFault
from kiosk.services.imports.oneroster_archive import Archive, Line
from kiosk.services.imports.oneroster_format import NAME, RELATION, SEAT, TO_BE_DELETED, Version
from kiosk.services.imports.roster_check import Roster, check_roster
from kiosk.services.imports.roster_columns import HEADINGS, REQUIRED, ROLES
from kiosk.services.imports.roster_records import GuardianRow, RosterFile, RosterRecord

_USERS, _CLASSES, _ENROLLMENTS, _ROLES, _ORGS = "users", "classes", "enrollments", "roles", "orgs"
_USERS_FILE = f"{_USERS}.csv"
_AGENTS = frozenset({"parent", "guardian", "relative"})
_ROLE_OF_RELATION = {"爸爸": "father", "父親": "father", "養父": "father"}
_ROLE_OF_RELATION |= {"媽媽": "mother", "母親": "mother", "養母": "mother"}
_GUARDIAN_DETAILS = ("name", "mobile", "email")


@dataclass(frozen=True)
class _Person:
    """A student or a parent; ``relations`` are those to ``agents``, in the same order, and may be fewer."""

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
    """Read a zip of at most 50 MB, packed and unpacked, and check it on the day ``on``.

    ``progress`` is called with the number of checked students and of all.

    Returns:
        The roster, each fault with the file in the zip and its row; and the zip's SHA-256 in hexadecimal.

    Raises:
        UnreadableFile: for a broken zip.
    """
    archive = Archive(file)
    sha256 = hashlib.sha256(archive.content).hexdigest()
    if archive.version is not None:
        more = (_ROLES,) if archive.version is Version.V1_2 else ()
        archive.require_bulk(_ORGS, _CLASSES, _ENROLLMENTS, _USERS, *more)
    if archive.faults or archive.version is None:
        return Roster(faults=tuple(archive.faults)), sha256
    roster_file = _Tables(archive, archive.version, settings).roster_file()
    if archive.faults:
        return Roster(faults=tuple(archive.faults)), sha256
    return check_roster(roster_file, settings.student_no_pattern, on, progress), sha256


class _Tables:
    """The tables of one zip, linked by ``sourcedId``."""

    def __init__(self, archive: Archive, version: Version, settings: Settings) -> None:
        self.archive = archive
        self.version = version
        self.settings = settings
        self.notes: list[RowFault] = []
        self.students: dict[str, _Person] = {}
        self.agents: dict[str, _Person] = {}
        self.has_seats = False

    def roster_file(self) -> RosterFile:
        """Return the students in the order of the file."""
        school = self._school()
        self._people(school)
        classes = self._classes_of_students()
        birthdays = self._birthdays()
        guardians = self._guardians()
        columns = set(REQUIRED)
        if self.has_seats:
            columns.add("seat_number")
        if birthdays:
            columns.add("birth_date")
        for role in {role for found in guardians.values() for role in found}:
            columns |= {f"{role}.{detail}" for detail in _GUARDIAN_DETAILS}
        headings = {key: word for key, word in HEADINGS.items() if key in columns}
        records = (
            RosterRecord(
                student.line,
                student.identifier,
                student.name,
                classes.get(sourced, ""),
                seat_number=student.seat,
                birth_date=birthdays.get(sourced, ""),
                guardians=guardians[sourced],
            )
            for sourced, student in self.students.items()
        )
        return RosterFile(headings, records, len(self.students), notes=tuple(self.notes), entry=_USERS_FILE)

    def _lines(self, file: str, *needed: str) -> Iterator[Line]:
        """Yield the rows that are not to be deleted; note a ``sourcedId`` that is blank or repeated."""
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
        """Return the school's ``sourcedId``; of several schools, the one with the school's code."""
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
        """Collect the students and parents of the school."""
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
        """Return the roles of each user at the school (1.2)."""
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
        """Return the class of each student: the homeroom if the file has one, else their only class."""
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
        """Return the birth dates by ``sourcedId``; empty without ``demographics.csv``."""
        lines = self._lines("demographics", "birthDate")
        return {line["sourcedId"]: line["birthDate"] for line in lines if line["birthDate"]}

    def _guardians(self) -> dict[str, dict[str, GuardianRow]]:
        """Return the guardians by student and role, at most one of a role."""
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

    def _by_role(self, student: _Person, linked: dict[str, str]) -> dict[str, GuardianRow]:
        found: dict[str, GuardianRow] = {}
        for agent_id, relation in linked.items():
            role, agent = _ROLE_OF_RELATION.get(relation, "guardian"), self.agents[agent_id]
            found.setdefault(role, GuardianRow(role, agent.name, mobile=agent.mobile, email=agent.email))
        if len(found) < len(linked):
            text = _("有好幾位監護人看不出是父親或母親，只收第一位。")
            self.notes.append(RowFault(student.line, text, _USERS_FILE))
        return {role: found[role] for role in ROLES if role in found}
