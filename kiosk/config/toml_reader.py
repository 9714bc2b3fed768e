"""Reader of ``kiosk.toml``, which checks each value."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from kiosk.i18n import _

Value = TypeVar("Value")
_MAX_LABEL_LENGTH = 60  # characters of a name in a title line


class SettingsError(Exception):
    """The settings are unusable; the text is one line, safe to print."""

    def __init__(self, line: str) -> None:
        super().__init__("".join(character if character.isprintable() else "?" for character in line))


def read_configuration(file: Path) -> dict[str, Any]:
    """Read ``kiosk.toml``; return an empty table where it does not exist."""
    try:
        source = file.read_text(encoding="utf-8")
    except FileNotFoundError:
        return {}
    except UnicodeDecodeError as error:
        raise SettingsError(_("{file} 不是 UTF-8 編碼。").format(file=file)) from error
    except OSError as error:
        raise SettingsError(_("無法讀取 {file}：{reason}").format(file=file, reason=error.strerror)) from error
    import tomllib  # here, because most installations have no such file and the start is timed

    try:
        return tomllib.loads(source)
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(_("{file} 的格式不對：{reason}").format(file=file, reason=error)) from error


def checked_label(name: str, value: str) -> str:
    """Check a short text for the screen; it may be empty."""
    if len(value) <= _MAX_LABEL_LENGTH and value.isprintable() and value == value.strip():
        return value
    raise SettingsError(
        _("{name} 最多 {most} 個字，不可有控制字元，前後不可有空白。").format(name=name, most=_MAX_LABEL_LENGTH)
    )


class Table:
    """One table of ``kiosk.toml``; each value can be taken once."""

    def __init__(self, values: dict[str, Any], prefix: str = "") -> None:
        self._values = dict(values)
        self._prefix = prefix

    def name(self, key: str) -> str:
        """Return a key's full name, for a message."""
        return self._prefix + key

    def text(self, key: str) -> str | None:
        """Take a text; None where it is not set."""
        value = self._values.pop(key, None)
        if value is None or (isinstance(value, str) and value):
            return value
        raise SettingsError(_("kiosk.toml 的 {key} 必須是文字，而且不可空白。").format(key=self.name(key)))

    def needed_text(self, key: str) -> str:
        """Take a text that must be set."""
        value = self.text(key)
        if value is None:
            raise SettingsError(_("kiosk.toml 缺少 {key}。").format(key=self.name(key)))
        return value

    def label(self, key: str) -> str:
        """Take a short text for the screen; empty where it is not set."""
        return checked_label(self.name(key), self.text(key) or "")

    def number(self, key: str, default: int, allowed: range) -> int:
        """Take a whole number within a range."""
        value = self._values.pop(key, default)
        if type(value) is int and value in allowed:  # a TOML boolean is an int for Python
            return value
        raise SettingsError(
            _("kiosk.toml 的 {key} 必須是 {least} 到 {most} 的整數。").format(
                key=self.name(key), least=allowed.start, most=allowed.stop - 1
            )
        )

    def switch(self, key: str, default: bool) -> bool:
        """Take a yes or no."""
        value = self._values.pop(key, default)
        if isinstance(value, bool):
            return value
        raise SettingsError(_("kiosk.toml 的 {key} 必須是 true 或 false。").format(key=self.name(key)))

    def labels(self) -> dict[str, str]:
        """Take the remaining values in the file's order: each key is a heading, each value a text."""
        return {checked_label(self.name(key), key): self.needed_text(key) for key in list(self._values)}

    def section(self, key: str, read: Callable[[Table], Value], default: Value) -> Value:
        """Take and read a table within this one, and refuse its unknown keys; the default where it is not set."""
        value = self._values.pop(key, None)
        if value is None:
            return default
        if not isinstance(value, dict):
            raise SettingsError(_("kiosk.toml 的 {key} 必須寫成區塊 [{key}]。").format(key=self.name(key)))
        table = Table(value, prefix=f"{self.name(key)}.")
        settings = read(table)
        table.refuse_unknown_keys()
        return settings

    def refuse_unknown_keys(self) -> None:
        """Refuse the keys that were not taken: most likely typing errors."""
        for key in self._values:
            raise SettingsError(_("kiosk.toml 有不認得的設定：{key}").format(key=self.name(key)))
