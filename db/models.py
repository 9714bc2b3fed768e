"""The tables.

Times are whole milliseconds since 1970-01-01 UTC (``*_at``); ids are UUIDs made in Python, as 32 hexadecimal digits;
``sealed`` columns hold what :mod:`db.sealed` made of a row's personal data; ``*_index`` columns are blind indexes.
Names of people stand in clear because staff search them (the only personal data that does).

``table=True`` models do not validate: services check values before they come here.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, String, Table, Text, UniqueConstraint, text
from sqlmodel import Field, SQLModel

ID_LENGTH = 32


def table_of(model: type[SQLModel]) -> Table:
    """A model's table, for statements that are written without the session."""
    table: Table = model.__table__  # type: ignore[attr-defined]  # SQLModel leaves __table__ untyped
    return table


def _id() -> Column[str]:
    return Column(String(ID_LENGTH), primary_key=True)


def _moment(*, nullable: bool = False) -> Column[int]:
    return Column(BigInteger, nullable=nullable)


def _bytes(*, nullable: bool = False) -> Column[bytes]:
    return Column(LargeBinary, nullable=nullable)


class Setting(SQLModel, table=True):
    """What the database must know of itself: the key checks that tell the right key file from a wrong one."""

    __tablename__ = "setting"
    name: str = Field(primary_key=True, max_length=64)
    value: str


class Student(SQLModel, table=True):
    """A student of the roster; the national ID itself is not kept.

    ``sealed``: birth_date (ISO, or None). ``data_state``: unconfirmed, confirmed, error_reported, corrected.
    """

    __tablename__ = "student"
    id: str = Field(sa_column=_id())
    student_number: str = Field(max_length=32, unique=True, repr=False)
    name: str = Field(max_length=64, index=True, repr=False)
    class_name: str = Field(max_length=32, index=True)
    seat_number: int | None = None
    active: bool = True
    data_state: str = Field(default="unconfirmed", max_length=16)
    lost_characters: bool = False
    national_id_index: bytes | None = Field(default=None, sa_column=_bytes(nullable=True), repr=False)
    sealed: bytes = Field(sa_column=_bytes(), repr=False)
    updated_at: int = Field(sa_column=_moment())
    version: int = 1

    __table_args__ = (Index("ix_student_national_id_index", "national_id_index"),)


class Guardian(SQLModel, table=True):
    """A guardian as the roster has them, for reviewers to compare with; never shown to a parent.

    ``sealed``: national_id, mobile, email (each may be None). ``role``: father, mother, guardian.
    """

    __tablename__ = "guardian"
    id: str = Field(sa_column=_id())
    student_id: str = Field(foreign_key="student.id", max_length=ID_LENGTH, index=True)
    role: str = Field(max_length=16)
    name: str = Field(max_length=64, repr=False)
    national_id_index: bytes | None = Field(default=None, sa_column=_bytes(nullable=True), repr=False)
    mobile_index: bytes | None = Field(default=None, sa_column=_bytes(nullable=True), repr=False)
    email_index: bytes | None = Field(default=None, sa_column=_bytes(nullable=True), repr=False)
    sealed: bytes = Field(sa_column=_bytes(), repr=False)


class Credential(SQLModel, table=True):
    """How someone signs in; one table for students' logins, staff and parent accounts.

    Before the first change only ``initial_code`` is set; afterwards ``password_hash`` with the pepper it was made with.
    ``earlier_hashes``: JSON list of [pepper id, hash], newest first.
    """

    __tablename__ = "credential"
    id: str = Field(sa_column=_id())
    kind: str = Field(max_length=16)
    account: str = Field(max_length=64, repr=False)
    subject_id: str = Field(max_length=ID_LENGTH, index=True)
    active: bool = True
    initial_code: bytes | None = Field(default=None, sa_column=_bytes(nullable=True), repr=False)
    initial_kind: str | None = Field(default=None, max_length=16)
    initial_failures: int = 0
    password_hash: str | None = Field(default=None, max_length=256, repr=False)
    pepper_id: str | None = Field(default=None, max_length=16)
    earlier_hashes: str = Field(default="[]", sa_column=Column(Text, nullable=False), repr=False)
    changed_at: int = Field(sa_column=_moment())
    version: int = 1

    __table_args__ = (UniqueConstraint("kind", "account", name="uq_credential_kind_account"),)


class SignInCounter(SQLModel, table=True):
    """Failed sign-ins of one account name, whether it exists or not; the name itself is kept as a blind index.

    Each ``*_boot``, ``*_elapsed`` (milliseconds since that boot) and ``*_at`` say when: see kiosk.clock.
    """

    __tablename__ = "sign_in_counter"
    account_index: bytes = Field(sa_column=Column(LargeBinary, primary_key=True), repr=False)
    failures: int = 0
    day_failures: int = 0
    day_boot: str = Field(default="", max_length=64)
    day_elapsed: int = Field(default=0, sa_column=_moment())
    day_at: int = Field(default=0, sa_column=_moment())
    lock_seconds: int = 0
    lock_boot: str = Field(default="", max_length=64)
    lock_elapsed: int = Field(default=0, sa_column=_moment())
    lock_at: int = Field(default=0, sa_column=_moment())


class TerminalFailure(SQLModel, table=True):
    """A failed sign-in at one terminal: many different names in ten minutes slow that terminal down."""

    __tablename__ = "terminal_failure"
    id: str = Field(sa_column=_id())
    terminal: str = Field(max_length=64, index=True)
    account_index: bytes = Field(sa_column=_bytes(), repr=False)
    boot: str = Field(max_length=64)
    elapsed: int = Field(sa_column=_moment())
    at: int = Field(sa_column=_moment())


class Ticket(SQLModel, table=True):
    """An error report on a student's data, for the registrar.

    ``sealed``: fields, a list of {field, shown, right}. ``state``: open, corrected, declined, replaced.
    """

    __tablename__ = "ticket"
    id: str = Field(sa_column=_id())
    student_id: str = Field(foreign_key="student.id", max_length=ID_LENGTH, index=True)
    state: str = Field(default="open", max_length=16, index=True)
    sealed: bytes = Field(sa_column=_bytes(), repr=False)
    reported_at: int = Field(sa_column=_moment())
    version: int = 1


class Consent(SQLModel, table=True):
    """One answer to a consent text, as evidence (Personal Data Protection Act, art. 7).

    ``answered_by``: parent or student (a student of full age consents for themself). ``choice``: agree or refuse.
    """

    __tablename__ = "consent"
    id: str = Field(sa_column=_id())
    student_id: str = Field(foreign_key="student.id", max_length=ID_LENGTH, index=True)
    text_name: str = Field(max_length=32)
    text_version: str = Field(max_length=64)
    text_sha256: str = Field(max_length=64)
    language: str = Field(max_length=16)
    read_to_end: bool
    choice: str = Field(max_length=8)
    answered_by: str = Field(max_length=16)
    account: str = Field(max_length=64, repr=False)
    terminal: str = Field(max_length=64)
    answered_at: int = Field(sa_column=_moment())


class Draft(SQLModel, table=True):
    """What a visitor asked to keep (暫存離開): one row a student and form; all of it sealed.

    ``national_id_index``: whose draft it is; that person's full ID opens it.
    """

    __tablename__ = "draft"
    id: str = Field(sa_column=_id())
    student_id: str = Field(foreign_key="student.id", max_length=ID_LENGTH)
    form: str = Field(max_length=16)
    national_id_index: bytes | None = Field(default=None, sa_column=_bytes(nullable=True), repr=False)
    sealed: bytes = Field(sa_column=_bytes(), repr=False)
    saved_at: int = Field(sa_column=_moment())

    __table_args__ = (UniqueConstraint("student_id", "form", name="uq_draft_student_form"),)


class Application(SQLModel, table=True):
    """An application for parent accounts of one student.

    ``request_id`` comes from the form and makes sending it twice harmless. ``state``: under_review, returned,
    approved, rejected, withdrawn. ``basis``: parents, sole_custody, guardian, carer. The ``held_*`` columns follow
    from other rows and are written in the same unit of work as those.
    """

    __tablename__ = "application"
    id: str = Field(sa_column=_id())
    number: str = Field(max_length=24, unique=True)
    receipt_token: str = Field(max_length=64, unique=True, repr=False)
    request_id: str = Field(max_length=ID_LENGTH, unique=True)
    student_id: str = Field(foreign_key="student.id", max_length=ID_LENGTH, index=True)
    consent_id: str = Field(foreign_key="consent.id", max_length=ID_LENGTH)
    mode: str = Field(max_length=16)
    basis: str = Field(max_length=16)
    state: str = Field(default="under_review", max_length=16, index=True)
    held_for_documents: bool = False
    held_for_correction: bool = False
    held_for_conflict: bool = False
    held_for_student_consent: bool = False
    held_for_registrar: bool = False
    submitted_at: int = Field(sa_column=_moment())
    changed_at: int = Field(sa_column=_moment())
    version: int = 1


class Applicant(SQLModel, table=True):
    """One person of an application; the account will be theirs.

    ``sealed``: national_id, mobile, email (or None). ``email_state``: verified, unverified, none. ``live`` while the
    application is neither withdrawn nor rejected: one person has one live application a child.
    """

    __tablename__ = "applicant"
    id: str = Field(sa_column=_id())
    application_id: str = Field(foreign_key="application.id", max_length=ID_LENGTH, index=True)
    student_id: str = Field(foreign_key="student.id", max_length=ID_LENGTH)
    position: int
    name: str = Field(max_length=64, index=True, repr=False)
    relation: str = Field(max_length=32)
    live: bool = True
    email_state: str = Field(max_length=16)
    unusual_characters: bool = False
    national_id_index: bytes = Field(sa_column=_bytes(), repr=False)
    mobile_index: bytes = Field(sa_column=_bytes(), repr=False)
    email_index: bytes | None = Field(default=None, sa_column=_bytes(nullable=True), repr=False)
    sealed: bytes = Field(sa_column=_bytes(), repr=False)

    __table_args__ = (
        Index(
            "uq_applicant_live_person",
            "student_id",
            "national_id_index",
            unique=True,
            sqlite_where=text("live"),
            postgresql_where=text("live"),
        ),
        Index("ix_applicant_national_id_index", "national_id_index"),
    )


class SignedForm(SQLModel, table=True):
    """A form that goes home to be signed (申請簽署 n/2).

    ``form``: binding or card. ``state``: not_printed, printed, returned.
    """

    __tablename__ = "signed_form"
    id: str = Field(sa_column=_id())
    student_id: str = Field(foreign_key="student.id", max_length=ID_LENGTH, index=True)
    application_id: str | None = Field(default=None, foreign_key="application.id", max_length=ID_LENGTH)
    form: str = Field(max_length=16)
    state: str = Field(default="not_printed", max_length=16)
    changed_at: int = Field(sa_column=_moment())


class NumberCounter(SQLModel, table=True):
    """The last number given out, by name; counted in the write unit, so no number is skipped or given twice."""

    __tablename__ = "number_counter"
    name: str = Field(primary_key=True, max_length=32)
    value: int


class RosterImport(SQLModel, table=True):
    """A roster file that was taken in, and what it changed."""

    __tablename__ = "roster_import"
    id: str = Field(sa_column=_id())
    file_sha256: str = Field(max_length=64)
    students: int
    added: int
    changed: int
    left: int
    imported_at: int = Field(sa_column=_moment())


class AuditEntry(SQLModel, table=True):
    """A row of the audit chain; only ever added (see db.audit)."""

    __tablename__ = "audit_entry"
    seq: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    at: int = Field(sa_column=_moment())
    terminal: str = Field(max_length=64)
    actor: str = Field(max_length=64)
    action: str = Field(max_length=64)
    subject: str = Field(max_length=64)
    detail_hash: bytes = Field(sa_column=_bytes())
    prev: bytes = Field(sa_column=_bytes())
    mac: bytes = Field(sa_column=_bytes())


class AuditHead(SQLModel, table=True):
    """The end of the audit chain; one row, locked by every writer on PostgreSQL."""

    __tablename__ = "audit_head"
    id: int = Field(default=1, primary_key=True)
    seq: int
    mac: bytes = Field(sa_column=_bytes())
