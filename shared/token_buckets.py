"""How often somebody may come: token buckets, in this process only."""

import math
from datetime import datetime

from shared import clock

MOST_BUCKETS = 10_000


class TokenBuckets:
    """One bucket a caller, refilled evenly; full, it holds what a minute allows."""

    def __init__(self, per_minute: int) -> None:
        self._size = float(per_minute)
        self._per_second = per_minute / 60
        self._buckets: dict[str, tuple[float, datetime]] = {}
        self._most = MOST_BUCKETS

    def take(self, who: str) -> int:
        """0 if there was a token left to take, else the seconds to wait for the next one."""
        now = clock.now()
        tokens = self._tokens(who, now)
        if tokens < 1:
            return math.ceil((1 - tokens) / self._per_second)
        if len(self._buckets) >= self._most:
            self._forget_full(now)
        self._buckets[who] = (tokens - 1, now)
        return 0

    def _tokens(self, who: str, now: datetime) -> float:
        tokens, at = self._buckets.get(who, (self._size, now))
        return min(self._size, tokens + abs((now - at).total_seconds()) * self._per_second)

    def _forget_full(self, now: datetime) -> None:
        """A full bucket is as good as none; so memory stays bounded by who came within the last minute."""
        self._buckets = {who: bucket for who, bucket in self._buckets.items() if self._tokens(who, now) < self._size}
        self._most = max(MOST_BUCKETS, 2 * len(self._buckets))  # or a crowd would cost a sweep at each request
