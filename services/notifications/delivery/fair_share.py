"""How much each institution, and each of its subscriptions, may have in hand: as much as is seen to be answered.

One that never answers would hold everything otherwise, and all others would wait for its time to be up. However many
subscriptions an institution has, they share what is its own.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from services.notifications.store import Attempt, Claimed, Shares

FIRST = 4
"""Deliveries claimed for an endpoint of which nothing was heard just now."""
FIRST_OF_OWNER = 16
"""And for all endpoints of an institution."""
FOR_AN_ANSWER = 8
"""So many more for each quick answer just now: one that answers has full speed after two rounds."""
MOST = 256
"""Enough to keep all posts busy while results are recorded."""
QUICK_MS = 1_000


@dataclass(frozen=True)
class FreeShares:
    """How many more deliveries may be claimed."""

    owners: Shares
    subscriptions: Shares


def free_shares(in_hand: Iterable[Claimed], answered: Iterable[Attempt]) -> FreeShares:
    held = list(in_hand)
    quick = [one.claimed for one in answered if one.answer.status and one.duration_ms <= QUICK_MS]
    return FreeShares(
        owners=_free(Counter(one.owner_id for one in held), Counter(one.owner_id for one in quick), FIRST_OF_OWNER),
        subscriptions=_free(
            Counter(one.subscription_id for one in held), Counter(one.subscription_id for one in quick), FIRST
        ),
    )


def _free(held: Counter[UUID], quick: Counter[UUID], first: int) -> Shares:
    shares = {one: min(first + FOR_AN_ANSWER * quick[one], MOST) for one in held | quick}
    return Shares({one: max(share - held[one], 0) for one, share in shares.items()}, otherwise=first)
