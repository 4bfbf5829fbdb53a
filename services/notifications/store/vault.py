"""Webhook secrets, encrypted at rest."""

import base64
import secrets
from functools import lru_cache

from cryptography.fernet import Fernet, MultiFernet

PREFIX = "whsec_"
"""Standard Webhooks: what a symmetric secret begins with, so that scanners recognise it."""
SECRET_BYTES = 32


class Vault:
    """Encrypts and decrypts with the keys of the settings; ValueError if one of them is no Fernet key."""

    def __init__(self, keys: str) -> None:
        self._fernet = MultiFernet([Fernet(key.strip()) for key in keys.split(",")])
        # Decrypting takes longer than signing, and the same few secrets sign everything.
        self.opened = lru_cache(maxsize=1024)(self._fernet.decrypt)
        """The secret in clear; `cryptography.fernet.InvalidToken` if no key fits."""

    def sealed(self, secret: bytes) -> bytes:
        return self._fernet.encrypt(secret)


def new_secret() -> bytes:
    return secrets.token_bytes(SECRET_BYTES)


def written(secret: bytes) -> str:
    """The secret as subscribers get it: `whsec_` and base64."""
    return PREFIX + base64.b64encode(secret).decode()
