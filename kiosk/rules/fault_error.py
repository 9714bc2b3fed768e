"""The base of the errors that say their reason by a value of an enumeration."""

from __future__ import annotations

from enum import Enum
from typing import Generic, TypeVar

Fault = TypeVar("Fault", bound=Enum)


class FaultError(Exception, Generic[Fault]):
    """An error whose ``fault`` says why; the message names the fault and holds no data."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.name)
        self.fault = fault
