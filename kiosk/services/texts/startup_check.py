"""The check of a school's own texts at the start of the kiosk."""

from __future__ import annotations

from pathlib import Path

from kiosk.services.texts.loader import TextName, load_consent, load_text


def check_own_texts(own_folder: Path) -> None:
    """Read every text that the school replaced, so that no visit meets an unusable one.

    Raises:
        TextUnusable: for the first unusable file.
    """
    if not own_folder.is_dir():
        return
    for name in TextName:
        load_text(name, own_folder)
    load_consent(own_folder)
    if any(own_folder.glob(f"{TextName.SYSTEMS}.*.txt")):
        from kiosk.services.texts.city_systems import load_systems  # few schools replace it

        load_systems(own_folder)
