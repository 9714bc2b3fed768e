"""The CSV files of OneRoster: their columns in order, their vocabularies, and the zip they travel in.

Sources: 1EdTech OneRoster CSV Tables 1.1.1 (https://developers.imsglobal.org/oneroster-v11-final-csv-tables) and
OneRoster CSV Binding 1.2.1 (https://www.imsglobal.org/spec/oneroster/v1p2/bind/csv). The headers have this order. Every
file is named in ``manifest.csv`` as bulk, delta or absent. A school's own columns come last and begin with
``metadata.``. A bulk row leaves status and dateLastModified blank, a delta row has both; an ``endDate`` is exclusive,
and ``schoolYear`` the year in which it ends.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum

from kiosk.services.files.csv_writer import plain_csv
from kiosk.services.files.reproducible_zip import zip_of

Row = Mapping[str, str]

NAME, RELATION, CONSENT, SEAT = (
    "metadata.tw.name",
    "metadata.tw.relation",
    "metadata.tw.consentVersion",
    "metadata.tw.seatNumber",
)
"""Columns of our own: the whole name; relation and consent version of each of ``agentSourcedIds``, in their order; the
seat within the class."""

MANIFEST, STATUS, MODIFIED = "manifest", "status", "dateLastModified"
ACTIVE, TO_BE_DELETED = "active", "tobedeleted"
BULK, DELTA, ABSENT = "bulk", "delta", "absent"

_START = ("sourcedId", STATUS, MODIFIED)
_USER_END = ("givenName", "familyName", "middleName", "identifier", "email", "sms", "phone", "agentSourcedIds")
_OWN = (NAME, RELATION, CONSENT, SEAT)
_HEADERS: Mapping[str, tuple[str, ...]] = {
    "academicSessions": (*_START, "title", "type", "startDate", "endDate", "parentSourcedId", "schoolYear"),
    "classes": (
        *_START, "title", "grades", "courseSourcedId", "classCode", "classType", "location", "schoolSourcedId",
        "termSourcedIds", "subjects", "subjectCodes", "periods",
    ),
    "courses": (
        *_START, "schoolYearSourcedId", "title", "courseCode", "grades", "orgSourcedId", "subjects", "subjectCodes",
    ),
    "enrollments": (
        *_START, "classSourcedId", "schoolSourcedId", "userSourcedId", "role", "primary", "beginDate", "endDate",
    ),
    "orgs": (*_START, "name", "type", "identifier", "parentSourcedId"),
}  # fmt: skip
_USERS_1_1 = (
    *_START, "enabledUser", "orgSourcedIds", "role", "username", "userIds", *_USER_END, "grades", "password", *_OWN,
)  # fmt: skip
_USERS_1_2 = (
    *_START, "enabledUser", "username", "userIds", *_USER_END, "grades", "password", "userMasterIdentifier",
    "preferredGivenName", "preferredMiddleName", "preferredFamilyName", "primaryOrgSourcedId", "pronouns", *_OWN,
)  # fmt: skip
_ROLES = (
    *_START, "userSourcedId", "roleType", "role", "beginDate", "endDate", "orgSourcedId", "userProfileSourcedId",
)  # fmt: skip
_FILES_1_1 = (
    "academicSessions", "categories", "classes", "classResources", "courses", "courseResources", "demographics",
    "enrollments", "lineItems", "orgs", "resources", "results", "users",
)  # fmt: skip
_FILES_1_2 = (
    "academicSessions", "categories", "classes", "classResources", "courses", "courseResources", "demographics",
    "enrollments", "lineItemLearningObjectiveIds", "lineItems", "lineItemScoreScales", "orgs", "resources",
    "resultLearningObjectiveIds", "results", "resultScoreScales", "roles", "scoreScales", "userProfiles",
    "userResources", "users",
)  # fmt: skip


class Version(StrEnum):
    """The supported versions, as ``oneroster.version`` writes them."""

    V1_1 = "1.1"
    V1_2 = "1.2"

    @property
    def headers(self) -> Mapping[str, tuple[str, ...]]:
        """The columns of each written file, by the file's name without ``.csv``."""
        if self is Version.V1_1:
            return {**_HEADERS, "users": _USERS_1_1}
        return {**_HEADERS, "roles": _ROLES, "users": _USERS_1_2}

    @property
    def files(self) -> tuple[str, ...]:
        """The files of the manifest, in its order."""
        return _FILES_1_1 if self is Version.V1_1 else _FILES_1_2

    @property
    def roles(self) -> frozenset[str]:
        """The values of a user's role."""
        common = {"aide", "guardian", "parent", "proctor", "relative", "student", "teacher"}
        if self is Version.V1_1:
            return frozenset(common | {"administrator"})
        offices = {"counselor", "districtAdministrator", "principal", "siteAdministrator", "systemAdministrator"}
        return frozenset(common | offices)


@dataclass(frozen=True)
class Package:
    """The content of a zip.

    Attributes:
        version: of OneRoster.
        is_delta: whether it holds changes only, each row with status and dateLastModified.
        system_code: the school's, for the manifest; may be empty.
        files: the rows of each file by its name; a missing column is blank.
    """

    version: Version
    is_delta: bool
    system_code: str
    files: Mapping[str, Sequence[Row]] = field(repr=False)

    @property
    def rows(self) -> int:
        """The number of rows in all files."""
        return sum(map(len, self.files.values()))


def pack(package: Package, system_name: str) -> bytes:
    """Return the zip, with ``source.systemName`` in its manifest; the same package gives the same bytes."""
    headers = package.version.headers
    kind = DELTA if package.is_delta else BULK
    manifest = [
        ("manifest.version", "1.0"),
        ("oneroster.version", package.version.value),
        *((f"file.{name}", kind if name in headers else ABSENT) for name in package.version.files),
        ("source.systemName", system_name),
        ("source.systemCode", package.system_code),
    ]
    entries = {MANIFEST: plain_csv([("propertyName", "value"), *manifest])}
    for name, header in sorted(headers.items()):
        rows = package.files.get(name, ())
        entries[name] = plain_csv([header, *([row.get(column, "") for column in header] for row in rows)])
    return zip_of({f"{name}.csv": content for name, content in entries.items()})


def moment(at: int) -> str:
    """Return milliseconds since 1970-01-01 UTC as OneRoster writes them (ISO 8601, UTC, milliseconds)."""
    return datetime.fromtimestamp(at / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
