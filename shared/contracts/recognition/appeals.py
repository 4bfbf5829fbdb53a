"""A learner objects to a decision, and somebody else decides (domain.md 3.5, 4.8)."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from shared.contracts.facts import Fact, fact
from shared.contracts.recognition.topic import TOPIC


class AppealOutcome(StrEnum):
    UPHELD = "upheld"
    """The decision stands, for good."""
    OVERTURNED = "overturned"
    """Another one takes its place."""


@fact("acquis.appeal.opened.v1", topic=TOPIC, subject="appeal_id", key="learner_id")
class AppealOpened(Fact):
    appeal_id: UUID
    version: int
    decision_id: UUID
    """The one that the learner objects to."""
    learner_id: UUID
    home_id: UUID
    home_country: str
    host_id: UUID
    qualification_id: UUID
    unit_id: UUID
    opened_on: date


@fact("acquis.appeal.decided.v1", topic=TOPIC, subject="appeal_id", key="learner_id")
class AppealDecided(Fact):
    appeal_id: UUID
    version: int
    decision_id: UUID
    outcome: AppealOutcome
    learner_id: UUID
    home_id: UUID
    home_country: str
    host_id: UUID
    qualification_id: UUID
    unit_id: UUID
    legal_basis: str
    """What the outcome rests on: a reference to law or regulation, nothing about a person."""
    decided_at: datetime
    superseded_by: UUID | None = None
    """Where it was overturned, the decision that took its place."""
