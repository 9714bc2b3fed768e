"""The tables of the school, its logins, what parents do, and the audit.

Times are whole milliseconds since 1970-01-01 UTC (``*_at``); ids are UUIDs made in Python, as 32 hexadecimal digits;
``sealed`` columns hold what :mod:`db.keyring` made of a row's personal data; ``*_index`` columns are blind indexes.
Names of people stand in clear because staff search them (the only personal data that does).

``table=True`` models do not validate: services check values before they come here.
"""

from __future__ import annotations

from sqlalchemy import (
    Column,
    ForeignKey,
    Index,
    String,
    UniqueConstraint,
)
from sqlmodel import Field, SQLModel

from db.models.columns import ID_LENGTH, bytes_column, id_column, moment_column


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


class Staff(SQLModel, table=True):
    """A member of staff; their login is a credential of kind ``staff``.

    ``role``: homeroom_teacher, registrar, administrator. ``national_id_index``: so that nobody decides on their own
    child; the ID itself is not kept.
    """

    __tablename__ = "staff"
    id: str = Field(sa_column=id_column())
    account: str = Field(max_length=64, unique=True, repr=False)
    name: str = Field(max_length=64, repr=False)
    role: str = Field(max_length=24)
    active: bool = True
    national_id_index: bytes = Field(sa_column=bytes_column(), repr=False)
    added_at: int = Field(sa_column=moment_column())
    version: int = 1


class StaffClass(SQLModel, table=True):
    """A class that a homeroom teacher looks after."""

    __tablename__ = "staff_class"
    staff_id: str = Field(sa_column=Column(String(ID_LENGTH), ForeignKey("staff.id"), primary_key=True))
    class_name: str = Field(max_length=32, primary_key=True, index=True)


class Fee(SQLModel, table=True):
    """One item of the school's fee list for a student; each list that is imported replaces the one before.

    ``amount``: whole New Taiwan dollars. ``due_date``: ISO. ``place``: the row's in the file, from 1.
    """

    __tablename__ = "fee"
    id: str = Field(sa_column=id_column())
    student_id: str = Field(foreign_key="student.id", max_length=ID_LENGTH, index=True)
    item: str = Field(max_length=64)
    amount: int
    due_date: str = Field(max_length=10)
    paid: bool = False
    place: int
    imported_at: int = Field(sa_column=moment_column())

    __table_args__ = (UniqueConstraint("student_id", "item", "due_date", name="uq_fee_student_item_due"),)
