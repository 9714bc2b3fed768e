from __future__ import annotations

import subprocess
import sys

import pytest

from kiosk.config.sections import IdleTimes
from kiosk.runtime.idle_guard import Activity, Idle, IdleGuard
from kiosk.testing.clock import FakeClock

NOTHING = Idle(remaining=None, countdown=None, ask=False, over=False, last_call=False)


class Terminal:
    """A guard in the middle of a visit, and the clock it reads."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.guard = IdleGuard(self.clock.elapsed, IdleTimes())
        self.guard.begin_visit()

    def after(self, seconds: float) -> Idle:
        """Let time pass and say how the visit stands."""
        self.clock.advance(seconds)
        return self.guard.state(self.clock.elapsed())

    def busy_for(self, seconds: int) -> Idle:
        """Let time pass with a click every ten seconds."""
        for _ in range(seconds // 10):
            self.clock.advance(10)
            self.guard.note(Activity.CLICK)
        return self.after(0)


@pytest.fixture
def terminal() -> Terminal:
    return Terminal()


def test_nothing_is_measured_without_a_visit() -> None:
    clock = FakeClock()
    guard = IdleGuard(clock.elapsed, IdleTimes())
    assert not guard.note(Activity.CLICK)
    guard.use_limit(60)
    clock.advance(100_000)
    assert guard.state(clock.elapsed()) == NOTHING


def test_nothing_is_measured_after_the_visit(terminal: Terminal) -> None:
    terminal.guard.end_visit()
    assert terminal.after(100_000) == NOTHING


def test_an_idle_visitor_sees_the_countdown_and_is_signed_out(terminal: Terminal) -> None:
    assert terminal.after(59.5) == Idle(20.5, None, ask=False, over=False, last_call=False)
    assert terminal.after(0.5) == Idle(20, 20, ask=False, over=False, last_call=False)
    assert terminal.after(0.5).countdown == 20
    assert terminal.after(0.5).countdown == 19
    assert terminal.after(18.5) == Idle(0.5, 1, ask=False, over=False, last_call=False)
    ended = terminal.after(0.5)
    assert (ended.over, ended.remaining, ended.countdown) == (True, 0, 0)


@pytest.mark.parametrize(("kind", "key"), [(Activity.CLICK, None), (Activity.WHEEL, None), (Activity.KEY, "a")])
def test_activity_stops_the_countdown(terminal: Terminal, kind: Activity, key: str | None) -> None:
    assert terminal.after(70).countdown == 10
    assert terminal.guard.note(kind, key)
    assert terminal.after(0) == Idle(80, None, ask=False, over=False, last_call=False)


def test_a_moving_mouse_is_no_activity(terminal: Terminal) -> None:
    for _ in range(79):
        terminal.clock.advance(1)
        assert not terminal.guard.note(Activity.MOUSE_MOVE)
    assert terminal.after(1).over


def test_a_held_key_counts_once(terminal: Terminal) -> None:
    assert terminal.guard.note(Activity.KEY, "a")
    for _ in range(799):
        terminal.clock.advance(0.1)
        assert not terminal.guard.note(Activity.KEY, "a")
    assert terminal.after(0.2).over


@pytest.mark.parametrize(("pause", "counts"), [(0.125, False), (0.25, True), (30, True)])
def test_the_same_key_counts_again_after_a_pause(terminal: Terminal, pause: float, counts: bool) -> None:
    terminal.guard.note(Activity.KEY, "a")
    terminal.clock.advance(pause)
    assert terminal.guard.note(Activity.KEY, "a") is counts


def test_another_key_counts_at_once(terminal: Terminal) -> None:
    assert terminal.guard.note(Activity.KEY, "a")
    assert terminal.guard.note(Activity.KEY, "b")
    assert terminal.guard.note(Activity.KEY, "a")


def test_a_click_between_does_not_make_a_held_key_count(terminal: Terminal) -> None:
    terminal.guard.note(Activity.KEY, "a")
    terminal.guard.note(Activity.CLICK)
    terminal.clock.advance(0.1)
    assert not terminal.guard.note(Activity.KEY, "a")


@pytest.mark.parametrize("limit", [60, 120, 180])
def test_each_screen_has_its_limit(terminal: Terminal, limit: int) -> None:
    terminal.guard.use_limit(limit)
    assert terminal.after(limit - 1).countdown is None
    assert terminal.after(1).countdown == 20
    assert terminal.after(19).over is False
    assert terminal.after(1).over


def test_a_new_screen_is_measured_from_its_beginning(terminal: Terminal) -> None:
    terminal.guard.use_limit(120)
    terminal.clock.advance(119)
    terminal.guard.use_limit(60)
    assert terminal.after(59).countdown is None


def test_a_receipt_counts_down_at_once_and_any_key_begins_the_count_anew(terminal: Terminal) -> None:
    terminal.guard.use_limit(0, countdown=45)
    assert terminal.after(0).countdown == 45
    assert terminal.after(40).countdown == 5
    terminal.guard.note(Activity.KEY, "space")
    assert terminal.after(0).countdown == 45
    assert terminal.after(45).over


def test_the_usual_countdown_returns_after_a_receipt(terminal: Terminal) -> None:
    terminal.guard.use_limit(0, countdown=45)
    terminal.guard.use_limit(60)
    assert terminal.after(59).countdown is None
    assert terminal.after(1).countdown == 20


def test_the_next_visit_starts_with_the_usual_limit(terminal: Terminal) -> None:
    terminal.guard.use_limit(0, countdown=45)
    terminal.guard.end_visit()
    terminal.guard.begin_visit()
    assert terminal.after(0) == Idle(80, None, ask=False, over=False, last_call=False)


def test_the_kiosk_asks_after_ten_minutes_and_again_ten_minutes_after_the_answer(terminal: Terminal) -> None:
    assert not terminal.busy_for(590).ask
    assert terminal.busy_for(10).ask
    assert terminal.busy_for(30).ask, "activity alone is no answer"
    terminal.guard.go_on()
    assert not terminal.after(0).ask
    assert not terminal.busy_for(590).ask
    assert terminal.busy_for(10).ask


def test_answering_counts_as_activity(terminal: Terminal) -> None:
    terminal.clock.advance(70)
    terminal.guard.go_on()
    assert terminal.after(0).countdown is None


def test_a_busy_visit_ends_after_thirty_minutes_with_a_last_call(terminal: Terminal) -> None:
    assert terminal.busy_for(1770).last_call is False
    last = terminal.busy_for(10)
    assert (last.countdown, last.last_call) == (20, True)
    terminal.guard.note(Activity.CLICK)
    assert terminal.after(0).countdown == 20, "no activity stops the last call"
    terminal.guard.go_on()
    assert terminal.after(19).countdown == 1
    assert terminal.after(1).over


def test_a_countdown_that_activity_can_stop_is_no_last_call(terminal: Terminal) -> None:
    terminal.busy_for(1710)
    still = terminal.after(78)
    assert (still.countdown, still.last_call) == (2, False)
    terminal.guard.note(Activity.CLICK)
    longest = terminal.after(0)
    assert (longest.countdown, longest.last_call) == (12, True)


def test_each_child_has_the_full_time(terminal: Terminal) -> None:
    terminal.busy_for(1700)
    terminal.guard.begin_child()
    fresh = terminal.busy_for(590)
    assert (fresh.ask, fresh.over, fresh.countdown) == (False, False, None)
    assert terminal.busy_for(1190).over is False
    assert terminal.busy_for(20).over


def test_a_visit_that_is_over_stays_over(terminal: Terminal) -> None:
    terminal.clock.advance(80)
    assert not terminal.guard.note(Activity.CLICK)
    terminal.guard.go_on()
    terminal.guard.begin_child()
    terminal.guard.use_limit(180)
    assert terminal.after(0).over
    terminal.guard.begin_visit()
    assert not terminal.after(0).over


def test_setting_the_wall_clock_changes_nothing(terminal: Terminal) -> None:
    terminal.clock.advance(30)
    before = terminal.after(0)
    terminal.clock.set_wall(terminal.clock.now().replace(year=2030))
    assert terminal.after(0) == before


def test_the_guard_needs_no_textual() -> None:
    code = "import sys, kiosk.runtime.idle_guard, kiosk.testing; print('textual' in sys.modules)"
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "False"
