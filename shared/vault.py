"""Secrets and identifiers at rest: encrypted, and found again without being readable.

Keys come from the settings, separated by commas: the first one encrypts, each decrypts. So a key is replaced by putting
a new one before it, and dropped once nothing is sealed with it any more (docs/operations/keys.md).
"""

import hmac
from functools import cached_property
from hashlib import sha256

from cryptography.fernet import Fernet, InvalidToken, MultiFernet


class Vault:
    """Encrypts and decrypts with the keys of the settings; ValueError if one of them is no Fernet key."""

    def __init__(self, keys: str) -> None:
        self._keys = [key.strip().encode() for key in keys.split(",")]
        self._fernet = MultiFernet([Fernet(key) for key in self._keys])

    @cached_property
    def key_id(self) -> str:
        """Tells the key that encrypts now from others, and nothing else about it."""
        return sha256(b"key id" + self._keys[0]).hexdigest()[:16]

    def sealed(self, secret: bytes) -> bytes:
        return self._fernet.encrypt(secret)

    def opened(self, sealed: bytes) -> bytes:
        """The secret in clear; `cryptography.fernet.InvalidToken` if no key fits."""
        return self._fernet.decrypt(sealed)

    def resealed(self, sealed: bytes) -> bytes | None:
        """The secret under the key that encrypts now; None if it is under that one already; else as `opened`."""
        try:
            Fernet(self._keys[0]).decrypt(sealed)
        except InvalidToken:
            return self._fernet.rotate(sealed)
        return None

    def fingerprint(self, text: str) -> str:
        """The same for the same text, and of no use to whoever lacks the key: 64 hexadecimal digits."""
        return self.fingerprints(text)[0]

    def fingerprints(self, text: str) -> list[str]:
        """Under each of the keys: what was stored before the newest key came is found by these."""
        return [hmac.digest(_derived(key), text.encode(), "sha256").hex() for key in self._keys]


def _derived(key: bytes) -> bytes:
    """A key of its own for fingerprints, so that no key does two things."""
    return hmac.digest(key, b"fingerprint", "sha256")
