"""The kiosk's heaviest form alone, for typing into it."""

from __future__ import annotations

import tempfile
from datetime import date
from pathlib import Path

from kiosk.app import KioskApp
from kiosk.clock import SystemClock
from kiosk.config.settings import load_settings
from kiosk.domain.application_form import Mode
from kiosk.screens.family.applicant_form import ApplicantFormScreen
from kiosk.services.texts.loader import TextName, load_text


def new_form() -> ApplicantFormScreen:
    """The first applicant's form, empty."""
    return ApplicantFormScreen(
        Mode.ONE_PARENT,
        date(2026, 9, 1),
        position=1,
        entry=None,
        other=None,
        warning=load_text(TextName.WARNING, None).body,
        email_notice=load_text(TextName.EMAIL_NOTICE, None).body,
    )


class FormApp(KioskApp):
    """The kiosk, standing at the form."""

    def get_default_screen(self) -> ApplicantFormScreen:  # type: ignore[override]  # another answer than the login's
        """The form in place of the login."""
        return new_form()


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        FormApp(load_settings(Path(folder) / "home", environment={}), SystemClock()).run()
