"""Keys, sealed rows and blind indexes.

One key file outside the database holds a root key and the sealing keys. The root key never changes: blind indexes,
first-login codes and the audit chain derive from it, and their plain values are not kept. The sealing keys rotate: the
last one is active, the earlier ones only open.

A sealed row is one AES-256-GCM blob, ``version | key id | nonce | ciphertext``. Its associated data binds it to table,
row and schema (NIST SP 800-38D). A blob moved to another row does not open.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

KEY_BYTES = 32
SCHEMA_VERSION = 1
_BLOB_VERSION = b"\x01"
KEY_ID_BYTES = 4
_NONCE_BYTES = 12
_INDEX_BYTES = 16
_JSON = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


class SealBroken(Exception):
    """A sealed row does not open: moved, altered, or sealed with an unknown key."""


class IndexColumn(Enum):
    """The columns with a blind index, each with its own key."""

    NATIONAL_ID = "national_id"
    MOBILE = "mobile"
    EMAIL = "email"
    ACCOUNT = "account"


def _derive(key: bytes, purpose: str) -> bytes:
    """Derive a 32-byte subkey for one purpose (HKDF-SHA256, RFC 5869, one block)."""
    extracted = hmac.digest(b"parent-binding-kiosk", key, "sha256")
    return hmac.digest(extracted, purpose.encode() + b"\x01", "sha256")


@dataclass(frozen=True)
class SealingKey:
    """A key that seals rows; each blob holds its id."""

    key_id: bytes
    material: bytes = field(repr=False)


@dataclass(frozen=True)
class KeyRing:
    """All keys of one school, the sealing keys oldest first; hidden from ``repr``."""

    root: bytes = field(repr=False)
    sealing: tuple[SealingKey, ...] = field(repr=False)

    def __post_init__(self) -> None:
        """Derive the subkeys once; every row needs them."""
        derived = {column: _derive(self.root, f"index|{column.value}") for column in IndexColumn}
        object.__setattr__(self, "_index_keys", derived)
        object.__setattr__(self, "_initial_key", _derive(self.root, "initial"))
        object.__setattr__(self, "audit_key", _derive(self.root, "audit"))
        object.__setattr__(self, "_ciphers", {})

    audit_key: bytes = field(init=False, repr=False, compare=False)
    _index_keys: dict[IndexColumn, bytes] = field(init=False, repr=False, compare=False)
    _initial_key: bytes = field(init=False, repr=False, compare=False)
    _ciphers: dict[bytes, Any] = field(init=False, repr=False, compare=False)

    @property
    def active(self) -> SealingKey:
        """The key that seals new rows."""
        return self.sealing[-1]

    def key_checks(self) -> dict[str, str]:
        """Return a check value for each key, by which the database recognises its key file."""
        checks = {"root": _derive(self.root, "check").hex()[:32]}
        checks |= {key.key_id.hex(): _derive(key.material, "check").hex()[:32] for key in self.sealing}
        return checks

    def _cipher(self, key_id: bytes) -> Any:
        cipher = self._ciphers.get(key_id)
        if cipher is None:
            from cryptography.hazmat.primitives.ciphers.aead import AESGCM

            material = next((key.material for key in self.sealing if key.key_id == key_id), None)
            if material is None:
                raise SealBroken
            cipher = self._ciphers[key_id] = AESGCM(_derive(material, "seal"))
        return cipher

    def seal(self, table: str, row_id: str, values: Mapping[str, Any]) -> bytes:
        """Seal the values of one row, which must be JSON."""
        nonce = os.urandom(_NONCE_BYTES)
        plain = _JSON.encode(values).encode()
        key_id = self.active.key_id
        sealed: bytes = self._cipher(key_id).encrypt(nonce, plain, _aad(table, row_id))
        return _BLOB_VERSION + key_id + nonce + sealed

    def open(self, table: str, row_id: str, blob: bytes) -> dict[str, Any]:
        """Open the sealed values of one row.

        Raises:
            SealBroken: the blob does not open for this row.
        """
        from cryptography.exceptions import InvalidTag

        if blob[:1] != _BLOB_VERSION:
            raise SealBroken
        key_id, rest = blob[1 : 1 + KEY_ID_BYTES], blob[1 + KEY_ID_BYTES :]
        try:
            plain = self._cipher(key_id).decrypt(rest[:_NONCE_BYTES], rest[_NONCE_BYTES:], _aad(table, row_id))
        except (InvalidTag, ValueError):
            raise SealBroken from None
        values: dict[str, Any] = json.loads(plain)
        return values

    def is_current(self, blob: bytes) -> bool:
        """Return whether the active key sealed this blob; otherwise rotation is still to reseal it."""
        return blob[1 : 1 + KEY_ID_BYTES] == self.active.key_id

    def index(self, column: IndexColumn, normalised: str) -> bytes:
        """Return the blind index of a normalised value, the same for equal values."""
        return hmac.digest(self._index_keys[column], normalised.encode(), "sha256")[:_INDEX_BYTES]

    def initial_code(self, account: str, secret: str) -> bytes:
        """Return the keyed hash that verifies a first login; a student's ``account`` is the student number."""
        message = f"init|v1|{account}|{secret}".encode("utf-8", "surrogatepass")  # keyboards can send lone surrogates
        return hmac.digest(self._initial_key, message, "sha256")

    def pepper(self, pepper_id: str) -> bytes:
        """Return the pepper of chosen passwords; ``pepper_id`` is a sealing key's id in hexadecimal.

        Raises:
            SealBroken: the key file lacks that key.
        """
        for key in self.sealing:
            if key.key_id.hex() == pepper_id:
                return _derive(key.material, "pepper")
        raise SealBroken


def _aad(table: str, row_id: str) -> bytes:
    """Return the associated data that binds a blob to its row."""
    return f"{table}|{row_id}|{SCHEMA_VERSION}".encode()


def new_keys() -> KeyRing:
    """Make the keys of a new school."""
    return KeyRing(root=secrets.token_bytes(KEY_BYTES), sealing=(_new_sealing_key(),))


def with_new_key(keys: KeyRing) -> KeyRing:
    """Return the keys with a new active sealing key."""
    return KeyRing(root=keys.root, sealing=(*keys.sealing, _new_sealing_key()))


def _new_sealing_key() -> SealingKey:
    return SealingKey(secrets.token_bytes(KEY_ID_BYTES), secrets.token_bytes(KEY_BYTES))


def detail_hash(keys: KeyRing, detail: Mapping[str, Any]) -> bytes:
    """Return a keyed hash of an audit row's detail, which proves the detail without disclosing it."""
    plain = json.dumps(detail, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    return hmac.digest(keys.audit_key, b"detail|" + hashlib.sha256(plain).digest(), "sha256")
