"""Schools with a mail server, which runs where a test looks into the mailbox."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kiosk.config.settings import Settings
from tests.builders.mail_server import free_port, smtp_settings


@pytest.fixture
def settings(settings: Settings, request: pytest.FixtureRequest) -> Settings:
    smtp = request.getfixturevalue("smtp") if "mailbox" in request.fixturenames else smtp_settings(free_port())
    return replace(settings, smtp=smtp)
