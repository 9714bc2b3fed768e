"""The key file: written atomically, read only after a check of its owner and mode."""

from __future__ import annotations

import base64
import json
import os
import secrets
import stat
from enum import Enum, auto
from pathlib import Path

from db.keyring import KEY_BYTES, KEY_ID_BYTES, KeyRing, SealingKey


class KeyFault(Enum):
    """Why a key file cannot be used."""

    MISSING = auto()
    NOT_OURS = auto()
    READABLE = auto()
    DAMAGED = auto()
    ALL_ZERO = auto()
    WRONG = auto()
    EXISTS = auto()


class KeyFileError(Exception):
    """The key file cannot be used; ``fault`` says why."""

    def __init__(self, fault: KeyFault) -> None:
        super().__init__(fault.name)
        self.fault = fault


def write_keys(path: Path, keys: KeyRing, *, replace: bool = False) -> None:
    """Write the key file atomically, mode 0400.

    Raises:
        KeyFileError: EXISTS if there is a key file and ``replace`` is false.
    """
    if path.exists() and not replace:
        raise KeyFileError(KeyFault.EXISTS)
    content = {
        "format": 1,
        "root": base64.b64encode(keys.root).decode(),
        "sealing": [{"id": key.key_id.hex(), "key": base64.b64encode(key.material).decode()} for key in keys.sealing],
    }
    temporary = path.with_name(f"{path.name}.{secrets.token_hex(4)}.new")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o400)
    try:
        with os.fdopen(descriptor, "w") as file:
            json.dump(content, file)
            file.flush()
            os.fsync(file.fileno())
        if replace:
            os.replace(temporary, path)
        else:
            os.link(temporary, path)  # unlike a rename, a link never overwrites keys of another process
    except FileExistsError:
        raise KeyFileError(KeyFault.EXISTS) from None
    finally:
        temporary.unlink(missing_ok=True)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def read_keys(path: Path) -> KeyRing:
    """Read the key file after a check of its owner and mode.

    Raises:
        KeyFileError: MISSING, NOT_OURS, READABLE (by others), DAMAGED or ALL_ZERO.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        raise KeyFileError(KeyFault.MISSING) from None
    except OSError:
        raise KeyFileError(KeyFault.NOT_OURS) from None
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode) or status.st_uid != os.geteuid():
            raise KeyFileError(KeyFault.NOT_OURS)
        if stat.S_IMODE(status.st_mode) & 0o177:
            raise KeyFileError(KeyFault.READABLE)
        content = os.read(descriptor, 1 << 20)
    finally:
        os.close(descriptor)
    try:
        parsed = json.loads(content)
        root = base64.b64decode(parsed["root"], validate=True)
        sealing = tuple(
            SealingKey(bytes.fromhex(item["id"]), base64.b64decode(item["key"], validate=True))
            for item in parsed["sealing"]
        )
        known_format = parsed["format"] == 1
    except (ValueError, LookupError, TypeError):
        raise KeyFileError(KeyFault.DAMAGED) from None
    materials = [root, *(key.material for key in sealing)]
    if not known_format or not sealing or any(len(material) != KEY_BYTES for material in materials):
        raise KeyFileError(KeyFault.DAMAGED)
    if any(len(key.key_id) != KEY_ID_BYTES for key in sealing):
        raise KeyFileError(KeyFault.DAMAGED)
    if any(material == bytes(KEY_BYTES) for material in materials):
        raise KeyFileError(KeyFault.ALL_ZERO)
    return KeyRing(root=root, sealing=sealing)
