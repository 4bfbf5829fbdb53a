"""Webhook secrets, encrypted at rest."""

import base64
import secrets
from functools import lru_cache

from shared import vault

PREFIX = "whsec_"
"""Standard Webhooks: what a symmetric secret begins with, so that scanners recognise it."""
SECRET_BYTES = 32


class Vault(vault.Vault):
    """Remembers what it has opened: decrypting takes longer than signing, and the same few secrets sign everything."""

    def __init__(self, keys: str) -> None:
        super().__init__(keys)
        self._remembered = lru_cache(maxsize=1024)(super().opened)

    def opened(self, sealed: bytes) -> bytes:
        return self._remembered(sealed)


def new_secret() -> bytes:
    return secrets.token_bytes(SECRET_BYTES)


def written(secret: bytes) -> str:
    """The secret as subscribers get it: `whsec_` and base64."""
    return PREFIX + base64.b64encode(secret).decode()
