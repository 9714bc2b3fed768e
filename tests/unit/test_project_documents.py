"""What the documents point at is there, and the staff's guide names what the screens name."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from kiosk.domain.application_status import TO_LOOK_AT, ApplicationState, ApprovalBlock, ReviewFlag
from kiosk.screens.review.labels import hold_in_short, remark_in_short
from kiosk.services.auth.staff_session import Role
from tests.paths import ROOT

DOCUMENTS = sorted([ROOT / "README.md", *(ROOT / "docs").glob("*.md")])
GUIDE = ROOT / "docs" / "staff.zh-TW.md"
_LINK = re.compile(r"\]\(([^)#:]+)(?:#[^)]*)?\)")


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_link_leads_somewhere(document: Path) -> None:
    targets = _LINK.findall(document.read_text(encoding="utf-8"))
    assert [target for target in targets if not (document.parent / target).exists()] == []


def test_every_picture_of_the_staffs_screens_is_shown_or_is_the_small_size_of_one_that_is() -> None:
    shown = {Path(target).name for target in _LINK.findall(GUIDE.read_text(encoding="utf-8"))}
    made = {path.name for path in (ROOT / "docs" / "pictures").glob("staff-*.png")}
    assert shown & made == {name for name in shown if name.endswith(".png")}
    assert {name.replace("80x24", "100x30") for name in made} <= made


def test_the_guide_explains_every_flag_state_and_role() -> None:
    guide = GUIDE.read_text(encoding="utf-8")
    words = [one.label for one in (*ApprovalBlock, *ReviewFlag, *ApplicationState, *Role)]
    rows = [f"| {hold_in_short(hold)} | {hold.label} |" for hold in ApprovalBlock]
    rows += [f"| {remark_in_short(remark)} | {remark.label} |" for remark in ReviewFlag if remark & TO_LOOK_AT]
    assert [word for word in words + rows if word not in guide] == []
