"""A consent's evidence in words: what was shown to read, where something was."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import cast

from kiosk.screens.review.application_labels import consent_lines
from kiosk.services.review.case_view import ApplicationView, ConsentEvidence

_ANSWER = ConsentEvidence("agree", "parent", 0, "115-1", "ab" * 32, "zh_TW", True, "kiosk-1", True, "")


def test_a_withdrawal_shows_nothing_to_read() -> None:
    withdrawal = replace(_ANSWER, choice="withdraw", answered_by="account", read_to_end=False, is_basis=False)
    refusal = replace(_ANSWER, choice="refuse", read_to_end=False)
    view = cast(ApplicationView, SimpleNamespace(consents=(_ANSWER, refusal, withdrawal)))
    withdrawn, refused, agreed = consent_lines(view)
    assert "家長撤回同意" in withdrawn
    assert "讀到最後" not in withdrawn
    assert "家長不同意" in refused
    assert "沒有讀到最後" in refused
    assert "已讀到最後" in agreed
