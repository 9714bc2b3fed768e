"""A zip whose bytes depend on its content only."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping

_ENTRY_DATE = (1980, 1, 1, 0, 0, 0)  # the earliest date of a zip
_ENTRY_MODE = 0o600 << 16


def zip_of(entries: Mapping[str, bytes]) -> bytes:
    """Return a zip of these files in this order."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, content in entries.items():
            entry = zipfile.ZipInfo(name, _ENTRY_DATE)
            entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, _ENTRY_MODE
            archive.writestr(entry, content)
    return packed.getvalue()
