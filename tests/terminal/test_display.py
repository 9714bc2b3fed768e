"""What is painted: texts from people are inert, and nothing is said to a clipboard (T04, T05, T07)."""

from __future__ import annotations

from tests.terminal.keys import BACKTAB, F7, click, drag
from tests.terminal.samples import assert_types_on, sample, typed

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
FORBIDDEN = ("\x1b]52", "\x9b", "\u202e", "\u2066", "\u200b", "\ufeff", "\u2060", "\x1b[2J", "\x07")


def test_texts_from_people_are_shown_as_they_are_and_do_nothing() -> None:
    texts = [*MARKUP, *(f"begin {text} end {name}" for name, text in HIDDEN.items())]
    with sample(*(part for text in texts for part in ("--text", text))) as terminal:
        for shown in (*MARKUP, *(f"end {name}" for name in HIDDEN)):
            terminal.wait_for(shown)
        for row in range(1, 25):
            terminal.send(click(2, row) + drag([(1, row), (9, row)]) + "\x03")
        assert_types_on(terminal, "clicked")
        for name, text in HIDDEN.items():
            terminal.send(text)
            assert_types_on(terminal, name)
        painted = terminal.raw.decode("utf-8")
        assert [forbidden for forbidden in FORBIDDEN if forbidden in painted] == []


def test_nothing_is_copied_from_one_visitor_to_the_next() -> None:
    with sample() as terminal:
        terminal.does("A123456789\t\tsecret-1", typed("A123456789", "", "secret-1"))
        copying = "\x1b[1;2H\x03\x18\x16"
        terminal.does(f"{copying}{BACKTAB * 2}{copying}{F7}\x16\t\x16\t\x16x", typed("", "", "x"))
        assert b"\x1b]52" not in terminal.raw
