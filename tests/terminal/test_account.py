"""The guide's step 三 in a real terminal: from the approval to the sign-on, and each system's code off the screen."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import zxingcpp
from argon2 import PasswordHasher

from kiosk.clock import SystemClock
from kiosk.config.settings import load_settings
from kiosk.domain.application_form import ApplicantEntry
from kiosk.services.school import open_school
from kiosk.services.texts.city_systems import load_systems
from tests.builders.accounts import Families, invented_parent
from tests.terminal.harness import Terminal, python
from tests.terminal.photo import photograph

_PASSWORD = "Harbour7lights"
_SIZES = [(80, 24), (100, 30)]
_PARENTS = {size: invented_parent(40 + place) for place, size in enumerate(_SIZES)}
_F7, _DOWN, _ESCAPE = "\x1b[18~", "\x1b[B", "\x1b"
_LOGIN, _SIGN_ON, _HOME, _SYSTEMS = "登入帳號", "沒有「記住我」", "子女與綁定", "本服務站沒有替您開通"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("approved") / "home"
    school = open_school(load_settings(folder, environment={}), SystemClock(), PasswordHasher(1, 1024, 1))
    families = Families(school)
    for parent in _PARENTS.values():
        families.approved(parent)
    school.close()
    return folder


@pytest.fixture(params=_SIZES)
def terminal(request: pytest.FixtureRequest, home: Path) -> Iterator[Terminal]:
    with Terminal(python("run_kiosk.py", "run", "--home", str(home)), size=request.param) as opened:
        opened.wait_for(_LOGIN, 20)
        yield opened


def _signs_on(terminal: Terminal, account: str, password: str) -> None:
    terminal.does(_F7, _SIGN_ON)
    terminal.send(f"{account}\t{password}\r")


def test_from_the_approval_to_the_sign_on_and_to_every_system(terminal: Terminal) -> None:
    parent = _parent_of(terminal)
    first = parent.national_id[-6:]
    _signs_on(terminal, parent.email, first)
    terminal.wait_for("再輸入一次新密碼", 20)
    terminal.does(f"{_PASSWORD}\r{_PASSWORD}\r", _HOME, 20)
    assert "已開通" in terminal.text
    terminal.send("\r")
    for place, system in enumerate(load_systems(None).systems):
        terminal.wait_for(_SYSTEMS)
        terminal.send(_DOWN * place + "\r")
        terminal.wait_gone(_SYSTEMS)
        assert system.address is not None
        terminal.wait_for(system.address)
        _see_code(terminal, [system.address])
        terminal.send(_ESCAPE)
    terminal.wait_for(_SYSTEMS)
    terminal.does(_ESCAPE, _HOME)
    terminal.does(_ESCAPE, _LOGIN)
    _signs_on(terminal, parent.mobile, _PASSWORD)
    terminal.wait_for(_HOME, 20)
    shown = terminal.raw.decode("utf-8", "replace")
    assert [secret for secret in (parent.national_id, first, _PASSWORD) if secret in shown] == []


def _see_code(terminal: Terminal, wanted: list[str]) -> None:
    """Wait until a reader finds these codes, and no others, in a photograph of the screen."""

    def finds() -> bool:
        terminal.read()
        return [one.text for one in zxingcpp.read_barcodes(photograph(terminal.screen))] == wanted

    terminal.wait_until(finds, what=f"the codes {wanted}")


def _parent_of(terminal: Terminal) -> ApplicantEntry:
    """Each size has a parent of its own, who has never signed on."""
    return _PARENTS[terminal.screen.columns, terminal.screen.lines]
