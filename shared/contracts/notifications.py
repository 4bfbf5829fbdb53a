"""What `notifications` says about the subscriptions themselves."""

from datetime import datetime
from uuid import UUID

from shared.contracts.facts import Fact, fact

TOPIC = "acquis.notifications.v1"


@fact("acquis.subscription.verified.v1", topic=TOPIC, subject="subscription_id")
class SubscriptionVerified(Fact):
    """The endpoint answered a signed ping: from now on it hears what the subscription asks for."""

    subscription_id: UUID
    version: int
    owner_id: UUID


@fact("acquis.subscription.pinged.v1", topic=TOPIC, subject="subscription_id")
class SubscriptionPinged(Fact):
    """A test: sent to the one endpoint that is tried, and to nobody else."""

    subscription_id: UUID
    version: int
    owner_id: UUID


@fact("acquis.subscription.failing.v1", topic=TOPIC, subject="subscription_id")
class SubscriptionFailing(Fact):
    """Nothing but failures for a day: it will be disabled, unless something arrives before then."""

    subscription_id: UUID
    version: int
    owner_id: UUID
    failing_since: datetime
    disabled_at: datetime
    """When it will be."""


@fact("acquis.subscription.disabled.v1", topic=TOPIC, subject="subscription_id")
class SubscriptionDisabled(Fact):
    """The endpoint answered 410, or failed for too long: nothing more is sent to it."""

    subscription_id: UUID
    version: int
    owner_id: UUID
    failed_deliveries: int
