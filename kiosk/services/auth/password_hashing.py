"""Password hashes: argon2id over a peppered password, at most two at a time so that a terminal stays responsive."""

from __future__ import annotations

import base64
import hmac
import os
import threading

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from argon2.low_level import ARGON2_VERSION

from db.keyring import KeyRing, SealBroken

HASHER = PasswordHasher(time_cost=3, memory_cost=65536, parallelism=1)
_AT_ONCE = threading.BoundedSemaphore(2)


class PasswordStore:
    """Makes and verifies password hashes."""

    def __init__(self, keys: KeyRing, hasher: PasswordHasher = HASHER) -> None:
        self._keys = keys
        self._hasher = hasher
        self._hash_of_nobody = _hash_of_nobody(hasher)

    @property
    def pepper_id(self) -> str:
        """The id of the pepper for new hashes."""
        return self._keys.active.key_id.hex()

    def hash(self, password: str) -> str:
        """Return the hash of a password, peppered with :attr:`pepper_id`."""
        with _AT_ONCE:
            return self._hasher.hash(self._peppered(password, self.pepper_id))

    def verify(self, password: str, password_hash: str | None, pepper_id: str | None) -> bool:
        """Verify with exactly one argon2; without a hash, against one of no password."""
        if password_hash is None or pepper_id is None:
            self._verify(self._hash_of_nobody, self._peppered(password, self.pepper_id))
            return False
        try:
            peppered = self._peppered(password, pepper_id)
        except SealBroken:
            self._verify(self._hash_of_nobody, self._peppered(password, self.pepper_id))
            return False
        return self._verify(password_hash, peppered)

    def is_outdated(self, password_hash: str, pepper_id: str) -> bool:
        """Return whether the hash has other parameters or an older pepper."""
        return pepper_id != self.pepper_id or self._hasher.check_needs_rehash(password_hash)

    def _peppered(self, password: str, pepper_id: str) -> bytes:
        return hmac.digest(self._keys.pepper(pepper_id), password.encode("utf-8", "surrogatepass"), "sha256")

    def _verify(self, password_hash: str, peppered: bytes) -> bool:
        try:
            with _AT_ONCE:
                return self._hasher.verify(password_hash, peppered)
        except (VerifyMismatchError, InvalidHashError):
            return False


def _hash_of_nobody(hasher: PasswordHasher) -> str:
    """Return a hash of no known password, as costly to verify as any other, without hashing."""
    salt, digest = (
        base64.b64encode(os.urandom(length)).decode().rstrip("=") for length in (hasher.salt_len, hasher.hash_len)
    )
    costs = f"m={hasher.memory_cost},t={hasher.time_cost},p={hasher.parallelism}"
    return f"$argon2id$v={ARGON2_VERSION}${costs}${salt}${digest}"
