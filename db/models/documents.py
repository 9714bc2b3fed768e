"""Paper forms: issued documents, signatures on the screen, and answers about the student card."""

from __future__ import annotations

from sqlalchemy import Column, Text
from sqlmodel import Field, SQLModel

from db.models.columns import ID_LENGTH, bytes_column, id_column, moment_column, unique_where


class Document(SQLModel, table=True):
    """An issued paper form with a number.

    ``kind``: binding, card, carer, correction. ``subject_id``: the application (binding, carer), student (card) or
    ticket (correction); each has one document of a kind that is not void. ``state``: not_printed, printed, returned,
    void (outdated). ``sealed``: facts and words of :class:`kiosk.domain.documents.FormContent`; ``content_sha256``
    binds signatures to them. ``*_by``: None for the kiosk or the command line.
    """

    __tablename__ = "document"
    id: str = Field(sa_column=id_column())
    number: str = Field(max_length=24, unique=True)
    token: str = Field(max_length=32, unique=True, repr=False)
    kind: str = Field(max_length=16)
    student_id: str = Field(foreign_key="student.id", max_length=ID_LENGTH, index=True)
    application_id: str | None = Field(default=None, foreign_key="application.id", max_length=ID_LENGTH, index=True)
    subject_id: str = Field(max_length=ID_LENGTH)
    state: str = Field(default="not_printed", max_length=16)
    content_sha256: str = Field(max_length=64)
    sealed: bytes = Field(sa_column=bytes_column(), repr=False)
    issued_at: int = Field(sa_column=moment_column())
    printed_at: int | None = Field(default=None, sa_column=moment_column(nullable=True))
    printed_by: str | None = Field(default=None, max_length=ID_LENGTH)
    returned_at: int | None = Field(default=None, sa_column=moment_column(nullable=True))
    returned_by: str | None = Field(default=None, max_length=ID_LENGTH)
    voided_at: int | None = Field(default=None, sa_column=moment_column(nullable=True))
    version: int = 1

    __table_args__ = (unique_where("uq_document_standing", "kind", "subject_id", condition="state <> 'void'"),)


class Signature(SQLModel, table=True):
    """A signature drawn on the screen in one box of a document.

    ``content_sha256``: the document's when it was shown. ``state``: waiting (for staff to check the signer's ID),
    checked, void. ``sealed``: width, height and strokes of :class:`kiosk.rules.strokes.Drawing`. ``place``: the box,
    from 0.
    """

    __tablename__ = "signature"
    id: str = Field(sa_column=id_column())
    document_id: str = Field(foreign_key="document.id", max_length=ID_LENGTH, index=True)
    place: int
    content_sha256: str = Field(max_length=64)
    state: str = Field(default="waiting", max_length=16)
    sealed: bytes = Field(sa_column=bytes_column(), repr=False)
    account: str = Field(max_length=64, repr=False)
    terminal: str = Field(max_length=64)
    signed_at: int = Field(sa_column=moment_column())
    checked_by: str | None = Field(default=None, max_length=ID_LENGTH)
    checked_at: int | None = Field(default=None, sa_column=moment_column(nullable=True))

    __table_args__ = (unique_where("uq_signature_standing", "document_id", "place", condition="state <> 'void'"),)


class CardAnswer(SQLModel, table=True):
    """An answer about the student card's functions, as evidence; a later answer is a new row.

    ``items``: JSON list of {key, name, purpose, recipient, data, chosen}, as shown.
    """

    __tablename__ = "card_answer"
    id: str = Field(sa_column=id_column())
    student_id: str = Field(foreign_key="student.id", max_length=ID_LENGTH, index=True)
    text_version: str = Field(max_length=64)
    text_sha256: str = Field(max_length=64)
    language: str = Field(max_length=16)
    items: str = Field(sa_column=Column(Text, nullable=False))
    account: str = Field(max_length=64, repr=False)
    terminal: str = Field(max_length=64)
    answered_at: int = Field(sa_column=moment_column())


class SignedForm(SQLModel, table=True):
    """The progress of a form to be signed (申請簽署 n/2).

    ``form``: binding, card. ``state``: not_printed, printed, returned (已收到簽章申請書).
    """

    __tablename__ = "signed_form"
    id: str = Field(sa_column=id_column())
    student_id: str = Field(foreign_key="student.id", max_length=ID_LENGTH, index=True)
    application_id: str | None = Field(default=None, foreign_key="application.id", max_length=ID_LENGTH)
    form: str = Field(max_length=16)
    state: str = Field(default="not_printed", max_length=16)
    received_by: str | None = Field(default=None, max_length=ID_LENGTH)
    changed_at: int = Field(sa_column=moment_column())
