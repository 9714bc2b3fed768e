from __future__ import annotations

import hashlib
import re
from pathlib import Path

import pytest

from kiosk.services.texts.loader import (
    MAX_BYTES,
    SHIPPED_FOLDER,
    TextName,
    TextUnusable,
    incomplete_marks,
    load_consent,
    load_text,
)
from kiosk.services.texts.startup_check import check_own_texts

CONSENT = "版本: 115-1\n標題: 同意書\n\n[本文]\n第一段\n\n第二段\n[同意]\n要\n[不同意]\n不要\n[備註]\n註\n"
WARNING = "版本: 2\n標題: 警語\n\n本校的警語\n"


def _write(folder: Path, content: str | bytes, file: str = "warning.zh_TW.txt") -> None:
    folder.mkdir(exist_ok=True)
    (folder / file).write_bytes(content if isinstance(content, bytes) else content.encode())


@pytest.mark.parametrize("name", TextName)
def test_every_text_comes_with_the_kiosk(name: TextName) -> None:
    text = load_text(name, None)
    content = (SHIPPED_FOLDER / f"{name}.zh_TW.txt").read_bytes()
    assert text.sha256 == hashlib.sha256(content).hexdigest()
    assert text.language == "zh_TW"
    of_the_guide = not name.value.startswith(("mail_", "return_", "reject_", "carer_", "card_", "systems"))
    assert (text.version, text.name) == ("109.9.11" if of_the_guide else "115-1", name)
    assert text.title
    assert text.body


@pytest.mark.parametrize(
    ("name", "body"),
    [
        (
            TextName.CONSENT_INTRO,
            "為使家長與學校聯繫更加緊密，了解學生各項學習表現，建議您申辦親子帳號。請參考相關說明。",
        ),
        (
            TextName.WARNING,
            "【個人資料之填寫如有虛偽不實及故意冒用他人姓名等情形，經臺北市政府教育局查證後將刪除帳號，"
            "以致無法正常使用親師生相關E化服務，並應自行承擔全部法律責任。】",
        ),
        (
            TextName.DOCUMENTS,
            "為確保貴子女的權益，保障個人資訊安全，欲申辦帳號須提供證明文件，請按下列流程提交。",
        ),
        (
            TextName.EMAIL_NOTICE,
            "**電子郵件為親子綁定預設帳號及帳號審查開通之通知依據，請務必確認正確無誤。",
        ),
        (
            TextName.FEES_NOTICE,
            "但因本學期繳費四聯單以全面印製完畢，故本學期繳費單仍以紙本四聯單為主。\n\n"
            "確切線上繳費四聯單實施時間將於日後請學生將申請書攜回、請家長填寫並簽章後，"
            "由學校審核通過後方得開始正式使用。",
        ),
        (TextName.HELP_LINES, "虹橋資訊服務電話：04-2481-6807\n臺北市教育局服務窗口：1999#1233"),
    ],
)
def test_the_notices_are_the_guides_word_for_word(name: TextName, body: str) -> None:
    assert load_text(name, None).body == body
    assert load_text(name, None).version == "109.9.11"
    assert incomplete_marks(load_text(name, None)) == []


def test_the_shipped_consent_without_its_marks_is_the_guides_wording() -> None:
    consent = load_consent(None)
    plain = {part: re.sub("〔待學校補正[^〕]*〕", "", getattr(consent, part)) for part in ("body", "agree", "refuse")}
    assert consent.source.title == "臺北市校務行政系統親子關係綁定 個人資料蒐集、處理及利用同意書"
    assert plain["body"].startswith("親愛的家長及同學好：\n\n臺北市政府教育局（以下簡稱本局）為提供")
    assert plain["body"].count("臺北跨課雲") == 4
    assert "（一）臺北跨課雲（親師生學習整合平臺）：https://cooc.tp.edu.tw/\n" in plain["body"]
    assert "（五）高職校務行政系統：https://vschool.tp.edu.tw/\n" in plain["body"]
    assert "〔下列代號可於國家發展委員會生管法規查詢系統網站查詢〕\n\n\n\n資料，或嗣後要求刪除" in plain["body"]
    assert "\n、勾選不同意或未繳回此同意書者，將無法享有臺北聽課雲（" in plain["body"]
    assert plain["body"].count("您還付親子綁定服務") == 2
    assert plain["body"].endswith("據上，請擇一勾選以下選項：")
    assert plain["agree"] == ("本人同意提供本同意書所需個資以立即享有臺北聽課雲（親師生學習整合平臺）各項服務。")
    assert plain["refuse"] == (
        "本人不同意提供本同意書所需個資，且知悉未提供相關資料將無法獲得臺北聽課雲（親師生學習整合平臺）相關服務。"
    )
    assert consent.note.startswith("備註：依民法第1089條第1項及第1091條規定，")
    assert consent.note.endswith("或需由監護人同意。")


def test_every_garbled_spot_of_the_shipped_consent_is_marked() -> None:
    text = load_consent(None).source
    for spot in ("臺北跨課雲", "臺北聽課雲", "您還付親子綁定服務", "生管"):
        assert spot in text.body
        assert re.search(f"{spot}(?!〔待學校補正)", text.body) is None
    assert re.search("^、", text.body, re.MULTILINE) is None, "a lost item number is marked"
    assert len(incomplete_marks(text)) == 14
    assert any("缺漏" in mark for mark in incomplete_marks(text))


def test_a_finished_consent_has_no_marks(tmp_path: Path) -> None:
    _write(tmp_path, CONSENT, "consent.zh_TW.txt")
    consent = load_consent(tmp_path)
    assert incomplete_marks(consent.source) == []
    assert (consent.body, consent.agree, consent.refuse, consent.note) == ("第一段\n\n第二段", "要", "不要", "註")
    assert (consent.source.version, consent.source.title) == ("115-1", "同意書")


def test_a_mark_that_is_not_closed_or_stands_in_the_title_counts_too(tmp_path: Path) -> None:
    _write(tmp_path, "版本: 2\n標題: 警語〔待學校補正：標題〕\n\n甲〔待學校補正：未完\n乙〔待學校補正〕\n")
    marks = incomplete_marks(load_text(TextName.WARNING, tmp_path))
    assert marks == ["〔待學校補正：標題〕", "〔待學校補正：未完", "〔待學校補正〕"]


def test_the_schools_text_goes_before_the_shipped_one(tmp_path: Path) -> None:
    shipped = load_text(TextName.WARNING, tmp_path / "missing")
    _write(tmp_path, WARNING)
    own = load_text(TextName.WARNING, tmp_path)
    assert (own.version, own.body) == ("2", "本校的警語")
    assert own.sha256 == hashlib.sha256(WARNING.encode()).hexdigest()
    assert own.sha256 != shipped.sha256
    assert load_text(TextName.DOCUMENTS, tmp_path) == load_text(TextName.DOCUMENTS, None)


def test_the_language_shown_is_told(tmp_path: Path) -> None:
    _write(tmp_path, WARNING)
    assert load_text(TextName.WARNING, tmp_path, "en").language == "zh_TW"
    _write(tmp_path, "版本: 2\n標題: Warning\n\nIn English\n", "warning.en.txt")
    english = load_text(TextName.WARNING, tmp_path, "en")
    assert (english.language, english.body) == ("en", "In English")
    assert load_text(TextName.WARNING, tmp_path).body == "本校的警語"


def test_a_shipped_translation_never_replaces_the_schools_wording(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shipped, own = tmp_path / "shipped", tmp_path / "own"
    _write(shipped, "版本: 1\n標題: Warning\n\nshipped\n", "warning.en.txt")
    _write(own, WARNING)
    monkeypatch.setattr("kiosk.services.texts.loader.SHIPPED_FOLDER", shipped)
    assert load_text(TextName.WARNING, own, "en").body == "本校的警語"
    assert load_text(TextName.WARNING, None, "en").body == "shipped"


def test_byte_order_marks_crlf_and_wide_colons_are_accepted(tmp_path: Path) -> None:
    content = "\ufeff版本：2\r\n標題：警語  \r\n\r\n甲\r\n\r\n乙\r\n".encode()
    _write(tmp_path, content)
    text = load_text(TextName.WARNING, tmp_path)
    assert (text.version, text.title, text.body) == ("2", "警語", "甲\n\n乙")
    assert text.sha256 == hashlib.sha256(content).hexdigest()


BADLY_WRITTEN: dict[str, tuple[str | bytes, ...]] = {
    "兩行開頭": (
        *("", "版本: 2\n標題: 警語\n緊接的內容\n", "版本:\n標題: 警語\n\n甲\n", "標題: 警語\n版本: 2\n\n甲\n"),
        "版本 2\n標題: 警語\n\n甲\n",
    ),
    "沒有內容": ("版本: 2\n標題: 警語\n", "版本: 2\n標題: 警語\n\n \n"),
    "不是 UTF-8": (WARNING.encode("cp950"),),
    "超過 256 KB": (WARNING.encode() + "長".encode() * (MAX_BYTES // 3),),
    "控制字元或看不見的字元": tuple(
        f"{WARNING}甲{unsafe}乙"
        for unsafe in ("\x1b]52;c;eA==\x07", "\u009b2J", "\u202e", "\u200b", "\t", "\r", "\u2028")
    ),
}


@pytest.mark.parametrize(
    ("content", "message"), [(content, message) for message, contents in BADLY_WRITTEN.items() for content in contents]
)
def test_a_badly_written_file_is_refused_in_one_line(tmp_path: Path, content: str | bytes, message: str) -> None:
    _write(tmp_path, content)
    with pytest.raises(TextUnusable) as caught:
        load_text(TextName.WARNING, tmp_path)
    assert message in str(caught.value)
    assert "warning.zh_TW.txt" in str(caught.value)
    assert str(caught.value).isprintable()


def test_the_line_of_an_unsafe_character_is_told(tmp_path: Path) -> None:
    _write(tmp_path, WARNING + "甲\u202e乙")
    with pytest.raises(TextUnusable, match="第 5 行"):
        load_text(TextName.WARNING, tmp_path)


def test_a_text_that_is_a_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "warning.zh_TW.txt").mkdir()
    with pytest.raises(TextUnusable, match=r"^無法讀取文字檔 warning\.zh_TW\.txt："):
        load_text(TextName.WARNING, tmp_path)


def test_a_missing_text_is_told_in_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kiosk.services.texts.loader.SHIPPED_FOLDER", tmp_path)
    with pytest.raises(TextUnusable, match=r"^找不到文字檔 warning\.zh_TW\.txt。$"):
        load_text(TextName.WARNING, None)


@pytest.mark.parametrize(
    "consent",
    [
        CONSENT.replace("[同意]\n要\n", ""),
        CONSENT.replace("[備註]\n註\n", "[備註]\n"),
        CONSENT.replace("[同意]", "[不同意]"),
        CONSENT.replace("[本文]", "前言\n[本文]"),
        CONSENT + "[本文]\n又一次\n",
        CONSENT.replace("[同意]\n要\n[不同意]\n不要\n", "[不同意]\n不要\n[同意]\n要\n"),
    ],
)
def test_a_consent_that_lacks_a_part_is_refused(tmp_path: Path, consent: str) -> None:
    _write(tmp_path, consent, "consent.zh_TW.txt")
    with pytest.raises(TextUnusable) as caught:
        load_consent(tmp_path)
    assert "四段，每段都要有內容" in str(caught.value)
    assert str(caught.value).isprintable()


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
