"""The items of the student card and of 選擇系統, from files that a school edits."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from kiosk.services.texts.card_services import MAX_ITEMS, load_card_services
from kiosk.services.texts.city_systems import MAX_ADDRESS_LENGTH, MAX_SYSTEMS, load_systems
from kiosk.services.texts.loader import TextUnusable
from kiosk.services.texts.startup_check import check_own_texts

_HEAD = "版本: 2\n標題: 清單\n\n說明\n\n"


@dataclass(frozen=True)
class _List:
    """A file of items, what loads it, one of its items, and how a refusal counts them."""

    file: str
    load: Callable[[Path | None], object]
    most: int
    item: str
    words: str

    def write(self, folder: Path, content: str) -> None:
        (folder / self.file).write_text(content, encoding="utf-8")

    def of(self, *keys: str) -> str:
        return _HEAD + "\n".join(self.item.format(key=key) for key in keys)


_CARD = _List(
    "card_services.zh_TW.txt", load_card_services, MAX_ITEMS,
    "[{key}]\n名稱: 借書\n說明: 可以借書\n提供給: 圖書館\n資料：姓名\n",
    "個項目",
)  # fmt: skip
_SYSTEMS = _List(
    "systems.zh_TW.txt", load_systems, MAX_SYSTEMS,
    "[{key}]\n名稱: 系統\n網址: https://x.tp.edu.tw/\n說明: 查成績\n",
    "個系統",
)  # fmt: skip


def test_the_shipped_card_file_has_the_known_functions() -> None:
    services = load_card_services(None)
    assert services.source.title == "學生證多元功能開通服務"
    assert [item.key for item in services.items] == ["easycard", "library", "taipeipass", "attendance"]
    assert all(item.recipient and item.data and item.purpose for item in services.items)


def test_the_shipped_systems_are_the_guides_with_their_addresses() -> None:
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


def test_a_schools_own_files_replace_the_shipped_ones(tmp_path: Path) -> None:
    _CARD.write(tmp_path, _CARD.of("books", "gym_2"))
    services = load_card_services(tmp_path)
    assert (services.introduction, services.source.version) == ("說明", "2")
    assert [(item.key, item.data) for item in services.items] == [("books", "姓名"), ("gym_2", "姓名")]
    _SYSTEMS.write(tmp_path, _SYSTEMS.of("grades") + "\n[other]\n名稱：另一個\n說明：做別的\n")
    found = load_systems(tmp_path)
    assert (found.introduction, found.source.version) == ("說明", "2")
    assert [(one.key, one.address) for one in found.systems] == [("grades", "https://x.tp.edu.tw/"), ("other", None)]
    check_own_texts(tmp_path)


@pytest.mark.parametrize(
    ("items", "content"),
    [
        *(
            pytest.param(items, content, id=f"{items.file} {place}")
            for items in (_CARD, _SYSTEMS)
            for place, content in enumerate(
                (
                    _HEAD,
                    items.of("books").replace("說明\n\n", "", 1),
                    items.of("books") + items.item.format(key="books"),
                    items.of("books") + "電話: 1\n",
                    items.of(*(f"books{n}" for n in range(items.most + 1))),
                )
            )
        ),
        (_CARD, _CARD.of("books").replace("資料：姓名\n", "")),
        (_CARD, _CARD.of("books").replace("資料：", "名稱：")),
        (_CARD, _CARD.of("books").replace("姓名", "名" * 121)),
        (_SYSTEMS, _SYSTEMS.of("grades").replace("說明: 查成績\n", "")),
        (_SYSTEMS, _SYSTEMS.of("grades").replace("查成績", "查" * 121)),
        (_SYSTEMS, _SYSTEMS.of("grades").replace("https://", "javascript:")),
        (_SYSTEMS, _SYSTEMS.of("grades").replace("x.tp", "x 網.tp")),
        (_SYSTEMS, _SYSTEMS.of("grades").replace("tw/", "tw/" + "a" * MAX_ADDRESS_LENGTH)),
    ],
)
def test_unusable_items_are_refused_in_one_line(tmp_path: Path, items: _List, content: str) -> None:
    items.write(tmp_path, content)
    with pytest.raises(TextUnusable) as refused:
        items.load(tmp_path)
    assert items.words in str(refused.value)
    assert "\n" not in str(refused.value)
    if items is _SYSTEMS:
        with pytest.raises(TextUnusable):
            check_own_texts(tmp_path)
