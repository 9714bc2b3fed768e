"""The rows of a OneRoster export, table by table.

A user's ``sourcedId`` is the UUID of the row in the database. The school, school year, course, class, enrolment and
role have no row: their UUID is derived with the school's key, and so stays the same.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from functools import cached_property
from uuid import UUID

from db.keyring import IndexColumn, KeyRing
from kiosk.config.settings import Settings
from kiosk.rules.identity import hide_ids
from kiosk.rules.names import split_name
from kiosk.services.exports.active_bindings import ActiveBinding
from kiosk.services.imports import oneroster_format as files
from kiosk.services.imports.oneroster_format import Version

_ROC_OFFSET = 1911
_LIST = ","  # between the parts of a cell with a list (OneRoster CSV, "list of strings")


@dataclass(frozen=True, kw_only=True)
class User:
    """A student, parent or teacher; ``id`` is that of the row in the database.

    Attributes:
        roles: at the school, the primary one first.
        identifier: the student number.
        agents: the ids of the linked students or parents.
        bindings: these links, in the same order; empty for a teacher.
        is_gone: whether the user is to be deleted.
        changed_at: milliseconds since 1970-01-01 UTC; None for the time of the export.
    """

    id: str
    name: str = field(repr=False)
    roles: tuple[str, ...]
    username: str = field(repr=False)
    identifier: str = field(default="", repr=False)
    email: str = field(default="", repr=False)
    sms: str = field(default="", repr=False)
    agents: tuple[str, ...] = ()
    bindings: tuple[ActiveBinding, ...] = field(default=(), repr=False)
    seat: str = ""
    is_gone: bool = False
    changed_at: int | None = None


def sourced_id(row_id: str) -> str:
    """Return a row's id as a ``sourcedId``: the UUID in its usual form."""
    return str(UUID(row_id))


def without_id(text: str) -> str:
    """Return the text, or nothing if it holds an identity number."""
    return text if hide_ids(text) == text else ""


@dataclass
class OneRosterTables:
    """Collects the rows of each table; in a delta each row has a status and a date.

    ``school_year`` is the year of the Republic in which it begins; ``exported_at``, milliseconds since 1970-01-01 UTC.
    """

    keys: KeyRing
    settings: Settings
    version: Version
    school_year: int
    exported_at: int
    is_delta: bool
    rows: dict[str, list[dict[str, str]]] = field(default_factory=lambda: defaultdict(list))

    def add_school(self) -> None:
        """Add the school, the school year (its end date is the day after) and the one course: the homeroom."""
        first = self.school_year + _ROC_OFFSET
        code = self.settings.school_code
        self._add("orgs", self._org, name=self.settings.school_name, type="school", identifier=code)
        self._add(
            "academicSessions",
            self._session,
            title=f"{self.school_year}學年度",
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

    def add_class(self, name: str) -> None:
        """Add a homeroom class."""
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

    def add_user(self, user: User) -> None:
        """Add a user and, in version 1.2, the user's roles."""
        family, given = split_name(user.name)
        sourced = sourced_id(user.id)
        own = {
            files.NAME: user.name,
            files.RELATION: _LIST.join(without_id(one.relation).replace(_LIST, "、") for one in user.bindings),
            files.CONSENT: _LIST.join(one.consent_version.replace(_LIST, "、") for one in user.bindings),
            files.SEAT: user.seat,
        }
        where = (
            {"orgSourcedIds": self._org, "role": user.roles[0]}
            if self.version is Version.V1_1
            else {"primaryOrgSourcedId": self._org}
        )
        self._add(
            "users",
            sourced,
            is_gone=user.is_gone,
            changed_at=user.changed_at,
            enabledUser="false" if user.is_gone else "true",
            username=user.username,
            givenName=given,
            familyName=family,
            identifier=user.identifier,
            email=user.email,
            sms=user.sms,
            agentSourcedIds=_LIST.join(map(sourced_id, user.agents)),
            **where,
            **own,
        )
        if self.version is Version.V1_2:
            for place, role in enumerate(user.roles):
                self._add(
                    "roles",
                    self._derived_id("role", user.id, role),
                    is_gone=user.is_gone,
                    changed_at=user.changed_at,
                    userSourcedId=sourced,
                    roleType="secondary" if place else "primary",
                    role=role,
                    orgSourcedId=self._org,
                )

    def add_enrolment(self, user: User, class_name: str, key: str, *, primary: str = "false") -> None:
        """Add a user's place in a class; ``key`` identifies it within the school year."""
        self._add(
            "enrollments",
            self._derived_id("enrolment", str(self.school_year), key),
            is_gone=user.is_gone,
            changed_at=user.changed_at,
            classSourcedId=self._class_id(class_name),
            schoolSourcedId=self._org,
            userSourcedId=sourced_id(user.id),
            role=user.roles[0],
            primary=primary,
        )

    def _add(
        self, table: str, sourced: str, *, is_gone: bool = False, changed_at: int | None = None, **values: str
    ) -> None:
        row = {"sourcedId": sourced, **values}
        if self.is_delta:
            row[files.STATUS] = files.TO_BE_DELETED if is_gone else files.ACTIVE
            row[files.MODIFIED] = files.moment(self.exported_at if changed_at is None else changed_at)
        self.rows[table].append(row)

    def _derived_id(self, *parts: str) -> str:
        """Return a UUID that the school's key derives from these parts (RFC 9562, version 8)."""
        digest = bytearray(self.keys.index(IndexColumn.ACCOUNT, "\0".join(("oneroster", *parts))))
        digest[6], digest[8] = digest[6] & 0x0F | 0x80, digest[8] & 0x3F | 0x80
        return str(UUID(bytes=bytes(digest)))

    @cached_property
    def _org(self) -> str:
        return self._derived_id("school")

    @cached_property
    def _session(self) -> str:
        return self._derived_id("year", str(self.school_year))

    @cached_property
    def _course(self) -> str:
        return self._derived_id("homeroom", str(self.school_year))

    def _class_id(self, class_name: str) -> str:
        return self._derived_id("class", str(self.school_year), class_name)
