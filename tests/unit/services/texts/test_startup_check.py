"""The check of a school's own texts at the start."""

from __future__ import annotations

from pathlib import Path

import pytest

from kiosk.services.texts.loader import SHIPPED_FOLDER, TextName, TextUnusable
from kiosk.services.texts.startup_check import check_own_texts


@pytest.mark.parametrize("name", TextName)
def test_a_schools_texts_are_all_read_at_the_start(tmp_path: Path, name: TextName) -> None:
    check_own_texts(tmp_path / "none")
    check_own_texts(tmp_path)
    file = tmp_path / f"{name.value}.zh_TW.txt"
    shipped = (SHIPPED_FOLDER / file.name).read_text(encoding="utf-8")
    file.write_text(shipped, encoding="utf-8")
    check_own_texts(tmp_path)
    file.write_text(shipped + "\x1b]52;c;QQ==\x07", encoding="utf-8")
    with pytest.raises(TextUnusable, match=file.name):
        check_own_texts(tmp_path)


def test_a_schools_consent_without_its_parts_is_found_at_the_start(tmp_path: Path) -> None:
    shipped = (SHIPPED_FOLDER / "consent.zh_TW.txt").read_text(encoding="utf-8")
    (tmp_path / "consent.zh_TW.txt").write_text(shipped.partition("[備註]")[0], encoding="utf-8")
    with pytest.raises(TextUnusable, match="四段"):
        check_own_texts(tmp_path)
