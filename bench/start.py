"""Bar 1: from start to first frame, first key and first answer; the same with many applications on file."""

from __future__ import annotations

from functools import partial

from bench.homes import FIRST_LOGIN, Run, forget_failures
from bench.pseudo_terminal import PseudoTerminal, python
from bench.report import Bar, median_ratio
from kiosk.config.settings import Settings

BARE, BARE_LABEL = python("-m", "bench.bare"), "READY"
LOGIN_LABEL = "登入帳號"
_WRONG, _REFUSED = ("P999999", "A123456789"), "不正確"
_MUST_CHANGE = "再輸入一次新密碼"


def kiosk(settings: Settings) -> list[str]:
    """The command that runs the kiosk of a home."""
    return python("run_kiosk.py", "run", "--home", str(settings.home))


def bars(run: Run) -> list[Bar]:
    """Measure with a school that has no applications, then with one that has many."""
    empty = run.empty
    first, own, bare = median_ratio(
        lambda: _first_frame(kiosk(empty), LOGIN_LABEL), lambda: _first_frame(BARE, BARE_LABEL), run.rounds(15)
    )
    key, *_ = median_ratio(
        lambda: _first_key(kiosk(empty), LOGIN_LABEL), lambda: _first_key(BARE, BARE_LABEL), run.rounds(11)
    )
    result = [
        Bar("start to first frame / bare", first, 1.25, f"{own * 1000:.0f} ms / {bare * 1000:.0f} ms"),
        Bar("start to first key echoed / bare", key, 1.35),
    ]
    for what, login, words in (("an error", _WRONG, _REFUSED), ("the forced change", FIRST_LOGIN, _MUST_CHANGE)):
        ratio, answered, own = median_ratio(
            partial(_first_answer, empty, login, words),
            lambda: _first_frame(kiosk(empty), LOGIN_LABEL),
            run.rounds(15),
        )
        detail = f"{answered * 1000:.0f} ms / {own * 1000:.0f} ms"
        result.append(Bar(f"start to {what} as the first answer / own first frame", ratio, 2.7, detail))
    ratio, many, none = median_ratio(
        lambda: _first_answer(run.filled, FIRST_LOGIN, _MUST_CHANGE),
        lambda: _first_answer(empty, FIRST_LOGIN, _MUST_CHANGE),
        run.rounds(15),
    )
    detail = f"{many * 1000:.0f} ms / {none * 1000:.0f} ms"
    result.append(Bar(f"start to first answer, {run.applications:,} applications / none", ratio, 1.05, detail))
    return result


def _first_frame(command: list[str], label: str) -> float:
    with PseudoTerminal(command) as terminal:
        return terminal.wait_for(label)


def _first_key(command: list[str], label: str) -> float:
    with PseudoTerminal(command) as terminal:
        terminal.wait_for(label)
        terminal.send("Q")
        terminal.output = b""
        return terminal.wait_for("Q")


def _first_answer(settings: Settings, login: tuple[str, str], words: str) -> float:
    """Seconds from start to the words after a login, whatever it takes to verify it included."""
    forget_failures(settings)
    with PseudoTerminal(kiosk(settings)) as terminal:
        terminal.wait_for(LOGIN_LABEL)
        terminal.send("\t".join(login) + "\r")
        return terminal.wait_for(words)
