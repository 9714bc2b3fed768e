"""Bars 1, 2 and 4: from start to first frame, first key and first answer; typing; standing idle."""

from __future__ import annotations

import time
from pathlib import Path

from bench.pseudo_terminal import PseudoTerminal, python
from bench.report import Bar, median_ratio, percentile

_BARE = python("-m", "bench.bare")
_LOGIN_LABEL = "登入帳號"
_IDLE_SECONDS = 20.0


def _kiosk(home: Path) -> list[str]:
    return python("run_kiosk.py", "run", "--home", str(home))


def _first_frame(command: list[str], label: str) -> float:
    terminal = PseudoTerminal(command)
    try:
        return terminal.wait_for(label)
    finally:
        terminal.close()


def _first_key(command: list[str], label: str) -> float:
    terminal = PseudoTerminal(command)
    try:
        terminal.wait_for(label)
        terminal.send("Q")
        terminal.output = b""
        return terminal.wait_for("Q")
    finally:
        terminal.close()


def _first_answer(home: Path) -> float:
    """From start to the words after a wrong login, argon2 included."""
    terminal = PseudoTerminal(_kiosk(home))
    try:
        terminal.wait_for(_LOGIN_LABEL)
        terminal.send("P999999\tA123456789\r")
        return terminal.wait_for("不正確")
    finally:
        terminal.close()


def _typing(command: list[str], label: str) -> tuple[list[float], float]:
    terminal = PseudoTerminal(command)
    try:
        terminal.wait_for(label)
        terminal.settle(1.0)
        before = terminal.cpu_seconds()
        keys = [terminal.key_echo("abcdefghij"[number % 10]) for number in range(60)]
        return keys, terminal.cpu_seconds() - before
    finally:
        terminal.close()


def _idle(command: list[str], label: str) -> tuple[float, int]:
    terminal = PseudoTerminal(command)
    try:
        terminal.wait_for(label)
        terminal.settle(2.0)
        before = terminal.cpu_seconds()
        time.sleep(_IDLE_SECONDS)
        return terminal.cpu_seconds() - before, terminal.resident_bytes()
    finally:
        terminal.close()


def bars(home: Path) -> list[Bar]:
    """Measure with an existing school in ``home``."""
    first, own, bare = median_ratio(
        lambda: _first_frame(_kiosk(home), _LOGIN_LABEL), lambda: _first_frame(_BARE, "READY"), 11
    )
    key, _, _ = median_ratio(lambda: _first_key(_kiosk(home), _LOGIN_LABEL), lambda: _first_key(_BARE, "READY"))
    answer, _, _ = median_ratio(lambda: _first_answer(home), lambda: _first_frame(_kiosk(home), _LOGIN_LABEL), 7)
    result = [
        Bar("start to first frame / bare", first, 1.25, f"{own * 1000:.0f} ms / {bare * 1000:.0f} ms"),
        Bar("start to first key echoed / bare", key, 1.35),
        Bar("start to first login answered / own first frame", answer, 2.7),
    ]
    form, form_cpu = _typing(python("-m", "bench.form"), "申請人姓名")
    plain, plain_cpu = _typing(_BARE, "READY")
    result += [
        Bar("typing on the applicant form, p50 / bare", percentile(form, 0.5) / percentile(plain, 0.5), 1.6),
        Bar("typing on the applicant form, p95 / bare", percentile(form, 0.95) / percentile(plain, 0.95), 2.0),
        Bar("processor time a key / bare", form_cpu / max(plain_cpu, 0.01), 1.5),
    ]
    idle, resident = _idle(_kiosk(home), _LOGIN_LABEL)
    bare_idle, bare_resident = _idle(_BARE, "READY")
    result += [
        Bar("idle processor time / bare", idle / max(bare_idle, 0.01), 1.0, f"{idle:.2f} s / {bare_idle:.2f} s"),
        Bar("memory with the database loaded / bare", resident / bare_resident, 2.2, f"{resident >> 20} MiB"),
    ]
    return result
