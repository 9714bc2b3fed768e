"""A home that version 0.1.0 made opens, verifies, and takes a visit and an approval."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from kiosk.app import AppOptions, KioskApp
from kiosk.cli.parser import main
from kiosk.demo.people import invented_id
from kiosk.testing.parent import Parent
from kiosk.testing.reviewer import Reviewer
from tests.builders.filled_school import CHOSEN, open_cheaply, settings_of
from tests.builders.school import STAFF_CHOSEN, TERMINAL
from tests.paths import ROOT

_MOTHER = ("林美玉", "媽媽", invented_id("H", 2, 8000002), "0922000002", "mother2@example.org")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    home = tmp_path / "home"
    with zipfile.ZipFile(ROOT / "tests/fixtures/home-0.1.0.zip") as archive:
        archive.extractall(home)
    home.chmod(0o700)
    (home / "kiosk.key").chmod(0o400)
    return home


def verified(home: Path, capsys: pytest.CaptureFixture[str]) -> bool:
    code = main(["audit", "verify", "--home", str(home)])
    return code == 0 and "稽核紀錄完整" in capsys.readouterr().out


async def test_it_opens_verifies_and_takes_a_visit_and_an_approval(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert verified(home, capsys)
    assert main(["doctor", "--home", str(home)]) == 0
    school = open_cheaply(settings_of(home))
    try:
        async with KioskApp(school.settings, school.clock, school).run_test(size=(100, 30)) as pilot:
            parent = Parent(pilot)
            await parent.sees("LoginScreen")
            await parent.logs_in("P120003", CHOSEN)
            await parent.confirms()
            await parent.opens("apply", "ConsentScreen")
            await parent.consents()
            await parent.chooses_mode()
            await parent.fills_in(*_MOTHER)
            await parent.sends()
            await parent.sees("ReceiptScreen")
        app = KioskApp(school.settings, school.clock, school, AppOptions(staff_only=True))
        async with app.run_test(size=(100, 30)) as pilot:
            reviewer = Reviewer(pilot)
            await reviewer.logs_in("REGISTRAR", STAFF_CHOSEN)
            await reviewer.opens_queue()
            for student_number in ("120002", "120003"):
                await reviewer.opens_application(student_number)
                await reviewer.receives_form()
                await reviewer.approves()
        assert school.sign_in.parent("applicant0@example.org", CHOSEN, TERMINAL).holder
    finally:
        school.close()
    assert verified(home, capsys)
