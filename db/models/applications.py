"""Applications: error reports, consents, drafts, applicants, corrections and history."""

from __future__ import annotations

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from db.models.columns import ID_LENGTH, bytes_column, id_column, moment_column, ordered_column, unique_where


class Ticket(SQLModel, table=True):
    """An error report on a student's data, for the registrar.

    ``sealed``: fields, a list of {field, shown, right}, once decided also {decision, reason}. ``state``: open,
    corrected (at least one field), declined, replaced.
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

    ``answered_by``: parent, student (of full age), or account (a parent's account, whose id is ``account``).
    ``choice``: agree, refuse, or for an account withdraw. ``recorded_by``: the member of staff who recorded an answer
    on paper; None for an answer at the kiosk.
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
    """A saved form (暫存離開), one for each student and form; ``sealed`` holds all entries.

    ``national_id_index``: of the person whose full ID opens the draft.
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

    ``request_id``: from the form; makes a repeated submission harmless. ``state``:
    :class:`kiosk.domain.application_status.ApplicationState`. ``mode``, ``basis``: the values of
    :class:`kiosk.domain.application_form.Mode` and ``Basis``. ``decided_*``: the last decision.

    Derived columns are written in the same unit of work as their sources: the student (``class_name`` to
    ``student_name``; ``seat_number`` 0 if unknown, for sorting), ``names`` (the student's first, joined by 、),
    ``held_*`` (the approval blocks), ``is_blocked`` (any ``held_*``), ``remarks`` (the bits of
    :class:`kiosk.domain.application_status.ReviewFlag`) and ``needs_a_look`` (a flag to review). A decided application
    has no block and no flag.

    Their sources include acts of staff: ``documents_seen_*`` (已查驗證明文件), ``registrar_released_by`` (an applicant
    has a student's ID rightly), ``conflict_settled_by`` (other applications of the child may coexist).
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
    """The number of a class's applications in a state, counted in the unit of work that changes the state."""

    __tablename__ = "application_count"
    class_name: str = Field(max_length=32, primary_key=True)
    state: str = Field(max_length=16, primary_key=True)
    value: int


class Applicant(SQLModel, table=True):
    """One applicant of an application.

    ``sealed``: national_id, mobile, email (or None). ``email_state``: verified, unverified, none. ``live``: neither the
    application (withdrawn, rejected, ended) nor the person's binding is over; a person has one live application for a
    child. ``sex_differs``: the relation implies another sex than the ID.
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
    """The last issued number of a series, counted in the unit of work: no number is skipped or repeated."""

    __tablename__ = "number_counter"
    name: str = Field(primary_key=True, max_length=32)
    value: int


class HistoryEntry(SQLModel, table=True):
    """An event in an application's history, for staff to read; the audit is its evidence.

    ``staff_id``: None for an act of a parent or the kiosk. ``action``:
    :class:`kiosk.services.applications.history.Action`. ``sealed``: reason, note or fields, each optional.
    """

    __tablename__ = "history_entry"
    id: str = Field(sa_column=id_column())
    application_id: str = Field(foreign_key="application.id", max_length=ID_LENGTH, index=True)
    staff_id: str | None = Field(default=None, foreign_key="staff.id", max_length=ID_LENGTH)
    action: str = Field(max_length=32)
    sealed: bytes = Field(sa_column=bytes_column(), repr=False)
    at: int = Field(sa_column=moment_column())


class Correction(SQLModel, table=True):
    """A field that was returned to the parent (退件補正).

    ``position``: the applicant's, from 1. ``field``: a key of :class:`kiosk.domain.application_form.ApplicantEntry`.
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
