"""How an endpoint does: one that is down or asks for it gets rest.

One that only failed for a day gets a warning, for five days an end.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

PATIENCE = 5
"""So many failures in a row mean that it is down."""
FIRST_REST = timedelta(seconds=1)
MOST_DOUBLINGS = 6
LONGEST_REST = timedelta(minutes=1)
"""Within it an endpoint that is back is noticed; meanwhile one attempt is made, and what waits keeps its ten."""
WARNED_AFTER = timedelta(days=1)
DISABLED_AFTER = timedelta(days=5)
"""From the first to the latest of nothing but failures: days on which nothing was sent say nothing."""


@dataclass(frozen=True)
class Health:
    failing_since: datetime | None = None
    """When the first of nothing but failures was."""
    failures: int = 0
    """In a row, of those that say that the endpoint is down."""
    rests_until: datetime | None = None
    """Nothing is sent before."""
    failed_at: datetime | None = None
    """When the latest of nothing but failures was."""


@dataclass(frozen=True)
class Outcomes:
    """What came of some attempts for one subscription."""

    succeeded: int = 0
    refused: int = 0
    """There was an answer, and it was no."""
    down: int = 0
    """No answer, or one that says that it cannot answer."""
    asked: timedelta = timedelta()
    """The longest that it wants to be left alone (`Retry-After`)."""


WELL = Health()


def after(health: Health, outcomes: Outcomes, at: datetime) -> Health:
    """Any success means that all is well again. What refuses is up, so it needs no rest; unless it asks for one."""
    asked = _asked(health, outcomes, at)
    if outcomes.succeeded:
        return Health(rests_until=asked)
    since = health.failing_since or at
    if outcomes.refused:
        return Health(since, rests_until=asked, failed_at=at)
    failures = health.failures + outcomes.down
    rests = [until for until in (_rest(failures, at), asked) if until]
    return Health(since, failures, max(rests, default=None), failed_at=at)


def _asked(health: Health, outcomes: Outcomes, at: datetime) -> datetime | None:
    """Until when it wants to be left alone: what was under way when it asked says nothing against it."""
    before = health.rests_until
    still = before if before and before > at + LONGEST_REST else None  # nobody rests so long without asking
    now = at + outcomes.asked if outcomes.asked else None
    return max((until for until in (still, now) if until), default=None)


def _rest(failures: int, at: datetime) -> datetime | None:
    """Twice as long with each failure."""
    if failures < PATIENCE:
        return None
    return at + min(FIRST_REST * (1 << min(failures - PATIENCE, MOST_DOUBLINGS)), LONGEST_REST)
