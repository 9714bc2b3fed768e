"""A flow: screens one after another, with calls of services between them."""

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
    """The user left, or the session was reset after too long a stillness."""


class Flow:
    """Shows screens and calls services.

    Args:
        app: the kiosk, whose school is open.
    """

    def __init__(self, app: KioskContext) -> None:
        self.app = app
        self.school = app.school

    async def show(self, screen: Screen[T]) -> T:
        """Show a screen and return its answer.

        Raises:
            SessionEnded: a reset dismissed it without an answer.
        """
        answer = await self.app.answer_of(screen)
        if answer is None:
            raise SessionEnded
        return answer

    async def call(self, function: Callable[P, T], *arguments: P.args, **options: P.kwargs) -> T:
        """Call a service in a thread; where the database is busy, let the user try again.

        Raises:
            SessionEnded: the user chose to sign out instead.
            StoreConflict: trying again cannot help; a notice has said so.
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
        """Make a notice in the frame of this flow."""
        return NoticeScreen(heading, text, choices)

    async def show_notice(self, heading: str, text: str) -> None:
        """Show a notice until it is answered.

        Raises:
            SessionEnded: see `show`.
        """
        await self.show(self.notice(heading, text))
