"""Whoever types commands on the machine itself."""

from __future__ import annotations

OPERATOR = "operator"
"""How they stand in the audit."""


class CommandLine:
    """They hold database and key file, so they may what an administrator may; made by ``kiosk.cli`` only."""
