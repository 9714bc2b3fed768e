"""A zip whose bytes depend on nothing but what is in it."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping

_ENTRY_DATE = (1980, 1, 1, 0, 0, 0)  # the first that a zip can tell: the same data makes the same bytes
_ENTRY_MODE = 0o600 << 16


def zip_of(entries: Mapping[str, bytes]) -> bytes:
    """A zip of these files, in this order, without a date of its own."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, content in entries.items():
            entry = zipfile.ZipInfo(name, _ENTRY_DATE)
            entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, _ENTRY_MODE
            archive.writestr(entry, content)
    return packed.getvalue()
