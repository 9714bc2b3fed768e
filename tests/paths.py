"""Where the project stands on this machine."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).parents[1]
