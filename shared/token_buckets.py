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
        return take_from_each((self, who))

    def wait(self, who: str, now: datetime) -> int:
        """Seconds until there is a token; 0 if there is one."""
        return math.ceil(max(1 - self._tokens(who, now), 0) / self._per_second)

    def remove(self, who: str, now: datetime) -> None:
        """One that is there."""
        if len(self._buckets) >= self._most:
            self._forget_full(now)
        self._buckets[who] = (self._tokens(who, now) - 1, now)

    def _tokens(self, who: str, now: datetime) -> float:
        tokens, at = self._buckets.get(who, (self._size, now))
        return min(self._size, tokens + abs((now - at).total_seconds()) * self._per_second)

    def _forget_full(self, now: datetime) -> None:
        """A full bucket is as good as none; so memory stays bounded by who came within the last minute."""
        self._buckets = {who: bucket for who, bucket in self._buckets.items() if self._tokens(who, now) < self._size}
        self._most = max(MOST_BUCKETS, 2 * len(self._buckets))  # or a crowd would cost a sweep at each request


def take_from_each(*wanted: tuple[TokenBuckets, str]) -> int:
    """0 if each had a token left to take, else the seconds to wait; and then none is taken.

    Otherwise whoever tries in vain would use up what others may have of the bucket that was not empty.
    """
    now = clock.now()
    if wait := max(buckets.wait(who, now) for buckets, who in wanted):
        return wait
    for buckets, who in wanted:
        buckets.remove(who, now)
    return 0
