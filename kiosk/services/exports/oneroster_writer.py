"""The school as OneRoster has it: students, their bound parents, homeroom classes and teachers.

``sourcedId`` is a row's own UUID; what has no row (school, school year, class, enrolment) has one made with the
school's key, always the same. Nothing of an identity number is on file of a student, and none of a parent's is written.
A binding counts while it is active, its application approved, its account open and the student at school.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, Select, select

from db.keyring import IndexColumn, KeyRing
from db.models.columns import table_of
from db.models.school import Staff, StaffClass, Student
from kiosk.config.settings import Settings
from kiosk.rules.accounts import student_account
from kiosk.rules.identity import hide_ids, looks_like_id
from kiosk.rules.names import split_name
from kiosk.rules.roc_dates import school_year
from kiosk.services.auth.staff_session import Role
from kiosk.services.exports.active_bindings import ActiveBinding, accounts_of, read_links, shared_mobiles, sign_on_names
from kiosk.services.exports.export_log import ACTIVE
from kiosk.services.imports import oneroster_format as files
from kiosk.services.imports.oneroster_format import Package, Version

_ROC_OFFSET = 1911
_ROLE_OF_BASIS = {"parents": "parent", "sole_custody": "parent", "guardian": "guardian", "carer": "relative"}
_ROLES_IN_ORDER = ("parent", "guardian", "relative")
_LIST = ","  # between the parts of a cell that holds several (OneRoster CSV, "list of strings")

_student = table_of(Student)
_staff = table_of(Staff)
_staff_class = table_of(StaffClass)

_STUDENTS: Select[Any] = select(
    _student.c.id,
    _student.c.student_number,
    _student.c.name,
    _student.c.class_name,
    _student.c.seat_number,
    _student.c.active,
    _student.c.updated_at,
).order_by(_student.c.class_name, _student.c.student_number)
_TEACHERS = (
    select(_staff.c.id, _staff.c.name, _staff_class.c.class_name)
    .join_from(_staff_class, _staff, _staff_class.c.staff_id == _staff.c.id)
    .where(_staff.c.active, _staff.c.role == Role.HOMEROOM_TEACHER.value)
    .order_by(_staff.c.id, _staff_class.c.class_name)
)


@dataclass(frozen=True)
class RosterExport:
    """What was gathered.

    Attributes:
        package: for :func:`kiosk.services.imports.oneroster_format.pack`.
        states: of each binding of which something is told that was not told before, by id.
        left_out: how many bindings changed before the delta's day and were never told.
    """

    package: Package
    states: Mapping[str, str]
    left_out: int


def gather(
    connection: Connection,
    keys: KeyRing,
    settings: Settings,
    version: Version,
    told: Mapping[str, str],
    today: date,
    now: int,
    since: int | None,
) -> RosterExport:
    """Gather what is to be handed over.

    Args:
        connection: to read by.
        keys: the school's.
        settings: the school's name and code.
        version: of OneRoster.
        told: what earlier exports told of each binding (:func:`kiosk.services.exports.export_log.last_exported_states`).
        today: the day at the school, for the school year.
        now: the moment of the export, milliseconds since 1970-01-01 UTC.
        since: of a delta, in the same unit; None for all.
    """
    return _Gathering(connection, keys, settings, version, told, today, now, since).run()


def sourced_id(row_id: str) -> str:
    """A row's id as a ``sourcedId``: the UUID in its usual form."""
    return str(UUID(row_id))


@dataclass
class _Gathering:
    connection: Connection
    keys: KeyRing
    settings: Settings
    version: Version
    told: Mapping[str, str]
    today: date
    now: int
    since: int | None
    rows: dict[str, list[dict[str, str]]] = field(default_factory=lambda: defaultdict(list))
    of_student: dict[str, list[ActiveBinding]] = field(default_factory=lambda: defaultdict(list))
    of_account: dict[str, list[ActiveBinding]] = field(default_factory=lambda: defaultdict(list))
    changed_at: dict[str, int] = field(default_factory=dict)

    def run(self) -> RosterExport:
        links = read_links(self.connection)
        news = [link for link in links if link.is_news(self.told)]
        fresh = [link for link in news if link.changed_at >= (self.since or 0)]
        states = {link.id: link.state for link in fresh}
        linked = [link for link in links if link.holds and (link.id in states or self.told.get(link.id) == ACTIVE)]
        for link in linked:
            self.of_student[link.student_id].append(link)
            self.of_account[link.account_id].append(link)
        for link in fresh:
            for row_id in (link.student_id, link.account_id):
                self.changed_at[row_id] = max(self.changed_at.get(row_id, 0), link.changed_at)
        students = self._students_to_tell({link.student_id for link in fresh})
        self._the_school()
        self._classes(sorted({row.class_name for row in students}))
        for row in students:
            self._student(row)
        self._parents(linked if self.since is None else fresh)
        if self.since is None:
            self._teachers({row.class_name for row in students})
        package = Package(self.version, self.since is not None, self.settings.school_code, self.rows)
        return RosterExport(package, states, len(news) - len(fresh))

    def _students_to_tell(self, bound: set[str]) -> list[Row[Any]]:
        rows = self.connection.execute(_STUDENTS).all()
        if self.since is None:
            return [row for row in rows if row.active]
        return [row for row in rows if row.updated_at >= self.since or row.id in bound]

    def _add(self, file: str, sourced: str, *, gone: bool = False, at: int | None = None, **values: str) -> None:
        row = {"sourcedId": sourced, **values}
        if self.since is not None:
            row[files.STATUS] = files.TO_BE_DELETED if gone else files.ACTIVE
            row[files.MODIFIED] = files.moment(self.now if at is None else at)
        self.rows[file].append(row)

    def _made_id(self, *parts: str) -> str:
        """A UUID for something that has no row, always the same: made with the school's key (RFC 9562, version 8)."""
        digest = bytearray(self.keys.index(IndexColumn.ACCOUNT, "\0".join(("oneroster", *parts))))
        digest[6], digest[8] = digest[6] & 0x0F | 0x80, digest[8] & 0x3F | 0x80
        return str(UUID(bytes=bytes(digest)))

    @cached_property
    def _year(self) -> int:
        return school_year(self.today)

    @cached_property
    def _org(self) -> str:
        return self._made_id("school")

    @cached_property
    def _session(self) -> str:
        return self._made_id("year", str(self._year))

    @cached_property
    def _course(self) -> str:
        return self._made_id("homeroom", str(self._year))

    def _class_id(self, class_name: str) -> str:
        return self._made_id("class", str(self._year), class_name)

    def _the_school(self) -> None:
        """The school, the school year (its end date is the first day after it) and the one course: the homeroom."""
        first = self._year + _ROC_OFFSET
        code = self.settings.school_code
        self._add("orgs", self._org, name=self.settings.school_name, type="school", identifier=code)
        self._add(
            "academicSessions",
            self._session,
            title=f"{self._year}學年度",
            type="schoolYear",
            startDate=f"{first}-08-01",
            endDate=f"{first + 1}-08-01",
            schoolYear=str(first + 1),
        )
        self._add(
            "courses",
            self._course,
            schoolYearSourcedId=self._session,
            title="班級",
            courseCode="homeroom",
            orgSourcedId=self._org,
        )

    def _classes(self, names: Iterable[str]) -> None:
        for name in names:
            self._add(
                "classes",
                self._class_id(name),
                title=name,
                courseSourcedId=self._course,
                classCode=name,
                classType="homeroom",
                schoolSourcedId=self._org,
                termSourcedIds=self._session,
            )

    def _student(self, row: Row[Any]) -> None:
        gone, at = not row.active, max(row.updated_at, self.changed_at.get(row.id, 0))
        number = "" if looks_like_id(row.student_number) else row.student_number
        links = self.of_student.get(row.id, [])
        self._user(
            row.id,
            row.name,
            ("student",),
            username=student_account(number) if number else sourced_id(row.id),
            gone=gone,
            at=at,
            identifier=number,
            agents=[link.account_id for link in links],
            links=links,
            seat="" if row.seat_number is None else str(row.seat_number),
        )
        self._enrolment(row.id, row.id, row.class_name, "student", gone=gone, at=at)

    def _parents(self, told: Sequence[ActiveBinding]) -> None:
        """The parents of these bindings; one of whom no binding is left is to be deleted."""
        bases: dict[str, set[str]] = defaultdict(set)
        for link in told:
            bases[link.account_id].add(link.basis)
        shared = shared_mobiles(self.connection)
        for account in accounts_of(self.connection, told):
            links = self.of_account.get(account.id, [])
            roles = {_ROLE_OF_BASIS[basis] for basis in {link.basis for link in links} or bases[account.id]}
            known = self.keys.open("parent_account", account.id, account.sealed)
            names = filter(_without_id, sign_on_names(account, known, shared))
            self._user(
                account.id,
                account.name,
                tuple(role for role in _ROLES_IN_ORDER if role in roles),
                username=next(names, sourced_id(account.id)),
                gone=not links,
                at=self.changed_at.get(account.id),
                email=_without_id(known["email"] or ""),
                sms=known["mobile"] or "",
                agents=[link.student_id for link in links],
                links=links,
            )

    def _teachers(self, classes: set[str]) -> None:
        """Homeroom teachers; of theirs only name and class, for a kiosk's staff account is nobody else's matter."""
        rows = [row for row in self.connection.execute(_TEACHERS) if row.class_name in classes]
        for staff_id, name in dict.fromkeys((row.id, row.name) for row in rows):
            self._user(staff_id, name, ("teacher",), username=sourced_id(staff_id))
        for row in rows:
            self._enrolment(f"{row.id}/{row.class_name}", row.id, row.class_name, "teacher", primary="true")

    def _enrolment(
        self,
        key: str,
        user_id: str,
        class_name: str,
        role: str,
        *,
        primary: str = "false",
        gone: bool = False,
        at: int | None = None,
    ) -> None:
        """One a student and school year: who moves to another class keeps it."""
        self._add(
            "enrollments",
            self._made_id("enrolment", str(self._year), key),
            gone=gone,
            at=at,
            classSourcedId=self._class_id(class_name),
            schoolSourcedId=self._org,
            userSourcedId=sourced_id(user_id),
            role=role,
            primary=primary,
        )

    def _user(
        self,
        user_id: str,
        name: str,
        roles: tuple[str, ...],
        *,
        username: str,
        gone: bool = False,
        at: int | None = None,
        identifier: str = "",
        email: str = "",
        sms: str = "",
        agents: Iterable[str] = (),
        links: Iterable[ActiveBinding] = (),
        seat: str = "",
    ) -> None:
        family, given = split_name(name)
        sourced = sourced_id(user_id)
        own = {
            files.NAME: name,
            files.RELATION: _LIST.join(_without_id(link.relation).replace(_LIST, "、") for link in links),
            files.CONSENT: _LIST.join(link.consent_version.replace(_LIST, "、") for link in links),
            files.SEAT: seat,
        }
        where = (
            {"orgSourcedIds": self._org, "role": roles[0]}
            if self.version is Version.V1_1
            else {"primaryOrgSourcedId": self._org}
        )
        self._add(
            "users",
            sourced,
            gone=gone,
            at=at,
            enabledUser="false" if gone else "true",
            username=username,
            givenName=given,
            familyName=family,
            identifier=identifier,
            email=email,
            sms=sms,
            agentSourcedIds=_LIST.join(map(sourced_id, agents)),
            **where,
            **own,
        )
        if self.version is Version.V1_2:
            for place, role in enumerate(roles):
                self._add(
                    "roles",
                    self._made_id("role", user_id, role),
                    gone=gone,
                    at=at,
                    userSourcedId=sourced,
                    roleType="secondary" if place else "primary",
                    role=role,
                    orgSourcedId=self._org,
                )


def _without_id(text: str) -> str:
    """The text, or nothing where an identity number stands in it."""
    return text if hide_ids(text) == text else ""
