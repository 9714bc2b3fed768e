"""Approves many applications, each in its own unit of work: those without block and without a flag to review."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum, auto

from kiosk.domain.application_status import NEEDS_REVIEW, ApplicationState, Attention
from kiosk.domain.errors import ChangedMeanwhile, Denied
from kiosk.services.accounts.parent_accounts import EmailOfAnother
from kiosk.services.auth.sign_in import SignIn
from kiosk.services.auth.staff_session import REVIEWERS, OwnChildRefused, StaffMember
from kiosk.services.errors import StoreError
from kiosk.services.review.decisions import Review
from kiosk.services.review.queue import MAX_ROWS, QueueRow, ReviewQueue
from kiosk.services.review.queue_filter import QueueFilter, QueueSort, SortBy
from kiosk.services.review.refusals import Blocked


@dataclass(frozen=True, slots=True)
class BulkSummary:
    """The effect of a bulk approval: at most `MAX_ROWS` applications, by class and seat.

    ``more``: there are others for the next one. ``blocked`` and ``needing_review`` count those left out for a block or,
    without one, for a flag to review.
    """

    rows: tuple[QueueRow, ...]
    more: bool
    blocked: int
    needing_review: int


def summary_of(found: Sequence[QueueRow], *, more: bool = False) -> BulkSummary:
    """Return the bulk approval of these rows; ``more``: others were not read."""
    waiting = [row for row in found if row.state is ApplicationState.UNDER_REVIEW]
    clean = [row for row in waiting if not row.blocks and not row.flags & NEEDS_REVIEW]
    clean.sort(key=lambda row: (row.class_name, row.seat_number or 0, row.number))
    blocked = sum(bool(row.blocks) for row in waiting) + len(found) - len(waiting)
    return BulkSummary(
        rows=tuple(clean[:MAX_ROWS]),
        more=more or len(clean) > MAX_ROWS,
        blocked=blocked,
        needing_review=len(found) - len(clean) - blocked,
    )


class Outcome(Enum):
    """The outcome of one row."""

    APPROVED = auto()
    CHANGED = auto()
    BLOCKED = auto()
    OWN_CHILD = auto()
    EMAIL_OF_ANOTHER = auto()
    NOT_THEIRS = auto()
    NOT_WRITTEN = auto()


_OUTCOMES: dict[type[Exception], Outcome] = {
    ChangedMeanwhile: Outcome.CHANGED,
    Blocked: Outcome.BLOCKED,
    EmailOfAnother: Outcome.EMAIL_OF_ANOTHER,
    OwnChildRefused: Outcome.OWN_CHILD,  # before Denied, which it is too
    Denied: Outcome.NOT_THEIRS,
    StoreError: Outcome.NOT_WRITTEN,
}


@dataclass(frozen=True, slots=True)
class BulkResult:
    """One row's result; ``refusal`` is the error of a row that was not approved."""

    application_id: str
    outcome: Outcome
    refusal: Exception | None = field(default=None, repr=False)


class BulkApproval:
    """The service."""

    def __init__(self, queue: ReviewQueue, review: Review, sign_in: SignIn) -> None:
        self._queue = queue
        self._review = review
        self._sign_in = sign_in

    def candidates(self, member: StaffMember, wanted: QueueFilter) -> BulkSummary:
        """Return the bulk approval of a filter; see `ReviewQueue` for the errors."""
        under_review = replace(wanted, states=(ApplicationState.UNDER_REVIEW,))
        if wanted.search:
            searched = self._queue.page(member, under_review, QueueSort(), limit=MAX_ROWS)
            return summary_of(searched.rows, more=searched.has_more)
        clean = replace(under_review, flag=Attention.READY)
        page = self._queue.page(member, clean, QueueSort(SortBy.CLASS_AND_SEAT), limit=MAX_ROWS)
        everything, blocked, may_pass = (
            self._queue.how_many(member, replace(under_review, flag=flag))
            for flag in (None, Attention.BLOCKED, Attention.READY)
        )
        return BulkSummary(
            rows=page.rows, more=page.has_more, blocked=blocked, needing_review=everything - blocked - may_pass
        )

    def approve(
        self,
        member: StaffMember,
        rows: Sequence[tuple[str, int]],
        password: str,
        progress: Callable[[int, int], None],
    ) -> tuple[BulkResult, ...]:
        """Approve each row, an application and its version; a refused row stays as it is.

        The password is the member's own; a wrong one counts as a failed sign-in. ``progress`` is called after each row
        with the numbers of done and of all rows.

        Raises:
            SignInRefused: the password is wrong; nothing was approved.
            Denied, PasswordChangeRequired: no reviewer, or the login no longer holds; nothing was approved.
            StoreError: the password could not be verified.
        """
        self._sign_in.confirm_password(member, password, REVIEWERS)
        results = []
        for place, (application_id, version) in enumerate(rows, 1):
            results.append(self._approve(member, application_id, version))
            progress(place, len(rows))
        return tuple(results)

    def _approve(self, member: StaffMember, application_id: str, version: int) -> BulkResult:
        try:
            self._review.approve(member, application_id, version, only_clean=True)
        except tuple(_OUTCOMES) as refusal:
            outcome = next(outcome for kind, outcome in _OUTCOMES.items() if isinstance(refusal, kind))
            return BulkResult(application_id, outcome, refusal)
        return BulkResult(application_id, Outcome.APPROVED)
