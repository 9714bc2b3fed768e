"""T04 on the parent account's screens: no hidden character on file and no password reaches the terminal."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import zxingcpp

from kiosk.demo.parent_accounts import demo_account_logins
from kiosk.services.texts.city_systems import load_systems
from tests.pilot.account_walker import SCREENS
from tests.terminal.harness import Terminal
from tests.terminal.hidden_characters import assert_nothing_hidden_was_painted
from tests.terminal.keys import ENTER, ESCAPE, F7, PAGE_DOWN, TAB
from tests.terminal.photo import photograph
from tests.terminal.walker import LOGIN, PASSWORD, kiosk

_HOME = "子女與綁定"
_ITEMS = ("systems", "fees", "contact", "bindings", "carers", "consents", "data")
_ON_ITEMS = {
    "systems": "本服務站沒有替您開通",
    "fees": "紙本四聯單為準",
    "contact": "前三項都可以當帳號",
    "bindings": "要再綁定須重新申請",
    "carers": "只看得到您勾選的項目",
    "consents": "SHA-256",
    "data": "請留意旁人",
}
"""What stands on each item's first screen and on no other."""

_BEHIND = {
    "systems": [("system", ENTER, "網址：")],
    "contact": [
        ("account", ENTER, "代替電子郵件"),
        ("mobile", f"{TAB}{ENTER}", "09 開頭的 10 個數字"),
        ("email", f"{TAB * 2}{ENTER}", "輸入正確才會更改"),
        ("present_password", f"{TAB * 3}{ENTER}", "先輸入現在的密碼"),
    ],
    "bindings": [("end", f"{TAB}{ENTER}", "最後一位子女")],
    "carers": [("grant", ENTER, "當天也算")],
    "data": [("delete", f"{TAB}{ENTER}", "依個人資料保護法")],
}
"""The screens behind it: the keys that lead there, and what stands on them."""


def _tour(terminal: Terminal) -> Iterator[str]:
    """Go through every screen of the account; gives the name of each once it stands there."""
    with_carer, first, _carer = demo_account_logins()

    does = terminal.does

    does(F7, "沒有「記住我」")
    yield "login"
    does(f"{TAB * 3}{ENTER}", "寄驗證碼")
    yield "recovery"
    does(f"劉小花{ENTER}A123456789{ENTER}", "沒有收到信")
    yield "recovery_code"
    does(ESCAPE, "寄驗證碼")
    does(ESCAPE, "沒有「記住我」")
    does(f"{first.account}{TAB}{first.password}{ENTER}", "再輸入一次新密碼")
    yield "password"
    does(f"{PASSWORD}{ENTER}{PASSWORD}{ENTER}", _HOME)
    yield "home"
    for place, item in enumerate(_ITEMS):
        does(f"{TAB * place}{ENTER}", _ON_ITEMS[item])
        terminal.send(PAGE_DOWN)
        terminal.read(0.1)
        yield item
        for name, keys, seen in _BEHIND.get(item, []):
            does(keys, seen)
            if name == "system":
                terminal.wait_until(lambda: _reads_the_first_code(terminal), what="the code")
            yield name
            terminal.send(ESCAPE)
            terminal.wait_gone(seen)
            terminal.wait_for(_ON_ITEMS[item])
        does(ESCAPE, _HOME)
    does(ESCAPE, LOGIN)
    does(F7, "沒有「記住我」")
    does(f"{with_carer.account}{TAB}{with_carer.password}{ENTER}", _HOME)
    does(f"{TAB * _ITEMS.index('carers')}{ENTER}", "請選一位子女")
    yield "which"
    does(ENTER, "有效")
    yield "carers"
    does(f"{TAB * 2}{ENTER}", "要收回嗎")
    yield "revoke"


def _reads_the_first_code(terminal: Terminal) -> bool:
    """Whether a reader finds the first system's code, and no other, in a photograph of the screen."""
    terminal.read()
    found = [one.text for one in zxingcpp.read_barcodes(photograph(terminal.screen))]
    return found == [load_systems(None).systems[0].address]


def test_hidden_characters_reach_no_terminal_from_any_screen_of_the_account(planted_home: Path) -> None:
    with kiosk(planted_home, size=(100, 30)) as terminal:
        seen = assert_nothing_hidden_was_painted(terminal, _tour(terminal))
        for one in demo_account_logins()[:2]:
            assert one.password.encode() not in terminal.raw
        assert PASSWORD.encode() not in terminal.raw
    assert set(SCREENS) - seen == {"email_code"}, "no mail leads there"
