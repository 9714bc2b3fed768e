"""The items of the student card, from a file that a school edits."""

from __future__ import annotations

from pathlib import Path

import pytest

from kiosk.services.texts.card_services import MAX_ITEMS, load_card_services
from kiosk.services.texts.loader import TextUnusable

_HEAD = "版本: 2\n標題: 學生證\n\n說明\n\n"
_ITEM = "[{key}]\n名稱: 借書\n說明: 可以借書\n提供給: 圖書館\n資料：姓名\n"


def _write(folder: Path, content: str) -> None:
    (folder / "card_services.zh_TW.txt").write_text(content, encoding="utf-8")


def test_the_shipped_file_has_the_known_functions() -> None:
    services = load_card_services(None)
    assert services.source.title == "學生證多元功能開通服務"
    assert [item.key for item in services.items] == ["easycard", "library", "taipeipass", "attendance"]
    assert all(item.recipient and item.data and item.purpose for item in services.items)


def test_the_schools_file_goes_first(tmp_path: Path) -> None:
    _write(tmp_path, _HEAD + _ITEM.format(key="books") + "\n" + _ITEM.format(key="gym_2"))
    services = load_card_services(tmp_path)
    assert (services.introduction, services.source.version) == ("說明", "2")
    assert [(item.key, item.data) for item in services.items] == [("books", "姓名"), ("gym_2", "姓名")]


@pytest.mark.parametrize(
    "content",
    [
        _HEAD,
        _HEAD.removesuffix("說明\n\n") + _ITEM.format(key="books"),
        _HEAD + _ITEM.format(key="books") * 2,
        _HEAD + _ITEM.format(key="books").replace("資料：姓名\n", ""),
        _HEAD + _ITEM.format(key="books").replace("資料：", "名稱："),
        _HEAD + _ITEM.format(key="books") + "電話: 1\n",
        _HEAD + _ITEM.format(key="books").replace("姓名", "名" * 121),
        _HEAD + "".join(_ITEM.format(key=f"books{n}") for n in range(MAX_ITEMS + 1)),
    ],
)
def test_a_file_whose_items_cannot_be_told_is_refused_in_one_line(tmp_path: Path, content: str) -> None:
    _write(tmp_path, content)
    with pytest.raises(TextUnusable) as refused:
        load_card_services(tmp_path)
    assert "個項目" in str(refused.value)
    assert "\n" not in str(refused.value)
