"""Every rule against any text: quick, total, and silent about what it was given (T37).

The rules are found by looking through the package, so that a new one is under the same promises from its first day.
"""

from __future__ import annotations

import contextlib
import importlib
import inspect
import pkgutil
import time
from collections.abc import Callable, Collection
from datetime import date
from types import UnionType
from typing import Any, get_type_hints

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import kiosk.rules
from kiosk.rules.accounts import InvalidAccount
from kiosk.rules.application_numbers import InvalidNumber
from kiosk.rules.contact import InvalidEmail, InvalidMobile
from kiosk.rules.identity import InvalidIdentity
from kiosk.rules.names import InvalidName
from kiosk.rules.passwords import STAFF_RULE, PasswordRule
from kiosk.rules.roc_dates import InvalidDate

_MAX_LENGTH = 100_000
_MAX_SECONDS = 0.010
_MAX_TRIES = 5
_MAX_GROWTH = 30
"""How much longer ten times the text may take; a quadratic rule takes a hundred times as long."""
_LINE_CELLS = 76
_DOMAIN_ERRORS = (InvalidIdentity, InvalidMobile, InvalidEmail, InvalidName, InvalidDate, InvalidNumber, InvalidAccount)
_EXAMPLES, _LONG_EXAMPLES = 200, 5_000

_HOSTILE = {
    "letters": "a",
    "upper": "A",
    "digits": "1",
    "full-width digits": "９",
    "Chinese": "王",
    "Ext-B": "𠮷",
    "NFKC makes eighteen of one": "\ufdfa",
    "combining marks": "\u0301",
    "marks to be reordered": "\u0301\u0323",
    "marks on Chinese": "王\u0301",
    "blanks": " ",
    "full-width blanks": "\u3000",
    "words": "abc ",
    "commas": "、",
    "opening signs": "（",
    "dots": ".",
    "at signs": "@",
    "an address": "a@",
    "dashes": "-",
    "zero width": "\u200b",
    "zero width between": "王\u200b",
    "variation selectors": "王\U000e0100",
    "tags": "\U000e0041",
    "private use": "\ue000",
    "lost characters": "?",
    "line ends": "\n",
    "NUL": "\0",
    "surrogates": "\ud800",
    "emoji": "😀",
    "two kinds": "王a",
    "consent": "為使家長與學校聯繫更加緊密（請參考 https://cooc.tp.edu.tw/ ），相關說明。",
    "passwords": "qwe123",
    "numbers": "A123456789",
    "dates": "109年9月11日",
}

_OF_NO_TEXT = {"strokes"}
"""Rules about drawings, whose points are counted before anything is done with them."""


def _rules() -> dict[str, Callable[..., object]]:
    """Every public function of every module of the rules, by its name."""
    found: dict[str, Callable[..., object]] = {}
    for module_info in pkgutil.walk_packages(kiosk.rules.__path__, "kiosk.rules."):
        module = importlib.import_module(module_info.name)
        short = module_info.name.removeprefix("kiosk.rules.")
        if short in _OF_NO_TEXT:
            continue
        for name, function in inspect.getmembers(module, inspect.isfunction):
            if function.__module__ == module_info.name and not name.startswith("_"):
                found[f"{short}.{name}"] = function
    return found


_RULES = _rules()
_OTHERS: dict[object, object] = {date: date(2026, 11, 24), int: _LINE_CELLS, PasswordRule: STAFF_RULE}
_NORMALISERS = [
    *("accounts.normalise_account", "contact.normalise_email", "contact.parse_email", "contact.parse_mobile"),
    *(
        "identity.normalise_id",
        "names.parse_name",
        "text_safety.compact",
        "text_safety.half_width",
        "text_safety.remove_unsafe_chars",
    ),
]


def _arguments(rule: Callable[..., object], text: str) -> dict[str, object]:
    """Arguments for a rule, the text wherever it takes one."""
    hints = get_type_hints(rule)
    arguments: dict[str, object] = {}
    for name in inspect.signature(rule).parameters:
        if hints[name] is str:
            arguments[name] = text
        elif hints[name] == Collection[str]:
            arguments[name] = [text, text[::-1]]
        else:
            arguments[name] = _OTHERS[hints[name]]
    return arguments


def _takes_text(rule: Callable[..., object]) -> bool:
    hints = get_type_hints(rule)
    return any(hints[name] is str for name in inspect.signature(rule).parameters)


_TEXT_RULES = sorted(name for name, rule in _RULES.items() if _takes_text(rule))


def _call(name: str, text: str) -> object:
    """What a rule answers; its own refusals are an answer."""
    rule = _RULES[name]
    try:
        return rule(**_arguments(rule, text))
    except _DOMAIN_ERRORS as refused:
        return refused


def _is_of(value: object, hint: Any) -> bool:
    """Whether a value is of an annotated type."""
    if isinstance(hint, UnionType):
        return any(_is_of(value, part) for part in hint.__args__)
    if getattr(hint, "__origin__", None) in (list, tuple):
        return isinstance(value, hint.__origin__)
    return isinstance(value, hint)


def test_the_rules_are_found() -> None:
    modules = {name.split(".")[0] for name in _RULES}
    assert {"accounts", "application_numbers", "contact", "identity", "line_breaks"} <= modules
    assert {"names", "passwords", "roc_dates", "text_safety"} <= modules
    assert set(_NORMALISERS) <= set(_TEXT_RULES)
    assert len(_TEXT_RULES) >= 28


def _seconds(rule: Callable[..., object], piece: str, length: int) -> float:
    """The processor time of one call."""
    arguments = _arguments(rule, (piece * (length // len(piece) + 1))[:length])
    began = time.process_time()
    with contextlib.suppress(*_DOMAIN_ERRORS):
        rule(**arguments)
    return time.process_time() - began


def _is_quick(rule: Callable[..., object], piece: str) -> bool:
    seconds = _seconds(rule, piece, _MAX_LENGTH)
    return seconds < _MAX_SECONDS or seconds < _MAX_GROWTH * _seconds(rule, piece, _MAX_LENGTH // 10)


@pytest.mark.parametrize("name", sorted(_RULES))
def test_a_hundred_thousand_characters_take_no_more_than_their_number(name: str) -> None:
    """Ten milliseconds, or on a slow machine at most in proportion to a tenth of the text."""
    rule = _RULES[name]
    slow = {kind for kind, piece in _HOSTILE.items() if not any(_is_quick(rule, piece) for _ in range(_MAX_TRIES))}
    assert slow == set()


@pytest.mark.parametrize("length", [64, 128, 320, 512])
@pytest.mark.parametrize("name", sorted(_RULES))
def test_the_longest_text_of_a_field_takes_ten_milliseconds(name: str, length: int) -> None:
    """At these lengths a rule does its whole work; a sound one needs a hundredth of the limit."""
    rule = _RULES[name]
    slow = {
        kind
        for kind, piece in _HOSTILE.items()
        if not any(_seconds(rule, piece, length) < _MAX_SECONDS for _ in range(_MAX_TRIES))
    }
    assert slow == set()


def _check(name: str, text: str) -> None:
    answer = _call(name, text)
    if isinstance(answer, _DOMAIN_ERRORS):
        assert str(answer) == answer.fault.name
        assert type(answer.fault).__name__.endswith("Fault")
        assert answer.args == (answer.fault.name,)
        assert answer.__cause__ is None
        assert answer.__context__ is None or answer.__suppress_context__
        return
    assert _is_of(answer, get_type_hints(_RULES[name])["return"])
    if name in _NORMALISERS:
        assert isinstance(answer, str)
        assert _call(name, answer) == answer


_any_text = (
    st.text(max_size=200)
    | st.text(alphabet=st.characters(), max_size=40)
    | st.text(alphabet="AaＡ1１９09@＠.。．,，-－ 　王明〇?\u0301\u200b\ufe0f年月日/民國gmailcom+", max_size=40)
    | st.from_regex(r"[A-Z][A-D1289][0-9]{8}|09[0-9]{8}|[a-z]{1,9}@[a-z]{1,9}\.com|[0-9]{2,4}/[0-9]{1,2}/[0-9]{1,2}")
    | st.builds(lambda piece, times: piece * times, st.text(min_size=1, max_size=5), st.integers(1, 300))
)
_relaxed = [HealthCheck.too_slow, HealthCheck.data_too_large]


@pytest.mark.parametrize("name", _TEXT_RULES)
@settings(max_examples=_EXAMPLES, deadline=None, suppress_health_check=_relaxed)
@given(text=_any_text)
def test_any_text_is_answered_or_refused(name: str, text: str) -> None:
    _check(name, text)


@pytest.mark.long
@pytest.mark.parametrize("name", _TEXT_RULES)
@settings(max_examples=_LONG_EXAMPLES, deadline=None, suppress_health_check=_relaxed)
@given(text=_any_text)
def test_five_thousand_texts_are_answered_or_refused(name: str, text: str) -> None:
    _check(name, text)


@pytest.mark.parametrize("name", _TEXT_RULES)
def test_no_refusal_tells_what_was_typed(name: str) -> None:
    for text in ("A123456788", "flower.pot@gmail", "0212345678", "王1小明", "2999-01-01", "115-000-1234-x"):
        answer = _call(name, text)
        if isinstance(answer, _DOMAIN_ERRORS):
            assert text not in repr(answer) + str(answer)
