"""Standard Webhooks: what a receiver needs to know that a message is ours and new."""

import base64
import hmac
from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from shared.envelope import CONTENT_TYPE


def headers(message_id: UUID, at: datetime, traceparent: str) -> list[tuple[str, str]]:
    """The headers of one attempt, but for the signature; `webhook-id` is the event's and stays the same over all."""
    return [
        ("content-type", CONTENT_TYPE),
        ("user-agent", "Acquis"),
        ("traceparent", traceparent),
        ("webhook-id", str(message_id)),
        ("webhook-timestamp", _timestamp(at)),
    ]


def signature(
    message_id: UUID, at: datetime, body: bytes, secrets: Sequence[bytes], keys: Sequence[Ed25519PrivateKey]
) -> str:
    """`webhook-signature` over id, timestamp and body, joined with dots: one of each secret and of each key.

    `v1` is HMAC-SHA256 with a secret that only the subscriber has, `v1a` ed25519 with a key whose public half is
    published. A receiver needs one that it can check.
    """
    signed = b".".join([str(message_id).encode(), _timestamp(at).encode(), body])
    own = [("v1", hmac.digest(secret, signed, "sha256")) for secret in secrets]
    public = [("v1a", _signed(key, signed)) for key in keys]
    return " ".join(f"{kind},{base64.b64encode(value).decode()}" for kind, value in own + public)


@lru_cache(maxsize=1024)
def _signed(key: Ed25519PrivateKey, signed: bytes) -> bytes:
    """Remembered: it takes long, and is the same for all who are sent an event in the same second."""
    return key.sign(signed)


def _timestamp(at: datetime) -> str:
    return str(int(at.timestamp()))
