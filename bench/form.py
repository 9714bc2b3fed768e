"""The kiosk's heaviest form alone, for typing into it."""

from __future__ import annotations

import tempfile
from datetime import date
from pathlib import Path

from bench.pseudo_terminal import PseudoTerminal, python
from kiosk.app import KioskApp
from kiosk.clock import SystemClock
from kiosk.config.settings import load_settings
from kiosk.domain.application_form import Mode
from kiosk.launcher import TEXTUAL_ENVIRONMENT
from kiosk.screens.family.applicant_form import ApplicantFormScreen
from kiosk.services.texts.loader import TextName, load_text

FORM_LABEL = "申請人姓名"


def form_terminal(module: str, *arguments: str, environment: dict[str, str] | None = None) -> PseudoTerminal:
    """Run a module that shows the form, with the variables that the launcher gives Textual, and wait for it."""
    terminal = PseudoTerminal(python("-m", module, *arguments), {**TEXTUAL_ENVIRONMENT, **(environment or {})})
    terminal.wait_for(FORM_LABEL)
    terminal.settle(1.0)
    return terminal


def new_form() -> ApplicantFormScreen:
    """Make an empty form of the first applicant."""
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
    """The kiosk with the form as its first screen."""

    def get_default_screen(self) -> ApplicantFormScreen:  # type: ignore[override]  # another answer than the login's
        """Return the form in place of the login."""
        return new_form()


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        FormApp(load_settings(Path(folder) / "home", environment={}), SystemClock()).run()
