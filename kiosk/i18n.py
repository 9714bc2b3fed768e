"""Words on screen in the visitor's language, by gettext.

The source language is traditional Chinese as used in Taiwan (zh_TW): every message in the code is the
Chinese text itself, so no catalogue is needed to run in Chinese. Another language is there as soon as its
compiled catalogue stands at ``kiosk/locale/<language>/LC_MESSAGES/kiosk.mo``.

The kiosk serves one visitor at a time, so one language is in use for the whole process.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gettext import NullTranslations

SOURCE_LANGUAGE = "zh_TW"
_DOMAIN = "kiosk"
_LOCALE_FOLDER = Path(__file__).parent / "locale"


class UnknownLanguage(LookupError):
    """There is no catalogue for the language that was asked for."""


class _Present:
    """The language in use and its catalogue; the source language has none."""

    language: str = SOURCE_LANGUAGE
    catalogue: NullTranslations | None = None


def _(text: str) -> str:
    """Give a message in the language in use at this moment.

    Args:
        text: the message in the source language, as it stands in the code.

    Returns:
        The translation, or the message itself where the catalogue has none.
    """
    catalogue = _Present.catalogue
    if catalogue is None or not text:  # gettext answers the empty message with the catalogue's header
        return text
    return catalogue.gettext(text)


def use_language(language: str, *, folder: Path = _LOCALE_FOLDER) -> None:
    """Show everything from now on in this language.

    Args:
        language: a code that `available_languages` lists, such as ``zh_TW`` or ``en``.
        folder: where the catalogues are.

    Raises:
        UnknownLanguage: there is no such catalogue; the language in use stays.
    """
    if language == SOURCE_LANGUAGE:
        _Present.catalogue = None
        _Present.language = SOURCE_LANGUAGE
        return
    if language not in available_languages(folder=folder):
        raise UnknownLanguage(language)
    import gettext  # here, because the first screen is Chinese and does without it

    _Present.catalogue = gettext.translation(_DOMAIN, localedir=folder, languages=[language])
    _Present.language = language


def current_language() -> str:
    """Give the code of the language in use."""
    return _Present.language


def available_languages(*, folder: Path = _LOCALE_FOLDER) -> tuple[str, ...]:
    """List the languages that can be used: the source language first, then the others by code.

    Args:
        folder: where the catalogues are.
    """
    catalogues = folder.glob(f"*/LC_MESSAGES/{_DOMAIN}.mo")
    languages = {catalogue.parent.parent.name for catalogue in catalogues}
    return (SOURCE_LANGUAGE, *sorted(languages - {SOURCE_LANGUAGE}))
