"""The tables of the school, its logins, what parents do, and the audit; the staff's stand in :mod:`db.review_models`.

Times are whole milliseconds since 1970-01-01 UTC (``*_at``); ids are UUIDs made in Python, as 32 hexadecimal digits;
``sealed`` columns hold what :mod:`db.sealed` made of a row's personal data; ``*_index`` columns are blind indexes.
Names of people stand in clear because staff search them (the only personal data that does).

``table=True`` models do not validate: services check values before they come here.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, String, Table, Text, UniqueConstraint
from sqlmodel import Field, SQLModel

ID_LENGTH = 32


def table_of(model: type[SQLModel]) -> Table:
    """A model's table, for statements that are written without the session."""
    table: Table = model.__table__  # type: ignore[attr-defined]  # SQLModel leaves __table__ untyped
    return table


def id_column() -> Column[str]:
    """A column for a row's id; a fresh one each time."""
    return Column(String(ID_LENGTH), primary_key=True)


def ordered_column(length: int, *, unique: bool = False) -> Column[str]:
    """A column for text that is sorted by, or searched by its beginning; a fresh one each time.

    In the order of code points on both databases: PostgreSQL's own order follows the language of its server, by which
    no beginning is a range.
    """
    kind = String(length).with_variant(String(length, collation="C"), "postgresql")
    return Column(kind, nullable=False, unique=unique)


def unique_where(name: str, *columns: str, condition: str) -> Index:
    """A unique index over those rows only that meet a condition in SQL.

    The condition waits in ``info`` until a migration is made from it: naming a database here would load its dialect,
    PostgreSQL's as well as SQLite's, at every start of a kiosk.
    """
    return Index(name, *columns, unique=True, info={"where": condition})


def moment_column(*, nullable: bool = False) -> Column[int]:
    """A column for a moment; a fresh one each time."""
    return Column(BigInteger, nullable=nullable)


def bytes_column(*, nullable: bool = False) -> Column[bytes]:
    """A column for a sealed blob or a blind index; a fresh one each time."""
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
    id: str = Field(sa_column=id_column())
    student_number: str = Field(max_length=32, unique=True, repr=False)
    name: str = Field(max_length=64, index=True, repr=False)
    class_name: str = Field(max_length=32, index=True)
    seat_number: int | None = None
    active: bool = True
    data_state: str = Field(default="unconfirmed", max_length=16)
    lost_characters: bool = False
    national_id_index: bytes | None = Field(default=None, sa_column=bytes_column(nullable=True), repr=False)
    sealed: bytes = Field(sa_column=bytes_column(), repr=False)
    updated_at: int = Field(sa_column=moment_column())
    version: int = 1

    __table_args__ = (Index("ix_student_national_id_index", "national_id_index"),)


class Guardian(SQLModel, table=True):
    """A guardian as the roster has them, for reviewers to compare with; shown to nobody but that person themself.

    ``sealed``: national_id, mobile, email (each may be None). ``role``: father, mother, guardian.
    """

    __tablename__ = "guardian"
    id: str = Field(sa_column=id_column())
    student_id: str = Field(foreign_key="student.id", max_length=ID_LENGTH, index=True)
    role: str = Field(max_length=16)
    name: str = Field(max_length=64, repr=False)
    national_id_index: bytes | None = Field(default=None, sa_column=bytes_column(nullable=True), repr=False)
    mobile_index: bytes | None = Field(default=None, sa_column=bytes_column(nullable=True), repr=False)
    email_index: bytes | None = Field(default=None, sa_column=bytes_column(nullable=True), repr=False)
    sealed: bytes = Field(sa_column=bytes_column(), repr=False)


class Credential(SQLModel, table=True):
    """How someone signs in; one table for students' logins, staff and parent accounts.

    ``kind``: student, staff, parent. ``account``: as it is typed, normalised; a parent account's is its person's id,
    because an e-mail never stands in clear. Before the first change only ``initial_code`` is set, good until
    ``initial_expires_at`` (None: for good); afterwards ``password_hash`` with the pepper it was made with.
    ``earlier_hashes``: JSON list of [pepper id, hash], newest first.
    """

    __tablename__ = "credential"
    id: str = Field(sa_column=id_column())
    kind: str = Field(max_length=16)
    account: str = Field(max_length=64, repr=False)
    subject_id: str = Field(max_length=ID_LENGTH, index=True)
    active: bool = True
    initial_code: bytes | None = Field(default=None, sa_column=bytes_column(nullable=True), repr=False)
    initial_kind: str | None = Field(default=None, max_length=16)
    initial_failures: int = 0
    initial_expires_at: int | None = Field(default=None, sa_column=moment_column(nullable=True))
    password_hash: str | None = Field(default=None, max_length=256, repr=False)
    pepper_id: str | None = Field(default=None, max_length=16)
    earlier_hashes: str = Field(default="[]", sa_column=Column(Text, nullable=False), repr=False)
    changed_at: int = Field(sa_column=moment_column())
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
    day_elapsed: int = Field(default=0, sa_column=moment_column())
    day_at: int = Field(default=0, sa_column=moment_column())
    lock_seconds: int = 0
    lock_boot: str = Field(default="", max_length=64)
    lock_elapsed: int = Field(default=0, sa_column=moment_column())
    lock_at: int = Field(default=0, sa_column=moment_column())


class TerminalFailure(SQLModel, table=True):
    """A failed sign-in at one terminal: many different names in ten minutes slow that terminal down."""

    __tablename__ = "terminal_failure"
    id: str = Field(sa_column=id_column())
    terminal: str = Field(max_length=64, index=True)
    account_index: bytes = Field(sa_column=bytes_column(), repr=False)
    boot: str = Field(max_length=64)
    elapsed: int = Field(sa_column=moment_column())
    at: int = Field(sa_column=moment_column())


class Ticket(SQLModel, table=True):
    """An error report on a student's data, for the registrar.

    ``sealed``: fields, a list of {field, shown, right}; once decided each with {decision, reason}. ``state``: open,
    corrected (at least one field was), declined, replaced. ``decided_by``: a member of staff's id.
    """

    __tablename__ = "ticket"
    id: str = Field(sa_column=id_column())
    student_id: str = Field(foreign_key="student.id", max_length=ID_LENGTH, index=True)
    state: str = Field(default="open", max_length=16, index=True)
    sealed: bytes = Field(sa_column=bytes_column(), repr=False)
    reported_at: int = Field(sa_column=moment_column())
    decided_by: str | None = Field(default=None, max_length=ID_LENGTH)
    decided_at: int | None = Field(default=None, sa_column=moment_column(nullable=True))
    version: int = 1


class Consent(SQLModel, table=True):
    """One answer to a consent text, as evidence (Personal Data Protection Act, art. 7).

    ``answered_by``: parent or student (a student of full age consents for themself), or account: the holder of a
    parent's account, whose id is ``account``. ``choice``: agree or refuse, or of an account withdraw.
    ``recorded_by``: the member of staff who recorded an answer on paper; None where it was given at the kiosk.
    """

    __tablename__ = "consent"
    id: str = Field(sa_column=id_column())
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
    recorded_by: str | None = Field(default=None, max_length=ID_LENGTH)
    answered_at: int = Field(sa_column=moment_column())


class Draft(SQLModel, table=True):
    """What a visitor asked to keep (暫存離開): one row a student and form; all of it sealed.

    ``national_id_index``: whose draft it is; that person's full ID opens it.
    """

    __tablename__ = "draft"
    id: str = Field(sa_column=id_column())
    student_id: str = Field(foreign_key="student.id", max_length=ID_LENGTH)
    form: str = Field(max_length=16)
    national_id_index: bytes | None = Field(default=None, sa_column=bytes_column(nullable=True), repr=False)
    sealed: bytes = Field(sa_column=bytes_column(), repr=False)
    saved_at: int = Field(sa_column=moment_column())

    __table_args__ = (UniqueConstraint("student_id", "form", name="uq_draft_student_form"),)


class Application(SQLModel, table=True):
    """An application for parent accounts of one student.

    ``request_id`` comes from the form and makes sending it twice harmless. ``state``: under_review, returned,
    approved, rejected, withdrawn, ended. ``basis``: parents, sole_custody, guardian, carer.

    What follows from other rows is written in the same unit of work as those: who the student is (``class_name`` to
    ``student_name``; ``seat_number`` 0 where the roster has none, so that rows can be sorted by it), whose names stand
    on it (``names``, the student's first, joined by 、), what it waits for (``held_*``), and ``remarks``, the bits of
    :class:`kiosk.domain.application_status.Remark`. ``is_blocked``: any ``held_*``; ``needs_a_look``: a remark to look at.
    None of these stands on a decided application.

    Staff's own acts are facts that those follow from: ``documents_seen_*`` (已查驗證明文件), ``registrar_released_by``
    (an applicant with a student's ID is right after all), ``conflict_settled_by`` (it stands beside the child's other
    applications). ``decided_*``: the last decision. ``*_by``: a member of staff's id.
    """

    __tablename__ = "application"
    id: str = Field(sa_column=id_column())
    number: str = Field(sa_column=ordered_column(24, unique=True))
    receipt_token: str = Field(max_length=64, unique=True, repr=False)
    request_id: str = Field(max_length=ID_LENGTH, unique=True)
    student_id: str = Field(foreign_key="student.id", max_length=ID_LENGTH, index=True)
    consent_id: str = Field(foreign_key="consent.id", max_length=ID_LENGTH)
    mode: str = Field(max_length=16)
    basis: str = Field(max_length=16)
    state: str = Field(default="under_review", max_length=16)
    held_for_documents: bool = False
    held_for_correction: bool = False
    held_for_conflict: bool = False
    held_for_student_consent: bool = False
    held_for_registrar: bool = False
    held_for_signature: bool = True
    is_blocked: bool = True
    remarks: int = 0
    needs_a_look: bool = False
    class_name: str = Field(sa_column=ordered_column(32))
    seat_number: int = 0
    student_number: str = Field(sa_column=ordered_column(32), repr=False)
    student_name: str = Field(max_length=64, repr=False)
    names: str = Field(sa_column=ordered_column(224), repr=False)
    registrar_released_by: str | None = Field(default=None, max_length=ID_LENGTH)
    conflict_settled_by: str | None = Field(default=None, max_length=ID_LENGTH)
    documents_seen_by: str | None = Field(default=None, max_length=ID_LENGTH)
    documents_seen_at: int | None = Field(default=None, sa_column=moment_column(nullable=True))
    decided_by: str | None = Field(default=None, max_length=ID_LENGTH)
    decided_at: int | None = Field(default=None, sa_column=moment_column(nullable=True))
    submitted_at: int = Field(sa_column=moment_column())
    changed_at: int = Field(sa_column=moment_column())
    version: int = 1

    __table_args__ = (
        Index("ix_application_queue", "state", "submitted_at", "id", "is_blocked", "needs_a_look"),
        Index("ix_application_class_queue", "class_name", "state", "submitted_at", "id"),
        Index("ix_application_seats", "state", "class_name", "seat_number", "id"),
        Index("ix_application_numbers", "state", "number"),
        Index("ix_application_student_numbers", "state", "student_number", "id"),
        Index("ix_application_names", "state", "names"),
    )


class ApplicationCount(SQLModel, table=True):
    """How many applications of a class are in a state; counted in the unit of work that changes the state."""

    __tablename__ = "application_count"
    class_name: str = Field(max_length=32, primary_key=True)
    state: str = Field(max_length=16, primary_key=True)
    value: int


class Applicant(SQLModel, table=True):
    """One person of an application; the account will be theirs.

    ``sealed``: national_id, mobile, email (or None). ``email_state``: verified, unverified, none. ``live`` while the
    application is neither withdrawn, rejected nor ended, and the person's binding is not: one person has one live
    application a child. ``sex_differs``: the
    relation says another sex than the number does.
    """

    __tablename__ = "applicant"
    id: str = Field(sa_column=id_column())
    application_id: str = Field(foreign_key="application.id", max_length=ID_LENGTH, index=True)
    student_id: str = Field(foreign_key="student.id", max_length=ID_LENGTH)
    position: int
    name: str = Field(max_length=64, repr=False)
    relation: str = Field(max_length=32)
    live: bool = True
    email_state: str = Field(max_length=16)
    unusual_characters: bool = False
    sex_differs: bool = False
    national_id_index: bytes = Field(sa_column=bytes_column(), repr=False)
    mobile_index: bytes = Field(sa_column=bytes_column(), repr=False)
    email_index: bytes | None = Field(default=None, sa_column=bytes_column(nullable=True), repr=False)
    sealed: bytes = Field(sa_column=bytes_column(), repr=False)

    __table_args__ = (
        unique_where("uq_applicant_live_person", "student_id", "national_id_index", condition="live"),
        Index("ix_applicant_national_id_index", "national_id_index"),
        Index("ix_applicant_mobile_index", "mobile_index"),
        Index("ix_applicant_email_index", "email_index"),
    )


class SignedForm(SQLModel, table=True):
    """A form that goes home to be signed (申請簽署 n/2).

    ``form``: binding or card. ``state``: not_printed, printed, returned. ``received_by``: the member of staff who took
    it back (已收到簽章申請書).
    """

    __tablename__ = "signed_form"
    id: str = Field(sa_column=id_column())
    student_id: str = Field(foreign_key="student.id", max_length=ID_LENGTH, index=True)
    application_id: str | None = Field(default=None, foreign_key="application.id", max_length=ID_LENGTH)
    form: str = Field(max_length=16)
    state: str = Field(default="not_printed", max_length=16)
    received_by: str | None = Field(default=None, max_length=ID_LENGTH)
    changed_at: int = Field(sa_column=moment_column())


class NumberCounter(SQLModel, table=True):
    """The last number given out, by name; counted in the write unit, so no number is skipped or given twice."""

    __tablename__ = "number_counter"
    name: str = Field(primary_key=True, max_length=32)
    value: int


class RosterImport(SQLModel, table=True):
    """A roster file that was taken in, and what it changed."""

    __tablename__ = "roster_import"
    id: str = Field(sa_column=id_column())
    file_sha256: str = Field(max_length=64)
    students: int
    added: int
    changed: int
    left: int
    imported_at: int = Field(sa_column=moment_column())


class AuditEntry(SQLModel, table=True):
    """A row of the audit chain; only ever added (see db.audit)."""

    __tablename__ = "audit_entry"
    seq: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    at: int = Field(sa_column=moment_column())
    terminal: str = Field(max_length=64)
    actor: str = Field(max_length=64)
    action: str = Field(max_length=64)
    subject: str = Field(max_length=64)
    detail_hash: bytes = Field(sa_column=bytes_column())
    prev: bytes = Field(sa_column=bytes_column())
    mac: bytes = Field(sa_column=bytes_column())


class AuditHead(SQLModel, table=True):
    """The end of the audit chain; one row, locked by every writer on PostgreSQL."""

    __tablename__ = "audit_head"
    id: int = Field(default=1, primary_key=True)
    seq: int
    mac: bytes = Field(sa_column=bytes_column())
