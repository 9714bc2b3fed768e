"""The part of the app that flows and screens may use."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from textual.screen import Screen

from kiosk.clock import Clock
from kiosk.config.settings import Settings
from kiosk.runtime.idle_guard import IdleGuard

if TYPE_CHECKING:  # the first screen is painted before services are loaded
    from kiosk.services.auth.sign_in import SignedIn
    from kiosk.services.auth.staff_session import StaffSignedIn
    from kiosk.services.school import School


T = TypeVar("T")


class KioskContext(Protocol):
    """The kiosk, as flows and screens know it.

    Attributes:
        settings: the settings of this installation.
        clock: the injected clock.
        guard: ends a session after too long a stillness.
        staff_only: True on an office machine, where only staff sign in.
    """

    settings: Settings
    clock: Clock
    guard: IdleGuard
    staff_only: bool

    @property
    def school(self) -> School:
        """The open school."""

    @property
    def is_running(self) -> bool:
        """Whether the app runs and is not ending."""

    @property
    def screen_stack(self) -> list[Screen[Any]]:
        """The screens, the resting one first."""

    def cover_with(self, screen: Screen[Any]) -> None:
        """Lay a blank screen under the session's steps."""

    async def answer_of(self, screen: Screen[T]) -> T | None:
        """Show a screen and wait for its answer; None where the session was reset."""

    def new_login(self) -> Screen[object]:
        """Make a login screen, for another child in the same visit."""

    def exit(self, result: int) -> None:
        """End the program with this exit code."""

    async def school_opened(self) -> School:
        """Wait until the school is open."""

    def begin_family_visit(self, signed_in: SignedIn) -> None:
        """Begin a family's visit from the resting screen."""

    def begin_staff_session(self, signed_in: StaffSignedIn) -> None:
        """Begin a staff session from the resting screen of an office machine."""

    def open_account_login(self) -> None:
        """Show the login of parent accounts."""

    def open_staff_login(self) -> None:
        """Show the staff's login."""

    def load_account_flow(self) -> None:
        """Import the flow of parent accounts; blocks, so call it in a thread."""

    def load_staff_flow(self) -> None:
        """Import the staff's flow; blocks, so call it in a thread."""
