"""All published event types in one place; importing this declares every one of them."""

from shared.contracts import agreements, assessment, catalogue, notifications, public, recognition
from shared.contracts.facts import FACTS, Declaration, Fact

PRODUCERS = {
    "catalogue": catalogue,
    "agreements": agreements,
    "assessment": assessment,
    "recognition": recognition,
    "notifications": notifications,
}

TOPICS = sorted({public.TOPIC, *(declared.DECLARED.topic for declared in FACTS.values())})

__all__ = ["FACTS", "PRODUCERS", "TOPICS", "Declaration", "Fact"]
