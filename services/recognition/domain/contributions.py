"""What a decision gave to a unit: the outcomes that count or are held because of it, each given once."""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from uuid import UUID

from services.recognition.domain.decisions import Decision
from services.recognition.domain.unit_facts import UnitFacts


@dataclass(frozen=True, kw_only=True)
class Contribution:
    decision_id: UUID
    learner_id: UUID
    qualification_id: UUID
    unit_id: UUID
    transcript_id: UUID
    host_unit_id: UUID
    outcome_ids: tuple[UUID, ...]
    host_outcome_ids: tuple[UUID, ...]
    """Those that stand for them in the agreement: for another unit of the qualification they cannot count any more."""


def contribution(unit: UnitFacts, decision: Decision, given: AbstractSet[UUID]) -> Contribution:
    return Contribution(
        decision_id=decision.decision_id,
        learner_id=decision.learner_id,
        qualification_id=decision.qualification_id,
        unit_id=decision.unit_id,
        transcript_id=decision.transcript_id,
        host_unit_id=unit.agreed.host_unit_id,
        outcome_ids=tuple(sorted(given)),
        host_outcome_ids=tuple(sorted(host_outcomes(unit, given))),
    )


def host_outcomes(unit: UnitFacts, given: AbstractSet[UUID]) -> set[UUID]:
    """What stands for these outcomes in the agreement."""
    return {pair.host_outcome_id for pair in unit.agreed.outcomes if pair.home_outcome_id in given}
