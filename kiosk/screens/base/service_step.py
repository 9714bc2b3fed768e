"""A step that asks services, and words on the screen what they refuse."""

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
    """A service did what it was asked for; its answer may be nothing."""

    value: R


class ServiceStep(Step[T]):
    """The step.

    Attributes:
        refusals: what any service behind it may answer with; the rest is for the screen that calls it.
    """

    refusals: ClassVar[tuple[type[Exception], ...]] = ()

    @abstractmethod
    def refusal_words(self, refused: Exception) -> str:
        """Why something was not done and what to do now."""

    async def attempt(self, function: Callable[P, R], *arguments: P.args, **options: P.kwargs) -> Done[R] | None:
        """Call a service in a thread; None where it refused, which is said on the screen and loses nothing typed."""

        def call() -> Done[R]:
            return Done(function(*arguments, **options))

        try:
            done = await self.ask(call)
        except self.refusals as refused:
            self._say_if_there(self.refusal_words(refused))
            return None
        self.cancel_if_dismissed()
        return done

    async def look(self, function: Callable[P, R], *arguments: P.args, **options: P.kwargs) -> Done[R] | None:
        """Read in a thread while everything stays usable; None where that failed, which is said on the screen."""
        try:
            done = Done(await asyncio.to_thread(function, *arguments, **options))
            self.cancel_if_dismissed()
            return done
        except StoreError:
            self._say_if_there(_("系統忙碌，請稍候再試一次。"))
        except self.refusals as refused:
            self._say_if_there(self.refusal_words(refused))
        return None

    async def over(self, screen: Screen[R]) -> R | None:
        """Show a screen over this one; its answer, or None where an idle reset took both away."""
        return await self.app.push_screen_wait(screen)

    def _say_if_there(self, text: str) -> None:
        """Say it, unless the screen was left meanwhile."""
        self.cancel_if_dismissed()
        self.show_message(text)
