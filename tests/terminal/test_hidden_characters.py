"""T04: what hides in anything on file reaches no terminal, from no screen of a parent's visit."""

from __future__ import annotations

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
from tests.terminal.walker import BACKTAB, ENTER, ESCAPE, LOGIN, MARKS, PAGE_DOWN, PASSWORD, TAB

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


def login(terminal: Terminal, child: int, password: str = PASSWORD) -> None:
    walker.wait_for_empty_login(terminal)
    terminal.send(f"P{walker.number_of(child)}{TAB}{password}{ENTER}")


def walk_past_every_screen(terminal: Terminal, walk: int = 0) -> None:
    """One visit after the other, in one process; each walk takes a child whose first visit it is."""
    go_through_a_first_visit(terminal, walk)
    look_at_what_was_answered(terminal)
    look_at_the_paper(terminal)
    ask_for_a_draft(terminal, walk)
    come_as_an_adult(terminal)
    look_at_a_kept_report(terminal)


def go_through_a_first_visit(terminal: Terminal, walk: int) -> None:
    child = walker.child_for("change", walk)
    login(terminal, child, walker.first_id_of(child))
    terminal.wait_for(MARKS["change"], 20)
    terminal.does(f"{PASSWORD}{ENTER}{PASSWORD}{ENTER}", MARKS["hub"], 20)
    terminal.does(ENTER, MARKS["confirm"])
    terminal.does(ENTER + ENTER, "已確認")
    terminal.does(ENTER, MARKS["consent"])
    walker.read_to_the_end(terminal)
    terminal.send(f"{TAB}{ENTER}{ENTER}")
    for question in ("mode", "basis"):
        terminal.wait_for(MARKS[question])
        terminal.send(ENTER)
    terminal.wait_for(MARKS["form"])
    mother = walker.applicant(701 + walk)
    entries = (mother.name, mother.relation, *(mother.national_id,) * 2, mother.mobile, *(mother.email,) * 2)
    terminal.does("".join(f"{entry}{ENTER}" for entry in entries), MARKS["read_back"])
    terminal.does(ENTER, "目前無法寄信")
    terminal.does(TAB * 3 + ENTER, MARKS["receipt"])
    terminal.send(TAB + ENTER)
    login(terminal, walker.child_for("ask_id", walk))
    terminal.wait_for(MARKS["hub"], 20)
    terminal.does(ESCAPE, LOGIN)


def look_at_what_was_answered(terminal: Terminal) -> None:
    login(terminal, ANSWERED)
    terminal.wait_for("註冊組已處理", 20)
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
    login(terminal, ANSWERED)
    terminal.wait_for("註冊組已處理", 20)
    terminal.does(BACKTAB + ENTER, "未列印")
    terminal.does(BACKTAB + ENTER, "簽好了")
    terminal.does(ESCAPE, "未列印")
    terminal.does(ESCAPE, "註冊組已處理")
    terminal.does(BACKTAB * 2 + ENTER, "資料提供給")
    terminal.does(ESCAPE, "註冊組已處理")
    terminal.does(ESCAPE, LOGIN)


def ask_for_a_draft(terminal: Terminal, walk: int) -> None:
    walker.walk(terminal, "ask_id", walk)
    terminal.does(f"{walker.draft_owner(walker.child_for('ask_id', walk)).national_id}{ENTER}", MARKS["form"])
    terminal.does(PAGE_DOWN * 2, "再填一次電子郵件")
    terminal.does(ESCAPE, MARKS["hub"])
    terminal.does(ESCAPE, LOGIN)


def come_as_an_adult(terminal: Terminal) -> None:
    login(terminal, ADULT)
    terminal.wait_for(MARKS["hub"], 20)
    terminal.does(ENTER, "現在操作的是哪一位")
    terminal.does(TAB + ENTER, "學生本人的身分證字號")
    terminal.does(ESCAPE, "現在操作的是哪一位")
    terminal.does(ESCAPE, MARKS["hub"])
    terminal.does(ESCAPE, LOGIN)


def look_at_a_kept_report(terminal: Terminal) -> None:
    login(terminal, HALF_REPORTED)
    terminal.wait_for(MARKS["hub"], 20)
    terminal.does(BACKTAB + ENTER, MARKS["report"])
    terminal.does(ESCAPE, MARKS["hub"])


def test_every_screen_of_a_visit_is_walked_past() -> None:
    modules = (kiosk.screens.base.login, kiosk.screens.base.notice, kiosk.screens.base.ask_id)
    screens = screens_of(kiosk.screens.family).union(*map(screens_in, modules))
    assert screens == SEEN_ON_THE_WALK


def test_hidden_characters_on_file_reach_no_terminal(planted_home: Path) -> None:
    with walker.kiosk(planted_home) as terminal:
        walk_past_every_screen(terminal)
        terminal.does(ESCAPE, LOGIN)
        terminal.does("typed" + HIDDEN.replace("\x1b", "").replace("\x9b", ""), "typed")
        painted = terminal.raw.decode("utf-8")
        assert FORBIDDEN.findall(painted) == []


class UnfilteredTerminal(Terminal):
    """Shows what the hidden characters stand beside, as if they had done nothing."""

    def shown(self, text: str) -> str:
        return FORBIDDEN.sub("", text)


@pytest.mark.long
def test_without_the_filter_every_field_would_bring_them(planted_home: Path) -> None:
    """The negative control: the walk shows each of these fields, and only the filter keeps its characters back."""
    command = python("-m", "tests.terminal.sabotaged_kiosk", str(planted_home), "filter")
    with UnfilteredTerminal(command) as terminal:
        terminal.wait_for(LOGIN, 30)
        walk_past_every_screen(terminal, 1)
        painted = terminal.raw.decode("utf-8")
        assert {field for field in SHOWN if tag(field) not in painted} == set()


def test_hidden_characters_in_the_settings_are_refused_at_the_start(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    escaped = "".join(f"\\u{ord(character):04x}" for character in HIDDEN)
    (home / "kiosk.toml").write_text(f'school_name = "松山{escaped}工農"\n', encoding="utf-8")
    assert_refused_in_one_line(home, "school_name")


def test_hidden_characters_in_a_schools_text_are_refused_at_the_start(tmp_path: Path) -> None:
    """Each text is tried in tests/unit/services/texts/test_loader.py."""
    home = tmp_path / "home"
    (home / "text").mkdir(mode=0o700, parents=True)
    home.chmod(0o700)
    shipped = (SHIPPED_FOLDER / "consent.zh_TW.txt").read_text(encoding="utf-8")
    (home / "text" / "consent.zh_TW.txt").write_text(shipped + HIDDEN, encoding="utf-8", newline="\n")
    assert_refused_in_one_line(home, "consent.zh_TW.txt")


def assert_refused_in_one_line(home: Path, names: str) -> None:
    with Terminal(python("run_kiosk.py", "run", "--home", str(home))) as terminal:
        assert terminal.wait_exit(20) == 1
        said = terminal.raw.decode("utf-8")
        assert FORBIDDEN.findall(said) == []
        assert names in said
        assert len(said.strip().splitlines()) == 1
