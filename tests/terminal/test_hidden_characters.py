"""T04: what hides in anything on file reaches no terminal, from no screen of a parent's visit."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

import kiosk.screens.base.ask_id
import kiosk.screens.base.login
import kiosk.screens.base.notice
import kiosk.screens.family
from kiosk.services.texts.loader import SHIPPED_FOLDER
from tests.pilot.screens_of import screens_in, screens_of
from tests.terminal import walker
from tests.terminal.harness import Terminal, python
from tests.terminal.hidden_characters import (
    ADULT,
    ANSWERED,
    FORBIDDEN,
    HALF_REPORTED,
    HIDDEN,
    MOTHER,
    tag,
)
from tests.terminal.keys import BACKTAB, ENTER, ESCAPE, PAGE_DOWN, TAB
from tests.terminal.walker import LOGIN, MARKS, NEW, log_in

SEEN_ON_THE_WALK = {
    "LoginScreen",
    "ChangePasswordScreen",
    "MenuScreen",
    "ConfirmStudentScreen",
    "ConsentScreen",
    "ApplicationModeScreen",
    "BasisScreen",
    "ApplicantFormScreen",
    "SummaryScreen",
    "EmailCodeScreen",
    "ReceiptScreen",
    "CorrectionScreen",
    "StudentCardScreen",
    "FormsToSignScreen",
    "SignatureScreen",
    "NoticeScreen",
    "AskIdScreen",
    "BlankScreen",
}
"""The screens that :func:`walk_past_every_screen` comes by; the curtain stands between any two."""

SHOWN = {
    "student.name",
    "student.class_name",
    "student.student_number",
    "ticket.fields.value",
    "ticket.fields.reason",
    "draft.name",
    "draft.entries.name",
    "draft.entries.relation",
    "draft.entries.national_id",
    "draft.entries.mobile",
    "draft.entries.email",
    "application.number",
    "applicant.name",
    "correction.reason",
}
"""The fields on file that a parent's screens show: seen without the filter, on the same walk."""


def walk_past_every_screen(terminal: Terminal) -> None:
    """One visit after the other, in one process."""
    mother = walker.applicant(701)
    walker.first_visit(terminal, mother)
    assert mother.national_id not in terminal.text
    for password in (walker.first_id_of(NEW), walker.PASSWORD):
        assert password.encode() not in terminal.raw
    terminal.send(TAB + ENTER)
    look_at_what_was_answered(terminal)
    look_at_the_paper(terminal)
    ask_for_a_draft(terminal)
    come_as_an_adult(terminal)
    look_at_a_kept_report(terminal)


def look_at_what_was_answered(terminal: Terminal) -> None:
    log_in(terminal, ANSWERED)
    terminal.wait_for("註冊組已處理")
    terminal.does(ENTER, "補正退回的欄位")
    terminal.wait_for("身分證字號")
    terminal.does(f"{MOTHER.national_id}{ENTER}", "退回原因")
    terminal.does(PAGE_DOWN, "再填一次電子郵件")
    terminal.does(ESCAPE, "註冊組已處理")
    terminal.send(BACKTAB + PAGE_DOWN)
    terminal.wait_for("5-000-")  # the end of the application's number
    terminal.does(TAB * 3 + ENTER, "要撤回哪一件")
    terminal.does(ENTER, "這件申請的申請人")
    terminal.does(ESCAPE, "要撤回哪一件")
    terminal.does(ESCAPE, "註冊組已處理")
    terminal.does(ESCAPE, LOGIN)


def look_at_the_paper(terminal: Terminal) -> None:
    log_in(terminal, ANSWERED)
    terminal.wait_for("註冊組已處理")
    terminal.does(BACKTAB + ENTER, "未列印")
    terminal.does(BACKTAB + ENTER, "簽好了")
    terminal.does(ESCAPE, "未列印")
    terminal.does(ESCAPE, "註冊組已處理")
    terminal.does(BACKTAB * 2 + ENTER, "資料提供給")
    terminal.does(ESCAPE, "註冊組已處理")
    terminal.does(ESCAPE, LOGIN)


def ask_for_a_draft(terminal: Terminal) -> None:
    walker.walk(terminal, "ask_id")
    terminal.does(f"{walker.DRAFT_OWNER.national_id}{ENTER}", MARKS["form"])
    terminal.does(PAGE_DOWN * 2, "再填一次電子郵件")
    terminal.does(ESCAPE, MARKS["menu"])
    terminal.does(ESCAPE, LOGIN)


def come_as_an_adult(terminal: Terminal) -> None:
    log_in(terminal, ADULT)
    terminal.wait_for(MARKS["menu"])
    terminal.does(ENTER, "現在操作的是哪一位")
    terminal.does(TAB + ENTER, "學生本人的身分證字號")
    terminal.does(ESCAPE, "現在操作的是哪一位")
    terminal.does(ESCAPE, MARKS["menu"])
    terminal.does(ESCAPE, LOGIN)


def look_at_a_kept_report(terminal: Terminal) -> None:
    log_in(terminal, HALF_REPORTED)
    terminal.wait_for(MARKS["menu"])
    terminal.does(BACKTAB + ENTER, MARKS["report"])
    terminal.does(ESCAPE, MARKS["menu"])


def test_every_screen_of_a_visit_is_walked_past() -> None:
    modules = (kiosk.screens.base.login, kiosk.screens.base.notice, kiosk.screens.base.ask_id)
    screens = screens_of(kiosk.screens.family).union(*map(screens_in, modules))
    assert screens == SEEN_ON_THE_WALK


def test_hidden_characters_on_file_reach_no_terminal(planted_home: Path) -> None:
    with walker.kiosk(planted_home) as terminal:
        walk_past_every_screen(terminal)
        terminal.does(ESCAPE, LOGIN)
        terminal.does("typed" + HIDDEN.replace("\x1b", "").replace("\x9b", ""), "typed")
        assert FORBIDDEN.findall(terminal.raw.decode("utf-8")) == []


class UnfilteredTerminal(Terminal):
    """Shows what the hidden characters stand beside, as if they had done nothing."""

    def shown(self, text: str) -> str:
        return FORBIDDEN.sub("", text)


@pytest.mark.long
def test_without_the_filter_every_field_would_bring_them(planted_home: Path) -> None:
    """The negative control: the walk shows each of these fields, and only the filter keeps its characters back."""
    command = python("-m", "tests.terminal.sabotaged_kiosk", str(planted_home), "filter")
    with UnfilteredTerminal(command) as terminal:
        terminal.wait_for(LOGIN)
        walk_past_every_screen(terminal)
        painted = terminal.raw.decode("utf-8")
        assert {field for field in SHOWN if tag(field) not in painted} == set()


def refused_setting(home: Path) -> str:
    escaped = "".join(f"\\u{ord(character):04x}" for character in HIDDEN)
    (home / "kiosk.toml").write_text(f'school_name = "松山{escaped}工農"\n', encoding="utf-8")
    return "school_name"


def refused_text(home: Path) -> str:
    """Each text is tried in tests/unit/services/texts/test_loader.py."""
    name = "consent.zh_TW.txt"
    (home / "text").mkdir(mode=0o700)
    shipped = (SHIPPED_FOLDER / name).read_text(encoding="utf-8")
    (home / "text" / name).write_text(shipped + HIDDEN, encoding="utf-8", newline="\n")
    return name


@pytest.mark.parametrize("plant", [refused_setting, refused_text])
def test_hidden_characters_of_the_schools_own_are_refused_at_the_start(
    tmp_path: Path, plant: Callable[[Path], str]
) -> None:
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    named = plant(home)
    with Terminal(python("run_kiosk.py", "run", "--home", str(home))) as terminal:
        assert terminal.wait_exit() == 1
        said = terminal.raw.decode("utf-8")
    assert FORBIDDEN.findall(said) == []
    assert named in said
    assert len(said.strip().splitlines()) == 1
