"""T38 for parents' accounts: after a visit no object of the process holds what the holder typed or was shown."""

from __future__ import annotations

import re

import pytest

from kiosk.demo.people import invented_id
from kiosk.services.school import School
from kiosk.testing.clock import FakeClock
from kiosk.testing.person import until
from tests.pilot.accounts import PASSWORD, ready
from tests.pilot.memory import holders_of, walk_away
from tests.pilot.people import QuickAccountParent, account_parent_at

pytestmark = [pytest.mark.alone, pytest.mark.usefixtures("freeze_again")]
"""The more a process has done, the longer a search through it takes."""

_TYPED = re.compile(r"behind\d{4}@|09778\d{5}|K298\d{6}|Behind\d{4}lights")
"""Anything of the visits' own that was typed; no text of the tests themselves."""


def _address(serial: int) -> str:
    return f"behind{serial:04}@example.org"


def _mobile(serial: int) -> str:
    return f"09778{serial:05}"


def _password(serial: int) -> str:
    return f"Behind{serial:04}lights"


async def _half_typed_login(parent: QuickAccountParent) -> None:
    await parent.fills_in(account=_address(1), password=_password(1))


async def _refused(parent: QuickAccountParent) -> None:
    await parent.logs_in(_address(2), _password(2))
    await parent.is_told("不正確")


async def _at_home(parent: QuickAccountParent) -> None:
    await parent.logs_in("flower@example.com", PASSWORD)
    await parent.sees("AccountHomeScreen")


async def _a_carer_half_typed(parent: QuickAccountParent) -> None:
    await _at_home(parent)
    await parent.opens("carers", "CarersScreen")
    national_id = invented_id("K", 2, 9800003)
    await parent.grants("fees", name="陳阿姨", national_id=national_id, mobile=_mobile(3), email=_address(3))
    await until(parent.pilot, lambda: parent.app.screen.query(".wrong"))


async def _leaving_is_asked_about(parent: QuickAccountParent) -> None:
    await _at_home(parent)
    await parent.opens("contact", "ContactScreen")
    await parent.chooses("mobile", "MobileScreen")
    await parent.fills_in(mobile=_mobile(4))
    await parent.goes_back("AccountNoticeScreen")


async def test_nothing_of_the_holder_is_left(school: School, clock: FakeClock) -> None:
    ready(school)
    async with account_parent_at(school) as parent:
        for visit in (_half_typed_login, _refused, _a_carer_half_typed, _leaving_is_asked_about):
            await parent.enters_from_lobby()
            await visit(parent)
            if visit is _leaving_is_asked_about:
                assert holders_of(_TYPED).keys() == {_mobile(4)}, "the search finds what is still on the screen"
            await walk_away(parent, clock)
        assert holders_of(_TYPED) == {}
