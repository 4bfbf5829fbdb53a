"""Standard Webhooks: what a receiver needs to know that a message is ours and new."""

import base64
import hmac
from datetime import datetime
from uuid import UUID

from shared.envelope import CONTENT_TYPE


def headers(message_id: UUID, at: datetime, body: bytes, secret: bytes, traceparent: str) -> list[tuple[str, str]]:
    """The headers of one attempt; `webhook-id` is the event's and stays the same over all of them."""
    timestamp = str(int(at.timestamp()))
    return [
        ("content-type", CONTENT_TYPE),
        ("user-agent", "Acquis"),
        ("traceparent", traceparent),
        ("webhook-id", str(message_id)),
        ("webhook-timestamp", timestamp),
        ("webhook-signature", signature(str(message_id), timestamp, body, secret)),
    ]


def signature(message_id: str, timestamp: str, body: bytes, secret: bytes) -> str:
    """`v1`: HMAC-SHA256 over id, timestamp and body, joined with dots."""
    signed = b".".join([message_id.encode(), timestamp.encode(), body])
    return f"v1,{base64.b64encode(hmac.digest(secret, signed, 'sha256')).decode()}"
