"""One application as a reviewer sees it: the parent's values beside the roster's, with consents and history."""

from __future__ import annotations

from dataclasses import dataclass, field

from kiosk.domain.application_form import Basis, Mode
from kiosk.domain.application_status import ApplicationState, ApprovalBlock, ReviewFlag
from kiosk.domain.receipt import EmailState
from kiosk.services.applications.history import HistoryLine


@dataclass(frozen=True, slots=True)
class StudentOnFile:
    """The student on the roster; ``data_state`` as in :class:`db.models.school.Student`."""

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
    """A guardian on the roster, masked; None is unknown. ``role``: father, mother, guardian."""

    role: str
    name: str = field(repr=False)
    national_id: str | None = field(repr=False)
    mobile: str | None = field(repr=False)
    email: str | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class PersonView:
    """An applicant at a position from 1, masked, beside the guardian with the same ID, else the same name.

    ``differing`` are the keys of the differing fields, because two masked values can look alike.
    """

    position: int
    name: str = field(repr=False)
    relation: str
    national_id: str = field(repr=False)
    mobile: str = field(repr=False)
    email: str | None = field(repr=False)
    email_state: EmailState
    flags: ReviewFlag
    on_file: GuardianOnFile | None
    differing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ConsentEvidence:
    """One answer to the consent text (個資法 §7); ``is_basis``: the application was sent on it.

    ``recorded_by`` is the colleague who recorded a signed paper; empty for an answer at the kiosk.
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
    """The form to be signed; ``state``: not_printed, printed, returned. ``at``: of its last change."""

    state: str
    received_by: str = field(repr=False)
    at: int


@dataclass(frozen=True, slots=True)
class DocumentsView:
    """The papers whose originals staff must see; ``papers`` may be empty. ``seen_by`` is empty until then."""

    papers: tuple[str, ...]
    seen_by: str = field(repr=False)
    seen_at: int | None


@dataclass(frozen=True, slots=True)
class CorrectionView:
    """A returned field; ``state``: open, answered, dropped."""

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
    """One application for a reviewer; lists are in order, the oldest first.

    ``others_on_file`` are the guardians without a matching applicant, ``others`` the child's other live applications.
    The member may look at an own child but not decide.
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
    blocks: tuple[ApprovalBlock, ...]
    flags: ReviewFlag
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
    """One person without masks; None is unknown."""

    name: str = field(repr=False)
    national_id: str | None = field(repr=False)
    mobile: str | None = field(repr=False)
    email: str | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class Revealed:
    """An applicant and the matching guardian without masks."""

    position: int
    given: PersonInFull
    on_file: PersonInFull | None
