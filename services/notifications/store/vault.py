"""What signs webhooks: secrets, encrypted at rest, and key pairs of which everybody may know the public half."""

import base64
import hmac
import secrets
from functools import cached_property, lru_cache

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from shared import vault

PREFIX = "whsec_"
"""Standard Webhooks: what a symmetric secret begins with, so that scanners recognise it."""
PUBLIC_PREFIX = "whpk_"
"""The same for a public key."""
SECRET_BYTES = 32


class Vault(vault.Vault):
    """Remembers what it has opened: decrypting takes longer than signing, and the same few secrets sign everything."""

    def __init__(self, keys: str) -> None:
        super().__init__(keys)
        self._remembered = lru_cache(maxsize=1024)(super().opened)

    def opened(self, sealed: bytes) -> bytes:
        return self._remembered(sealed)

    @cached_property
    def signing_keys(self) -> list[Ed25519PrivateKey]:
        """One made of each key of the settings: while a new one stands beside the old, both are published and sign."""
        seeds = [hmac.digest(key, b"webhook signature", "sha256") for key in self._keys]
        return [Ed25519PrivateKey.from_private_bytes(seed) for seed in seeds]

    @property
    def public_keys(self) -> list[str]:
        """As Standard Webhooks writes them: `whpk_` and base64."""
        return [_encoded(PUBLIC_PREFIX, key.public_key().public_bytes_raw()) for key in self.signing_keys]


def new_secret() -> bytes:
    return secrets.token_bytes(SECRET_BYTES)


def written(secret: bytes) -> str:
    """The secret as subscribers get it: `whsec_` and base64."""
    return _encoded(PREFIX, secret)


def _encoded(prefix: str, value: bytes) -> str:
    return prefix + base64.b64encode(value).decode()
