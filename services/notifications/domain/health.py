"""How an endpoint does: one that is down gets rest, one that only failed for a day a warning, for five days an end."""

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


WELL = Health()


def after(health: Health, outcomes: Outcomes, at: datetime) -> Health:
    """Any success means that all is well again. What refuses is up, so it needs no rest."""
    if outcomes.succeeded:
        return WELL
    since = health.failing_since or at
    if outcomes.refused:
        return Health(since, failed_at=at)
    failures = health.failures + outcomes.down
    return Health(since, failures, _rest(failures, at), failed_at=at)


def _rest(failures: int, at: datetime) -> datetime | None:
    """Twice as long with each failure."""
    if failures < PATIENCE:
        return None
    return at + min(FIRST_REST * (1 << min(failures - PATIENCE, MOST_DOUBLINGS)), LONGEST_REST)
