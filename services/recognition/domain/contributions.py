"""What a decision gave to a unit: the outcomes that count or are held because of it, each given once."""

from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from services.recognition.domain.decisions import Decision
from services.recognition.domain.partial import Part, Parts
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
    assessed_on: date | None = None
    """As all that follows, None of what was given before it was kept: that has no end, and no grade."""
    valid_until: date | None = None
    grade: str | None = None
    grade_scale: str | None = None
    grade_failed: bool | None = None

    @property
    def part(self) -> Part | None:
        """What the transcript is as a part of the unit."""
        if self.assessed_on is None:
            return None
        return Part(
            assessed_on=self.assessed_on,
            valid_until=self.valid_until,
            grade=self.grade,
            grade_scale=self.grade_scale,
            grade_failed=bool(self.grade_failed),
        )


def contribution(unit: UnitFacts, decision: Decision, given: AbstractSet[UUID], part: Part | None) -> Contribution:
    return Contribution(
        decision_id=decision.decision_id,
        learner_id=decision.learner_id,
        qualification_id=decision.qualification_id,
        unit_id=decision.unit_id,
        transcript_id=decision.transcript_id,
        host_unit_id=unit.agreed.host_unit_id,
        outcome_ids=tuple(sorted(given)),
        host_outcome_ids=tuple(sorted(host_outcomes(unit, given))),
        **(vars(part) if part else {}),
    )


def last_given(given: Iterable[Contribution]) -> Contribution | None:
    """The last one of a transcript of which more is known than the outcomes: each of its issues says all anew."""
    return max(given, key=lambda one: (one.part is not None, one.decision_id), default=None)


def parts_in(given: Iterable[Contribution]) -> Parts:
    """What each transcript is by what it has given to a unit."""
    in_turn = sorted(given, key=lambda one: one.decision_id)
    return {one.transcript_id: one.part for one in in_turn if one.part}


def lasting(given: Sequence[Contribution], today: date) -> Sequence[Contribution]:
    """Without those of transcripts that are over as a part."""
    over = {transcript_id for transcript_id, part in parts_in(given).items() if part.is_over(today)}
    return [one for one in given if one.transcript_id not in over]


def host_outcomes(unit: UnitFacts, given: AbstractSet[UUID]) -> set[UUID]:
    """What stands for these outcomes in the agreement."""
    return {pair.host_outcome_id for pair in unit.agreed.outcomes if pair.home_outcome_id in given}
