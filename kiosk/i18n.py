"""Messages in the visitor's language, by gettext.

The source language is traditional Chinese of Taiwan (zh_TW): the messages in the code, which need no catalogue. Another
language needs a compiled catalogue at ``kiosk/locale/<language>/LC_MESSAGES/kiosk.mo``. The whole process uses one
language, because the kiosk serves one visitor at a time.
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
    """There is no catalogue for the requested language."""


class _Current:
    """The current language and its catalogue; the source language has none."""

    language: str = SOURCE_LANGUAGE
    catalogue: NullTranslations | None = None


def _(text: str) -> str:
    """Return a message's translation, or the message itself if the catalogue has none."""
    catalogue = _Current.catalogue
    if catalogue is None or not text:  # gettext translates an empty message to the catalogue's header
        return text
    return catalogue.gettext(text)


def N_(text: str) -> str:  # noqa: N802  # gettext's own name
    """Mark a message of a class for the catalogue; the object that shows it calls `_`."""
    return text


def use_language(language: str, *, folder: Path = _LOCALE_FOLDER) -> None:
    """Switch to a language of `available_languages`, such as ``zh_TW`` or ``en``.

    Raises:
        UnknownLanguage: nothing changes.
    """
    if language == SOURCE_LANGUAGE:
        _Current.catalogue = None
        _Current.language = SOURCE_LANGUAGE
        return
    if language not in available_languages(folder=folder):
        raise UnknownLanguage(language)
    import gettext  # here, because the first screen needs no gettext

    _Current.catalogue = gettext.translation(_DOMAIN, localedir=folder, languages=[language])
    _Current.language = language


def current_language() -> str:
    """Return the code of the current language."""
    return _Current.language


def available_languages(*, folder: Path = _LOCALE_FOLDER) -> tuple[str, ...]:
    """Return the codes of the source language and of every catalogue, in this order."""
    catalogues = folder.glob(f"*/LC_MESSAGES/{_DOMAIN}.mo")
    languages = {catalogue.parent.parent.name for catalogue in catalogues}
    return (SOURCE_LANGUAGE, *sorted(languages - {SOURCE_LANGUAGE}))
