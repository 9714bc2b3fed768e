"""One application as a reviewer sees it: what the school has beside what the parent gave, and all that was done."""

from __future__ import annotations

from dataclasses import dataclass, field

from kiosk.domain.application_form import Basis, Mode
from kiosk.domain.application_status import ApplicationState, ApprovalBlock, ReviewFlag
from kiosk.domain.receipt import EmailState
from kiosk.services.applications.history import HistoryLine


@dataclass(frozen=True, slots=True)
class StudentOnFile:
    """The student, as the roster has them; ``data_state`` as in :class:`db.models.school.Student`."""

    student_id: str
    name: str = field(repr=False)
    class_name: str
    seat_number: int | None
    student_number: str = field(repr=False)
    data_state: str
    is_adult: bool
    lost_characters: bool


@dataclass(frozen=True, slots=True)
class GuardianOnFile:
    """A guardian of the roster, masked; None where the roster says nothing. ``role``: father, mother, guardian."""

    role: str
    name: str = field(repr=False)
    national_id: str | None = field(repr=False)
    mobile: str | None = field(repr=False)
    email: str | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class PersonView:
    """An applicant, masked, beside who they are on file.

    Attributes:
        position: from 1.
        remarks: what is to be known of this person.
        on_file: by their number, else by their name; None where the school has no such person.
        differing: the keys of the fields in which the two differ; two masked numbers can look alike.
    """

    position: int
    name: str = field(repr=False)
    relation: str
    national_id: str = field(repr=False)
    mobile: str = field(repr=False)
    email: str | None = field(repr=False)
    email_state: EmailState
    remarks: ReviewFlag
    on_file: GuardianOnFile | None
    differing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ConsentEvidence:
    """One answer to the consent text (個資法 §7).

    Attributes:
        is_basis: the application was sent on this answer.
        recorded_by: the colleague who entered a signed paper; empty where it was answered at the kiosk.
    """

    choice: str
    answered_by: str
    answered_at: int
    text_version: str
    text_sha256: str
    language: str
    read_to_end: bool
    terminal: str
    is_basis: bool
    recorded_by: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class SignedPaper:
    """The application form that goes home; ``state``: not_printed, printed, returned. ``at``: of its last change."""

    state: str
    received_by: str = field(repr=False)
    at: int


@dataclass(frozen=True, slots=True)
class DocumentsView:
    """The papers whose originals must be seen; ``papers`` is empty where none are. ``seen_by``: empty until then."""

    papers: tuple[str, ...]
    seen_by: str = field(repr=False)
    seen_at: int | None


@dataclass(frozen=True, slots=True)
class CorrectionView:
    """A field that was sent back; ``state``: open, answered, dropped."""

    position: int
    key: str
    reason: str = field(repr=False)
    state: str
    returned_at: int
    answered_at: int | None


@dataclass(frozen=True, slots=True)
class OtherApplication:
    """Another live application for the same child."""

    application_id: str
    number: str
    state: ApplicationState
    mode: Mode
    basis: Basis
    applicant_names: str = field(repr=False)
    submitted_at: int
    version: int


@dataclass(frozen=True, slots=True)
class ApplicationView:
    """Everything a reviewer needs of one application.

    Attributes:
        version: what a decision must name.
        holds: what stands against an approval, in the order of `Hold`.
        people: the applicants.
        others_on_file: the guardians of the roster that no applicant is.
        consents: every answer of the family, the oldest first.
        history: what happened, the oldest first; begins with the submission.
        others: the child's other live applications.
        is_own_child: the member may look, not decide.
        decided_by: the colleague's name; empty where nobody of the staff has decided.
    """

    application_id: str
    number: str
    version: int
    state: ApplicationState
    mode: Mode
    basis: Basis
    submitted_at: int
    decided_by: str = field(repr=False)
    decided_at: int | None
    student: StudentOnFile
    holds: tuple[ApprovalBlock, ...]
    remarks: ReviewFlag
    people: tuple[PersonView, ...]
    others_on_file: tuple[GuardianOnFile, ...]
    consents: tuple[ConsentEvidence, ...]
    paper: SignedPaper
    documents: DocumentsView
    corrections: tuple[CorrectionView, ...]
    history: tuple[HistoryLine, ...]
    others: tuple[OtherApplication, ...]
    is_own_child: bool


@dataclass(frozen=True, slots=True)
class PersonInFull:
    """What the masks hide of one person; None where there is nothing."""

    name: str = field(repr=False)
    national_id: str | None = field(repr=False)
    mobile: str | None = field(repr=False)
    email: str | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class Revealed:
    """An applicant, and who they are on file, in full; to be hidden again soon."""

    position: int
    given: PersonInFull
    on_file: PersonInFull | None
