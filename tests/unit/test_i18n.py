from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from kiosk import i18n
from kiosk.i18n import _, available_languages, current_language, use_language
from tests.paths import ROOT


@pytest.fixture(autouse=True)
def _source_language_afterwards() -> Iterator[None]:
    yield
    use_language(i18n.SOURCE_LANGUAGE)


@pytest.fixture
def locale(tmp_path: Path) -> Path:
    """A folder with an English catalogue of one message, and a language without a catalogue."""
    catalogue = Catalog(locale="en")
    catalogue.add("送出", "Send")
    compiled = BytesIO()
    write_mo(compiled, catalogue)
    folder = tmp_path / "en" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    (folder / "kiosk.mo").write_bytes(compiled.getvalue())
    (tmp_path / "fr" / "LC_MESSAGES").mkdir(parents=True)
    return tmp_path


def test_the_source_language_needs_no_catalogue() -> None:
    assert current_language() == "zh_TW"
    assert _("送出") == "送出"


def test_the_language_is_looked_up_when_the_message_is_shown(locale: Path) -> None:
    use_language("en", folder=locale)
    assert current_language() == "en"
    assert _("送出") == "Send"
    use_language("zh_TW", folder=locale)
    assert _("送出") == "送出"


def test_a_message_without_translation_stays_chinese(locale: Path) -> None:
    use_language("en", folder=locale)
    assert _("返回") == "返回"


def test_the_empty_message_does_not_show_the_catalogues_header(locale: Path) -> None:
    use_language("en", folder=locale)
    assert _("") == ""


@pytest.mark.parametrize("language", ["fr", "xx", "", "../en"])
def test_a_language_without_catalogue_is_refused_and_changes_nothing(locale: Path, language: str) -> None:
    use_language("en", folder=locale)
    with pytest.raises(i18n.UnknownLanguage):
        use_language(language, folder=locale)
    assert current_language() == "en"
    assert _("送出") == "Send"


def test_only_languages_with_a_catalogue_are_listed(locale: Path) -> None:
    assert available_languages(folder=locale) == ("zh_TW", "en")


def test_chinese_alone_is_listed_where_there_is_no_catalogue(tmp_path: Path) -> None:
    assert available_languages(folder=tmp_path / "nothing") == ("zh_TW",)


def test_importing_loads_no_gettext() -> None:
    code = "import sys, kiosk.i18n; print('gettext' in sys.modules)"
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "False"


def test_no_message_stands_within_an_f_string() -> None:
    """Babel finds such a message from Python 3.12 on only, so it would have no translation."""
    within = [
        f"{file.relative_to(ROOT)}:{call.lineno}"
        for file in (ROOT / "kiosk").rglob("*.py")
        for text in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(text, ast.JoinedStr)
        for call in ast.walk(text)
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in ("_", "N_")
    ]
    assert within == []


def test_the_template_of_the_catalogues_is_current() -> None:
    root = ROOT
    found = {message for _file, _line, message, *_rest in extract_from_dir(root / "kiosk")}
    template = read_po((root / "kiosk/locale/kiosk.pot").open("rb"))
    assert {message.id for message in template if message.id} == found, "run `make messages`"
