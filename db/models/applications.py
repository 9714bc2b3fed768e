"""Applications: error reports, consents, drafts, applicants, corrections and history."""

from __future__ import annotations

from sqlalchemy import (
    Index,
    UniqueConstraint,
)
from sqlmodel import Field, SQLModel

from db.models.columns import ID_LENGTH, bytes_column, id_column, moment_column, ordered_column, unique_where


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
    :class:`kiosk.domain.application_status.ReviewFlag`. ``is_blocked``: any ``held_*``; ``needs_a_look``: a remark to look at.
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


class NumberCounter(SQLModel, table=True):
    """The last number given out, by name; counted in the write unit, so no number is skipped or given twice."""

    __tablename__ = "number_counter"
    name: str = Field(primary_key=True, max_length=32)
    value: int


class HistoryEntry(SQLModel, table=True):
    """Something that happened to an application, for staff to read; the proof of it is the audit.

    ``staff_id``: None where a parent or the kiosk did it. ``action``: see
    :class:`kiosk.services.applications.history.Action`. ``sealed``: what was said with it (reason, note, fields), may be empty.
    """

    __tablename__ = "history_entry"
    id: str = Field(sa_column=id_column())
    application_id: str = Field(foreign_key="application.id", max_length=ID_LENGTH, index=True)
    staff_id: str | None = Field(default=None, foreign_key="staff.id", max_length=ID_LENGTH)
    action: str = Field(max_length=32)
    sealed: bytes = Field(sa_column=bytes_column(), repr=False)
    at: int = Field(sa_column=moment_column())


class Correction(SQLModel, table=True):
    """A field that was sent back to the parent (退件補正).

    ``position``: of the applicant, from 1. ``field``: a key of :class:`kiosk.domain.application_form.ApplicantEntry`.
    ``state``: open, answered, dropped (the application was withdrawn or decided). ``sealed``: reason.
    """

    __tablename__ = "correction"
    id: str = Field(sa_column=id_column())
    application_id: str = Field(foreign_key="application.id", max_length=ID_LENGTH, index=True)
    position: int
    field: str = Field(max_length=32)
    state: str = Field(default="open", max_length=16)
    sealed: bytes = Field(sa_column=bytes_column(), repr=False)
    returned_at: int = Field(sa_column=moment_column())
    answered_at: int | None = Field(default=None, sa_column=moment_column(nullable=True))

    __table_args__ = (
        unique_where("uq_correction_open_field", "application_id", "position", "field", condition="state = 'open'"),
    )
