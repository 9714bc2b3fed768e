"""Walking through screens: one shown after the other, services called between them.

A parent's visit (:mod:`kiosk.flows.family_visit`) and a shift of staff (:mod:`kiosk.flows.staff_flow`) are both such walks.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import ParamSpec, TypeVar

from textual.screen import Screen

from kiosk.i18n import _
from kiosk.screens.base.context import KioskContext
from kiosk.screens.base.error_messages import store_message
from kiosk.screens.base.notice import NoticeScreen
from kiosk.services.errors import StoreConflict, StoreError

T = TypeVar("T")
P = ParamSpec("P")


class SessionEnded(Exception):
    """The walk ended: whoever was there left, or idled away."""


class Flow:
    """What every walk can do.

    Args:
        app: the kiosk, whose school is open.
    """

    def __init__(self, app: KioskContext) -> None:
        self.app = app
        self.school = app.school

    async def show(self, screen: Screen[T]) -> T:
        """Show a screen.

        Raises:
            Left: an idle reset dismissed it with nothing.
        """
        answer = await self.app.answer_of(screen)
        if answer is None:
            raise SessionEnded
        return answer

    async def call(self, function: Callable[P, T], *arguments: P.args, **options: P.kwargs) -> T:
        """Call a service in a thread; where the database is busy, wait for the visitor to try again.

        Raises:
            Left: they did not want to.
            StoreConflict: to try again would not help; they have been told.
        """
        while True:
            try:
                return await asyncio.to_thread(function, *arguments, **options)
            except StoreConflict as refusal:
                await self.show_notice(_("沒有存入"), store_message(refusal))
                raise
            except StoreError as refusal:
                choices = {"again": _("再試一次"), "leave": _("登出")}
                if await self.show(self.notice(_("請稍候"), store_message(refusal), choices)) == "leave":
                    raise SessionEnded from None

    def notice(self, heading: str, text: str, choices: Mapping[str, str] | None = None) -> NoticeScreen:
        """A notice in the frame of this walk."""
        return NoticeScreen(heading, text, choices)

    async def show_notice(self, heading: str, text: str) -> None:
        """Show a notice until it is answered.

        Raises:
            Left: see :meth:`show`.
        """
        await self.show(self.notice(heading, text))
