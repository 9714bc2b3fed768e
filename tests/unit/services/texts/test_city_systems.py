"""選擇系統: the list, from a file that a school edits, and what it says of the guide's systems."""

from __future__ import annotations

from pathlib import Path

import pytest

from kiosk.services.texts.city_systems import MAX_ADDRESS_LENGTH, MAX_SYSTEMS, load_systems
from kiosk.services.texts.loader import TextUnusable
from kiosk.services.texts.startup_check import check_own_texts

_HEAD = "版本: 2\n標題: 系統\n\n說明\n\n"
_SYSTEM = "[{key}]\n名稱: 系統\n網址: https://x.tp.edu.tw/\n說明: 查成績\n"


def _write(folder: Path, content: str) -> None:
    (folder / "systems.zh_TW.txt").write_text(content, encoding="utf-8")


def test_every_system_of_the_guide_is_in_the_shipped_file_with_the_guides_address() -> None:
    assert {one.key: one.address for one in load_systems(None).systems} == {
        "epay": "http://epay.tp.edu.tw",
        "cooc": "https://cooc.tp.edu.tw/",
        "eschool": "https://eschool.tp.edu.tw/",
        "school": "https://school.tp.edu.tw/",
        "sschool": "https://sschool.tp.edu.tw/",
        "vschool": "https://vschool.tp.edu.tw/",
        "single_sign_on": "https://ldap.tp.edu.tw/login",  # not in the guide: see kiosk/text/README.md
    }


def test_the_shipped_text_says_what_the_school_does_next_and_claims_no_more() -> None:
    words = load_systems(None).introduction
    assert "學校把通過的綁定交給教育局，由教育局開通帳號" in words
    assert "本服務站沒有替您開通" in words


def test_the_schools_file_goes_first(tmp_path: Path) -> None:
    _write(tmp_path, _HEAD + _SYSTEM.format(key="grades") + "\n[other]\n名稱：另一個\n說明：做別的\n")
    found = load_systems(tmp_path)
    assert (found.introduction, found.source.version) == ("說明", "2")
    assert [(one.key, one.address) for one in found.systems] == [("grades", "https://x.tp.edu.tw/"), ("other", None)]
    check_own_texts(tmp_path)


@pytest.mark.parametrize(
    "content",
    [
        _HEAD,
        _HEAD.removesuffix("說明\n\n") + _SYSTEM.format(key="grades"),
        _HEAD + _SYSTEM.format(key="grades") * 2,
        _HEAD + _SYSTEM.format(key="grades").replace("說明: 查成績\n", ""),
        _HEAD + _SYSTEM.format(key="grades") + "電話: 1\n",
        _HEAD + _SYSTEM.format(key="grades").replace("查成績", "查" * 121),
        _HEAD + _SYSTEM.format(key="grades").replace("https://", "javascript:"),
        _HEAD + _SYSTEM.format(key="grades").replace("x.tp", "x 網.tp"),
        _HEAD + _SYSTEM.format(key="grades").replace("tw/", "tw/" + "a" * MAX_ADDRESS_LENGTH),
        _HEAD + "".join(_SYSTEM.format(key=f"grades{n}") for n in range(MAX_SYSTEMS + 1)),
    ],
)
def test_a_file_whose_systems_cannot_be_told_is_refused_in_one_line(tmp_path: Path, content: str) -> None:
    _write(tmp_path, content)
    with pytest.raises(TextUnusable) as refused:
        load_systems(tmp_path)
    assert "個系統" in str(refused.value)
    assert "\n" not in str(refused.value)
    with pytest.raises(TextUnusable):
        check_own_texts(tmp_path)
