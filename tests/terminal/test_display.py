"""What is painted: texts from people are inert, and nothing is said to a clipboard (T04, T05, T07)."""

from __future__ import annotations

import pytest

from tests.terminal.samples import F7, assert_types_on, sample, typed

MARKUP = [
    "[@click=app.quit]quit[/]",
    "王[/]小明",
    "王[/小明",
    "[link=https://example.org]x[/link]",
    "[bold red]",
    "[",
    "$(id)",
]
HIDDEN = {
    "OSC 52": "a\x1b]52;c;QQ==\x07b",
    "C1 CSI": "a\x9b31mb",
    "bidi": "a\u202eb\u2066c",
    "zero width": "a\u200bb\ufeffc\u2060",
    "clear screen": "a\x1b[2Jb",
    "bell": "a\x07b",
}


def test_markup_in_texts_is_shown_as_it_is() -> None:
    arguments = [part for text in MARKUP for part in ("--text", text)]
    with sample(*arguments) as terminal:
        for text in MARKUP:
            terminal.wait_for(text)
        for row in range(1, 24):
            terminal.send(f"\x1b[<0;2;{row}M\x1b[<0;2;{row}m")
        assert_types_on(terminal)


@pytest.mark.parametrize("text", HIDDEN.values(), ids=HIDDEN.keys())
def test_hidden_characters_never_reach_the_terminal(text: str) -> None:
    with sample("--text", f"begin {text} end") as terminal:
        terminal.wait_for("end")
        terminal.send(text)
        assert_types_on(terminal)
        painted = terminal.raw.decode("utf-8")
        for forbidden in ("\x1b]52", "\x9b", "\u202e", "\u2066", "\u200b", "\ufeff", "\u2060", "\x1b[2J", "\x07"):
            assert forbidden not in painted


def test_nothing_is_copied_from_one_visitor_to_the_next() -> None:
    with sample() as terminal:
        terminal.does("A123456789\t\tsecret-1", typed("A123456789", "", "secret-1"))
        copying = "\x1b[1;2H\x03\x18\x16"
        terminal.does(f"{copying}\x1b[Z\x1b[Z{copying}{F7}\x16\t\x16\t\x16x", typed("", "", "x"))
        assert b"\x1b]52" not in terminal.raw


def test_a_drag_over_a_text_copies_nothing() -> None:
    with sample("--text", "personal data") as terminal:
        row = terminal.text.splitlines().index("personal data") + 1
        terminal.send(f"\x1b[<0;1;{row}M\x1b[<32;9;{row}M\x1b[<0;9;{row}m\x03")
        assert_types_on(terminal)
        assert b"\x1b]52" not in terminal.raw
