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
    SUPERSEDED = "superseded"
    """The host has said something else about the unit, or taken it back: there is nothing left to decide on."""


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
    legal_basis: str | None
    """A reference to law or regulation, nothing about a person; None where nobody decided."""
    decided_at: datetime
    superseded_by: UUID | None = None
    """The decision that took the place of the one appealed against, if one did."""
