"""Schools with a mail server."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kiosk.config.sections import SmtpSettings
from kiosk.config.settings import Settings


@pytest.fixture
def settings(settings: Settings, smtp: SmtpSettings) -> Settings:
    return replace(settings, smtp=smtp)
