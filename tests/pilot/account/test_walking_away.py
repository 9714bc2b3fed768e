"""Every screen of a visit with a parent account is wiped when its holder walks away."""

from __future__ import annotations

import gc
from weakref import ref

import pytest
from textual.widgets import Button, Input

from kiosk.config.sections import IdleTimes
from kiosk.services.school import School
from kiosk.testing.clock import FakeClock
from kiosk.testing.person import until
from tests.pilot.account_walker import SCREENS, go_to, make_ready
from tests.pilot.family.test_walking_away import type_into_the_first_field
from tests.pilot.people import account_parent_at, leave_no_trace_of_the_pilot

_TIMES = IdleTimes()
_LIMITS = {
    "recovery_code": _TIMES.mail_code_idle_seconds,
    "email_code": _TIMES.mail_code_idle_seconds,
    "data": _TIMES.consent_idle_seconds,
}


@pytest.mark.parametrize("screen", SCREENS)
async def test_who_walks_away_leaves_nothing(school: School, clock: FakeClock, screen: str) -> None:
    async with account_parent_at(make_ready(school, screen)) as parent:
        app = parent.kiosk
        await go_to(parent, screen)
        await type_into_the_first_field(parent)
        await parent.pilot.pause()
        left = ref(app.screen)
        clock.advance(_LIMITS.get(screen, _TIMES.parent_idle_seconds) + 1)
        app.tick()
        assert "秒後清除畫面" in parent.text("#foot")
        assert app.screen is left()
        clock.advance(_TIMES.countdown_seconds)
        app.tick()
        await until(parent.pilot, lambda: len(app.screen_stack) == 1)
        await parent.sees("LoginScreen")
        assert not app.screen.query_one("#login", Button).disabled
        await leave_no_trace_of_the_pilot()
        assert left() is None
        assert [field.id for field in gc.get_objects() if isinstance(field, Input) and field.value] == []
