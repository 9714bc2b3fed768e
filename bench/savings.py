"""Measure what each saving of start-up and painting saves: ``python -m bench.savings [ROUNDS]``.

The kiosk runs with all savings, without each, and without any, in interleaved rounds. A difference is the median, or
95th percentile, without the saving minus the one with all. The last saving is not in the product and is tried there.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.widgets import Input

from bench.form import FORM_LABEL, FormApp, form_terminal, new_form
from bench.homes import Run, forget_failures
from bench.pseudo_terminal import PseudoTerminal, python
from bench.report import percentile
from bench.start import LOGIN_LABEL, REFUSED, WRONG_LOGIN
from kiosk.app import KioskApp
from kiosk.clock import SystemClock
from kiosk.config.settings import Settings, load_settings
from kiosk.launcher import TEXTUAL_ENVIRONMENT
from kiosk.screens.base.kiosk_screen import KioskScreen
from kiosk.widgets.safe_input import SafeInput

_ROUNDS, _KEYS, _FORMS = 3, 60, 10
_SHOW, _HIDE = "\x1bOQ", "\x1bOR"
_SWITCH_SECONDS = 0.0005
_TEXTUALS_FRAMES = {"TEXTUAL_FPS": "60"}
_FRAMES, _TOOLTIPS = "TEXTUAL_FPS=1000", "no tooltips, no notifications"
_REPLACEMENTS: dict[str, Callable[[], None]] = {
    "SafeInput.virtual_size": partial(setattr, vars(SafeInput)["virtual_size"], "_layout", True),
    "SafeInput.validate": partial(setattr, SafeInput, "validate", Input.validate),
    "KioskScreen._take_width": partial(setattr, KioskScreen, "_take_width", lambda _screen, _width: None),
}
"""What puts Textual's own behaviour back, by saving; it runs before the app is made."""

_SAVINGS = (_FRAMES, _TOOLTIPS, *_REPLACEMENTS)
_VARIANTS = {"all savings": (), **{f"without {one}": (one,) for one in _SAVINGS}, "without any": _SAVINGS}
_Samples = defaultdict[str, list[float]]


class _SavingsApp(FormApp):
    """The form; F2 shows another one over it, F3 hides that again."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f2", "show_form", priority=True),
        Binding("f3", "hide_form", priority=True),
    ]

    def action_show_form(self) -> None:
        """Show a new form."""
        self.push_screen(new_form())

    def action_hide_form(self) -> None:
        """Show the first form again."""
        self.pop_screen()


def main(rounds: int) -> None:
    """Measure and print both tables."""
    samples: dict[str, _Samples] = {name: defaultdict(list) for name in _VARIANTS}
    for _round in range(rounds):
        for name, without in _VARIANTS.items():
            _use_the_form(without, samples[name])
    _print_table(samples, f"{rounds} rounds of {_KEYS} keys and {_FORMS} forms")
    starts: dict[str, _Samples] = {"default switch interval": defaultdict(list), "0.5 ms": defaultdict(list)}
    with tempfile.TemporaryDirectory() as folder:
        home = Run(Path(folder), short=True).empty
        for _round in range(rounds):
            for name, seconds in zip(starts, (sys.getswitchinterval(), _SWITCH_SECONDS), strict=True):
                _sign_in_first(home, seconds, starts[name])
    _print_table(starts, f"{2 * rounds} starts")


def _use_the_form(without: tuple[str, ...], samples: _Samples) -> None:
    frames = _TEXTUALS_FRAMES if _FRAMES in without else {}
    with form_terminal("bench.savings", "form", *without, environment=frames) as terminal:
        samples["key"] += [terminal.key_echo("abcdefghij"[number % 10]) for number in range(_KEYS)]
        for _form in range(_FORMS):
            terminal.settle(0.1)
            began = time.perf_counter() - terminal.started
            terminal.send(_SHOW)
            samples["form, first paint"].append(terminal.wait_for(FORM_LABEL) - began)
            terminal.settle(0.1)
            terminal.time_painted(_HIDE)
            samples["form, last paint"].append(terminal.time_painted(_SHOW, FORM_LABEL))
            terminal.time_painted(_HIDE)


def _sign_in_first(settings: Settings, switch_seconds: float, samples: _Samples) -> None:
    """Start twice: once for the first answer, once for keys while the school is loaded."""
    command = python("-m", "bench.savings", "login", str(switch_seconds), str(settings.home))
    forget_failures(settings)
    with PseudoTerminal(command, TEXTUAL_ENVIRONMENT) as terminal:
        terminal.wait_for(LOGIN_LABEL)
        terminal.send(WRONG_LOGIN + "\r")
        samples["start to first answer"].append(terminal.wait_for(REFUSED))
    with PseudoTerminal(command, TEXTUAL_ENVIRONMENT) as terminal:
        terminal.wait_for(LOGIN_LABEL)
        terminal.settle(0.02, at_most=0.2)
        samples["key meanwhile"] += [terminal.key_echo("\x7f" if number % 2 else "a") for number in range(_KEYS)]


def _print_table(samples: dict[str, _Samples], title: str) -> None:
    """Print p50 and p95 of each figure in milliseconds, and how much more than in the first row."""
    first = next(iter(samples.values()))
    print(f"\n{title}; p50 / p95 in ms (more than in the first row)")
    print(f"{'':45}" + "".join(f"{figure:>32}" for figure in first))
    for name, row in samples.items():
        cells = ""
        for figure, taken in row.items():
            mid, high = (percentile(taken, share) * 1000 for share in (0.5, 0.95))
            more = [value - percentile(first[figure], share) * 1000 for value, share in ((mid, 0.5), (high, 0.95))]
            cells += f"{f'{mid:.1f} / {high:.1f} ({more[0]:+.1f} / {more[1]:+.1f})':>32}"
        print(f"{name:45}{cells}", flush=True)


def _show_form(without: list[str]) -> None:
    """Run the form in this process without some savings."""
    for saving in without:
        _REPLACEMENTS.get(saving, lambda: None)()
    with tempfile.TemporaryDirectory() as folder:
        app = _SavingsApp(load_settings(Path(folder) / "home", environment={}), SystemClock())
        if _TOOLTIPS in without:
            app._disable_tooltips = app._disable_notifications = False
        app.run()


def _show_login(switch_seconds: float, home: Path) -> None:
    """Run the kiosk in this process with a switch interval of Python's threads."""
    sys.setswitchinterval(switch_seconds)
    KioskApp(load_settings(home, environment={}), SystemClock()).run()


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["form", *savings]:
            _show_form(savings)
        case ["login", seconds, home]:
            _show_login(float(seconds), Path(home))
        case arguments:
            main(int(arguments[0]) if arguments else _ROUNDS)
