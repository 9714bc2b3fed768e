"""``card``: list and export; and the doctor on a file that cannot be used."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from kiosk.config.settings import load_settings
from kiosk.demo.seed import demo_logins
from kiosk.services.texts.card_services import load_card_services
from tests.builders.filled_school import open_cheaply
from tests.unit.cli.conftest import Command


@pytest.fixture(autouse=True)
def _a_family_answers(demo_home: Path) -> None:
    school = open_cheaply(load_settings(demo_home, environment={}))
    login = demo_logins()[1]
    services = load_card_services(None)
    visitor = school.sign_in.student(login.account, login.password, "test").visitor
    school.card.answer(visitor, services, {item.key: item.key == "library" for item in services.items})
    school.close()


def test_answers_are_listed_and_exported(tmp_path: Path, command: Command) -> None:
    assert "市立圖書館借書證　（申請書未列印）\n" in command.prints("card", "list")
    assert json.loads(command.prints("card", "list", "--json", "--class", "資二智")) == []
    file = tmp_path / "card.csv"
    command.prints("card", "export", str(file))
    assert file.read_bytes().startswith(b"\xef\xbb\xbf")
    assert file.stat().st_mode & 0o777 == 0o600
    with file.open(encoding="utf-8-sig", newline="") as opened:
        heading, of_the_demo, cells = csv.reader(opened)
    assert "110103" in of_the_demo
    assert dict(zip(heading, cells, strict=True))["市立圖書館借書證"] == "開通"
    command.refuses("card", "export", str(file))
    command.refuses("card", "export", str(tmp_path / "nowhere" / "card.csv"))


def test_the_doctor_names_a_file_whose_items_cannot_be_told(home: Path, command: Command) -> None:
    folder = home / "text"
    folder.mkdir()
    (folder / "card_services.zh_TW.txt").write_text("版本: 1\n標題: 卡\n\n沒有項目\n", encoding="utf-8")
    assert "card_services.zh_TW.txt 必須先有一段說明" in command("doctor")[1]
