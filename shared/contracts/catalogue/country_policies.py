"""What a country recognises."""

from datetime import date
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from shared.contracts.catalogue.topic import TOPIC
from shared.contracts.facts import Fact, fact


class UnitRecognition(StrEnum):
    """Whether a country recognises units, not only whole qualifications (domain.md 4.9)."""

    YES = "yes"
    PARTIAL = "partial"
    NO = "no"


@fact("acquis.country-policy.published.v1", topic=TOPIC, subject="country_policy_id")
class CountryPolicyPublished(Fact):
    """One version of a country's policy (domain.md 4.9)."""

    country_policy_id: UUID
    version: int
    country: str
    unit_recognition: UnitRecognition
    accumulation: bool
    final_exam_only: bool
    grade_transfer: bool
    points_used: bool
    max_share_abroad: Decimal | None
    """Share of a qualification that may come from abroad, 0 to 1."""
    appeal_days: int
    minimum_age: int | None
    legal_reference: str
    valid_from: date
    valid_until: date | None
