"""``mail send``, ``mail list`` and ``mail calls``."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import TypeVar

from kiosk.cli.console import CommandRefused, Commands, opened
from kiosk.clock import TAIPEI
from kiosk.domain.school_calendar import today
from kiosk.services.auth.staff_session import CommandLine
from kiosk.services.messaging.call_sheet import Call, CallPosition, DeadLetter, call_sheet
from kiosk.services.messaging.mail_sender import MailSender
from kiosk.services.messaging.outbox_desk import Outbox

_Row = TypeVar("_Row", Call, DeadLetter)


def add_to(commands: Commands) -> None:
    """Add the commands."""
    actions = commands.add_group("mail", "給家長的通知")
    actions.add("send", "寄出現在該寄的信", _send)
    actions.add("list", "寄信的情形，與無法寄出的信", _list)
    actions.add("calls", "要打電話通知的家長（可列印）", _calls)


def _send(arguments: argparse.Namespace) -> None:
    with opened(arguments) as school:
        if school.settings.smtp is None:
            raise CommandRefused("沒有設定寄信（kiosk.toml 的 [smtp]）；請用 mail calls 列出要打電話的家長。")
        done = MailSender(school.store, school.settings).send_all_due()
    print(f"寄出 {done.sent} 封，稍後再試 {done.deferred} 封，無法寄出 {done.failed} 封。")


def _list(arguments: argparse.Namespace) -> None:
    with opened(arguments) as school:
        outbox = Outbox(school.store, school.settings)
        counts = outbox.counts(CommandLine())
        print(f"待寄 {counts.to_send}　已寄出 {counts.sent}　無法寄出 {counts.dead_letters}")
        print(f"待打電話 {counts.to_call}　已打電話 {counts.called}")
        for letter in _all_rows(lambda after: outbox.dead_letters(CommandLine(), after), lambda row: row.call.place):
            call = letter.call
            written = datetime.fromtimestamp(call.written_at / 1000, UTC).astimezone(TAIPEI)
            print(
                f"{written:%Y-%m-%d %H:%M}　{call.number}　{call.class_name}　{call.kind.label}　{letter.email}　"
                f"{letter.fault.label}（試過 {letter.attempts} 次）"
            )


def _calls(arguments: argparse.Namespace) -> None:
    with opened(arguments) as school:
        outbox = Outbox(school.store, school.settings)
        calls = list(_all_rows(lambda after: outbox.calls(CommandLine(), after), lambda call: call.place))
        if calls:
            print(call_sheet(calls, school.settings.school_name, today(school.clock)), end="")
        else:
            print("沒有要打電話通知的家長。")


def _all_rows(
    page: Callable[[CallPosition | None], tuple[_Row, ...]], place: Callable[[_Row], CallPosition]
) -> Iterator[_Row]:
    after: CallPosition | None = None
    while rows := page(after):
        yield from rows
        after = place(rows[-1])
