"""How much each subscription may have in hand: as much as its endpoint is seen to answer.

One that never answers would hold everything otherwise, and all other subscribers would wait for its time to be up.
"""

from collections import Counter
from collections.abc import Iterable
from uuid import UUID

from services.notifications.store import Attempt

FIRST = 4
"""Deliveries claimed for an endpoint of which nothing was heard just now."""
FOR_AN_ANSWER = 8
"""So many more for each quick answer just now: one that answers has full speed after two rounds."""
MOST = 256
"""Enough to keep all posts busy while results are recorded."""
QUICK_MS = 1_000


def free_shares(in_hand: Iterable[UUID], answered: Iterable[Attempt]) -> dict[UUID, int]:
    """How many more deliveries may be claimed for each of these subscriptions; for any other it is `FIRST`."""
    held = Counter(in_hand)
    quick = Counter(
        one.claimed.subscription_id for one in answered if one.answer.status and one.duration_ms <= QUICK_MS
    )
    shares = {one: min(FIRST + FOR_AN_ANSWER * quick[one], MOST) for one in held | quick}
    return {one: max(share - held[one], 0) for one, share in shares.items()}
