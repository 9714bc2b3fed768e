"""The school: settings, students and guardians of the roster, staff and their classes, fees."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, String, UniqueConstraint
from sqlmodel import Field, SQLModel

from db.models.columns import ID_LENGTH, bytes_column, id_column, moment_column


class Setting(SQLModel, table=True):
    """A setting of the database itself: the key checks, which recognise the right key file."""

    __tablename__ = "setting"
    name: str = Field(primary_key=True, max_length=64)
    value: str


class Student(SQLModel, table=True):
    """A student of the roster; the national ID is kept only as an index.

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
    """A guardian in the roster, for comparison in reviews; shown only to that person.

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
    """An imported roster file, and the number of rows it changed."""

    __tablename__ = "roster_import"
    id: str = Field(sa_column=id_column())
    file_sha256: str = Field(max_length=64)
    students: int
    added: int
    changed: int
    left: int
    imported_at: int = Field(sa_column=moment_column())


class Staff(SQLModel, table=True):
    """A member of staff; the login is a credential of kind ``staff``.

    ``role``: homeroom_teacher, registrar, administrator. ``national_id_index``: prevents decisions on one's own child;
    the ID is kept nowhere else.
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
    """A class of a homeroom teacher."""

    __tablename__ = "staff_class"
    staff_id: str = Field(sa_column=Column(String(ID_LENGTH), ForeignKey("staff.id"), primary_key=True))
    class_name: str = Field(max_length=32, primary_key=True, index=True)


class Fee(SQLModel, table=True):
    """A student's item of the fee list; an imported list replaces the previous one.

    ``amount``: whole New Taiwan dollars. ``due_date``: ISO. ``place``: the row's number in the file, from 1.
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
