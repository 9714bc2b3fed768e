"""Why a decision on an application is refused."""

from __future__ import annotations

from kiosk.domain.application_status import ApprovalBlock
from kiosk.domain.errors import ServiceError


class Blocked(ServiceError):
    """The application cannot be approved now.

    It has approval blocks, or the parent has still to answer returned fields, or a bulk approval met a flag to review.
    """

    def __init__(
        self, blocks: tuple[ApprovalBlock, ...] = (), *, is_returned: bool = False, needs_review: bool = False
    ) -> None:
        super().__init__("not approvable")
        self.blocks = blocks
        self.is_returned = is_returned
        self.needs_review = needs_review


class RegistrarDecides(ServiceError):
    """Only the registrar rejects an application with a conflict or the registrar's block."""


class NothingToReturn(ServiceError):
    """No field is named, or one that the application has not."""
