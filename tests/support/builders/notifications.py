"""What the notifications service says."""

from typing import Any

from shared import ids
from shared.contracts.notifications import SubscriptionDisabled


def subscription_disabled(**changes: Any) -> SubscriptionDisabled:
    usual: dict[str, Any] = {
        "subscription_id": ids.new_id(),
        "version": 2,
        "owner_id": ids.new_id(),
        "failed_deliveries": 1,
    }
    return SubscriptionDisabled(**usual | changes)
