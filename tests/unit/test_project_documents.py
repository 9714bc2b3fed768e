"""What the documents point at is there, and the staff's guide names what the screens name."""

from __future__ import annotations

import pkgutil
import re
from pathlib import Path

import pytest

from kiosk.cli.parser import parser
from kiosk.domain.application_status import NEEDS_REVIEW, ApplicationState, ApprovalBlock, ReviewFlag
from kiosk.screens.review.labels import block_in_short, flag_in_short
from kiosk.services.auth.staff_session import Role
from tests.paths import ROOT

DOCUMENTS = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md")), ROOT / "kiosk/text/README.md"]
GUIDE = ROOT / "docs" / "staff.zh-TW.md"
_NAMED = re.compile(r"`([\w./-]+)`")
_FOLDERS = ("kiosk", "db", "tests", "bench", "docs", "deploy")
_IN_A_HOME = {"kiosk.toml", "kiosk.key", "kiosk.db", "kiosk.log", "cupsd.conf", "manifest.csv"}
_MAKE = re.compile(r"(?:^|`|    )make ([a-z-]+)", re.MULTILINE)
_COMMAND = re.compile(r"python (?:run_kiosk\.py|-m kiosk) ([a-z|, -]+)")
_LINK = re.compile(r"\]\(([^)#:]+)(?:#[^)]*)?\)")


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_link_leads_somewhere(document: Path) -> None:
    targets = _LINK.findall(document.read_text(encoding="utf-8"))
    assert [target for target in targets if not (document.parent / target).exists()] == []


@pytest.fixture(scope="module")
def file_names() -> set[str]:
    listed = [path for folder in _FOLDERS for path in (ROOT / folder).rglob("*")]
    return {path.name for path in listed} | _IN_A_HOME


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_named_file_exists(document: Path, file_names: set[str]) -> None:
    named = _NAMED.findall(document.read_text(encoding="utf-8"))
    paths = [name for name in named if name.split("/")[0] in _FOLDERS and "/" in name]
    bare = [name for name in named if "/" not in name and re.fullmatch(r"[\w-]+\.(py|md|toml|png|service|ini)", name)]
    assert [name for name in paths if not (ROOT / name).exists()] == []
    assert [name for name in bare if name not in file_names and not (ROOT / name).exists()] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_named_module_and_class_exists(document: Path) -> None:
    for name in re.findall(r"`((?:kiosk|db)(?:\.\w+)+)`", document.read_text(encoding="utf-8")):
        if name not in _IN_A_HOME:
            pkgutil.resolve_name(name)


def test_every_named_command_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    text = "\n".join(document.read_text(encoding="utf-8") for document in DOCUMENTS)
    assert set(_MAKE.findall(text)) <= targets
    commands = parser()._subparsers._group_actions[0].choices  # type: ignore[union-attr]  # argparse keeps them there
    first = {words.split()[0].strip("|,") for words in _COMMAND.findall(text)}
    assert first
    assert first <= set(commands or ())


def test_every_picture_of_the_staffs_screens_is_shown_or_is_the_small_size_of_one_that_is() -> None:
    shown = {Path(target).name for target in _LINK.findall(GUIDE.read_text(encoding="utf-8"))}
    made = {path.name for path in (ROOT / "docs" / "pictures").glob("staff-*.png")}
    assert shown & made == {name for name in shown if name.endswith(".png")}
    assert {name.replace("80x24", "100x30") for name in made} <= made


def test_the_guide_explains_every_flag_state_and_role() -> None:
    guide = GUIDE.read_text(encoding="utf-8")
    words = [one.label for one in (*ApprovalBlock, *ReviewFlag, *ApplicationState, *Role)]
    rows = [f"| {block_in_short(hold)} | {hold.label} |" for hold in ApprovalBlock]
    rows += [f"| {flag_in_short(flag)} | {flag.label} |" for flag in ReviewFlag if flag & NEEDS_REVIEW]
    assert [word for word in words + rows if word not in guide] == []
