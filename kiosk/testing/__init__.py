"""The headless harness: drives the kiosk in tests, without a terminal and without waiting."""

from kiosk.testing.account import AccountParent
from kiosk.testing.clock import FakeClock
from kiosk.testing.parent import Parent
from kiosk.testing.person import Person, until
from kiosk.testing.reviewer import Reviewer

__all__ = ["AccountParent", "FakeClock", "Parent", "Person", "Reviewer", "until"]
