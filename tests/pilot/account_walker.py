"""Goes to any screen of a visit with a parent account at the headless kiosk."""

from __future__ import annotations

from dataclasses import replace

from kiosk.config.sections import SmtpSecurity, SmtpSettings
from kiosk.services.messaging.email_verification import EmailCodes
from kiosk.services.school import School
from kiosk.testing.person import until
from tests.builders.accounts import invented_parent
from tests.pilot.accounts import PARENT, PASSWORD, bring_fees, ready
from tests.pilot.people import QuickAccountParent

NEWCOMER, _OF_TWO = invented_parent(50), invented_parent(51)
"""A parent who has never signed on, and one with two children."""
SCREENS = {
    "login": "AccountLoginScreen",
    "password": "AccountPasswordScreen",
    "recovery": "RecoveryScreen",
    "recovery_code": "RecoveryCodeScreen",
    "home": "AccountHomeScreen",
    "systems": "SystemsScreen",
    "system": "SystemScreen",
    "fees": "FeesScreen",
    "contact": "ContactScreen",
    "account": "ChosenAccountScreen",
    "mobile": "MobileScreen",
    "email": "EmailScreen",
    "email_code": "EmailChangeCodeScreen",
    "present_password": "PresentPasswordScreen",
    "which": "ChooseChildScreen",
    "bindings": "ChildScreen",
    "end": "EndBindingScreen",
    "carers": "CarersScreen",
    "grant": "AddCarerScreen",
    "consents": "ConsentsScreen",
    "data": "OwnDataScreen",
    "delete": "RequestDeletionScreen",
}
"""Every screen, by what leads to it, and the class that shows it."""

BEHIND_THE_HOME = {
    screen: name
    for screen, name in SCREENS.items()
    if screen not in ("login", "password", "recovery", "recovery_code", "home", "which")
}
"""The screens that a parent with one child opens from the home of the account."""

_BEHIND = {
    "system": ("systems", "epay"),
    "account": ("contact", "account"),
    "mobile": ("contact", "mobile"),
    "email": ("contact", "email"),
    "present_password": ("contact", "password"),
    "end": ("bindings", "end"),
    "grant": ("carers", "grant"),
    "delete": ("data", "delete"),
}
"""The screens behind an item's first one: that item, and the button on its screen."""


def make_ready(school: School) -> School:
    """Bring parents into the states that lead to every screen; return the school.

    Mail seems to be sent, and goes nowhere.
    """
    nowhere = SmtpSettings("127.0.0.1", 1, SmtpSecurity.NONE, None, None, "registrar@example.org")
    codes = EmailCodes(school.store, replace(school.settings, smtp=nowhere), school.clock)
    codes.mail._deliver = lambda *_mail: None  # type: ignore[method-assign]  # nobody reads it
    vars(school)["email_codes"] = codes
    families = ready(school)
    families.approved(NEWCOMER)
    for _child in range(2):
        with_two = families.approved(_OF_TWO)
    families.first_sign_on(with_two.account_id, _OF_TWO.email, _OF_TWO.national_id)
    bring_fees(school, ("學雜費", "12,300", "115/9/30", "未繳"), ("平安保險費", "200", "115/9/30", "已繳"))
    return school


async def go_to(parent: QuickAccountParent, screen: str) -> None:
    """Go from the empty resting login of a school that was made ready to one of `SCREENS`."""
    await parent.enters_from_lobby()
    if screen in ("recovery", "recovery_code"):
        await parent.forgets()
        if screen == "recovery_code":
            await parent.identifies(PARENT.name, PARENT.national_id)
    elif screen == "password":
        await parent.logs_in(NEWCOMER.email, NEWCOMER.national_id[-6:])
    elif screen != "login":
        await parent.logs_in((_OF_TWO if screen == "which" else PARENT).email, PASSWORD)
        await parent.sees("AccountHomeScreen")
        await go_on(parent, screen)
    await parent.sees(SCREENS[screen])


async def go_on(parent: QuickAccountParent, screen: str) -> None:
    """Go on from the home of an account to a screen."""
    if screen == "home":
        return
    if screen == "which":
        await parent.opens("carers", SCREENS["which"])
        return
    item, button = _BEHIND.get("email" if screen == "email_code" else screen, (screen, ""))
    await parent.opens(item, SCREENS[item])
    if button:
        await parent.chooses(button, SCREENS["email" if screen == "email_code" else screen])
    if screen == "email_code":
        await parent.fills_in(email="new@example.com")
        await parent.presses("enter")
        await until(parent.pilot, lambda: parent.screen == SCREENS[screen])
