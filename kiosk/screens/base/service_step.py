"""A step that calls services and shows what they refuse."""

from __future__ import annotations

import asyncio
from abc import abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar, Generic, ParamSpec, TypeVar

from textual.screen import Screen

from kiosk.i18n import _
from kiosk.screens.base.step import Step
from kiosk.services.errors import StoreError

T = TypeVar("T")
R = TypeVar("R")
P = ParamSpec("P")


@dataclass(frozen=True)
class Done(Generic[R]):
    """The result of a call, which may be None."""

    value: R


class ServiceStep(Step[T]):
    """A step whose services refuse with known errors.

    Attributes:
        refusals: errors that any of its services may raise; a screen handles the others itself.
    """

    refusals: ClassVar[tuple[type[Exception], ...]] = ()

    @abstractmethod
    def refusal_message(self, refused: Exception) -> str:
        """Return why a service refused, and what to do now."""

    async def attempt(self, function: Callable[P, R], *arguments: P.args, **options: P.kwargs) -> Done[R] | None:
        """Call a service in a thread, with disabled buttons; None, with a message, where it refused."""

        def call() -> Done[R]:
            return Done(function(*arguments, **options))

        try:
            done = await self.ask(call)
        except self.refusals as refused:
            self._show_refusal(self.refusal_message(refused))
            return None
        self.cancel_if_dismissed()
        return done

    async def look(self, function: Callable[P, R], *arguments: P.args, **options: P.kwargs) -> Done[R] | None:
        """Read in a thread while the screen stays usable; None, with a message, where that failed."""
        try:
            done = Done(await asyncio.to_thread(function, *arguments, **options))
            self.cancel_if_dismissed()
            return done
        except StoreError:
            self._show_refusal(_("系統忙碌，請稍候再試一次。"))
        except self.refusals as refused:
            self._show_refusal(self.refusal_message(refused))
        return None

    async def over(self, screen: Screen[R]) -> R | None:
        """Show a screen over this one and return its answer; None where an idle reset dismissed both."""
        return await self.app.push_screen_wait(screen)

    def _show_refusal(self, text: str) -> None:
        self.cancel_if_dismissed()
        self.show_message(text)
