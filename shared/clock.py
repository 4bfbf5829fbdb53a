"""The only place that asks what time it is; `domain/` is always told."""

from datetime import UTC, datetime


def now() -> datetime:
    return datetime.now(UTC)
