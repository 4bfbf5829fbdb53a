"""What compares."""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from uuid import UUID

from shared.contracts.catalogue.topic import TOPIC
from shared.contracts.facts import Fact, fact, part


class Extent(StrEnum):
    FULL = "full"
    PARTIAL = "partial"


@part
class OutcomePair:
    """A host outcome that stands for a home outcome."""

    host_outcome_id: UUID
    home_outcome_id: UUID


@fact("acquis.comparability.declared.v1", topic=TOPIC, subject="comparability_id")
class ComparabilityDeclared(Fact):
    """What a unit of the hosting institution is worth in a unit at home, established through the EQF."""

    comparability_id: UUID
    version: int
    home_qualification_id: UUID
    home_unit_id: UUID
    host_qualification_id: UUID
    host_unit_id: UUID
    extent: Extent
    outcomes: tuple[OutcomePair, ...]
    declared_by: UUID
    valid_from: date
    valid_until: date | None
    conditions: Mapping[str, str] | None = None
    """What has to be fulfilled besides; it is then comparable with conditions only."""


@fact("acquis.comparability.withdrawn.v1", topic=TOPIC, subject="comparability_id")
class ComparabilityWithdrawn(Fact):
    comparability_id: UUID
    version: int
    home_unit_id: UUID
    host_unit_id: UUID
    declared_by: UUID
    withdrawn_on: date
