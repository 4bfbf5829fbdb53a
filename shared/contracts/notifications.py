"""What `notifications` says about the subscriptions themselves."""

from uuid import UUID

from shared.contracts.facts import Fact, fact

TOPIC = "acquis.notifications.v1"


@fact("acquis.subscription.disabled.v1", topic=TOPIC, subject="subscription_id")
class SubscriptionDisabled(Fact):
    """The endpoint answered 410, or failed for too long: nothing more is sent to it."""

    subscription_id: UUID
    version: int
    owner_id: UUID
    failed_deliveries: int
