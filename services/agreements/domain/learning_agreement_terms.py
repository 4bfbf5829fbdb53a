"""The terms of a learning agreement (domain.md 2.2); what has to be true of them, `writing` and `coverage` say."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from services.agreements.domain.learning_agreement_content import (
    ActivityType,
    AssessmentPlan,
    Language,
    LearningActivity,
    Mode,
    Progress,
    RecognitionPlan,
    activities_in_order,
    assessments_in_order,
)
from shared.contracts.agreements import AgreedUnit, PlannedAssessment, TranscriptPolicy
from shared.contracts.catalogue import OutcomePair


@dataclass(frozen=True, kw_only=True)
class UnitAbroad:
    """A home unit, or part of one, to be achieved abroad through a unit of the host."""

    unit_id: UUID
    host_unit_id: UUID
    comparability_id: UUID
    comparability_version: int
    outcomes: tuple[OutcomePair, ...]
    automatic: bool
    alternative: str | None
    """What happens at home instead, where recognition is not automatic."""
    part: bool | None = None
    """True where the outcomes are not all that the unit takes: then not the unit is recognised, only they are."""
    recognition: RecognitionPlan | None = None

    @property
    def has_conditions(self) -> bool | None:
        """None where nothing is said of conditions."""
        return bool(self.recognition.conditions) if self.recognition else None

    def agreed(self) -> AgreedUnit:
        return AgreedUnit(
            unit_id=self.unit_id,
            host_unit_id=self.host_unit_id,
            comparability_id=self.comparability_id,
            comparability_version=self.comparability_version,
            outcomes=self.outcomes,
            automatic=self.automatic,
            has_conditions=self.has_conditions,
        )


@dataclass(frozen=True, kw_only=True)
class Terms:
    """What learner, home and host sign.

    What is None is not said, and leaves the hash what it was before there was such a member.
    """

    learner_id: UUID
    home_id: UUID
    host_id: UUID
    memorandum_id: UUID
    memorandum_version: int
    """The `content_version` of the memorandum that the agreement is made under."""
    qualification_id: UUID
    qualification_version: int
    units: tuple[UnitAbroad, ...]
    transcript_policy: TranscriptPolicy
    starts_on: date
    ends_on: date
    project_code: str | None = None
    mobility_id: str | None = None
    call_year: int | None = None
    activity_type: ActivityType | None = None
    mode: Mode | None = None
    weeks: int | None = None
    language: Language | None = None
    eqf_level: int | None = None
    nqf_level: str | None = None
    progress: Progress | None = None
    workplace: str | None = None
    activities: tuple[LearningActivity, ...] | None = None
    assessments: tuple[AssessmentPlan, ...] | None = None
    documentation: tuple[str, ...] | None = None
    """Which records are made of the learning and its assessment."""
    reintegration: str | None = None
    """What helps the learner to go on at home afterwards."""
    provisions: str | None = None
    """What happens where some part fails."""
    intermediary_id: UUID | None = None
    """Who places the learner; it has no part in recognition."""

    @property
    def days(self) -> int:
        """Of the stay, the first and the last one included."""
        return (self.ends_on - self.starts_on).days + 1

    @property
    def host_outcome_ids(self) -> set[UUID]:
        return {pair.host_outcome_id for unit in self.units for pair in unit.outcomes}

    @property
    def institution_ids(self) -> set[UUID]:
        """Every institution that the terms name."""
        return {self.home_id, self.host_id, *self._others()}

    @property
    def assessing_ids(self) -> set[UUID]:
        """Of the planned assessments; the host's, where nobody else is named."""
        return {plan.assessing_id or self.host_id for plan in self.assessments or ()}

    def planned_assessments(self) -> tuple[PlannedAssessment, ...] | None:
        return None if self.assessments is None else tuple(plan.said() for plan in self.assessments)

    def overlaps(self, other: "Terms") -> bool:
        """Whether both have the learner do the same unit at the same time."""
        same_units = {unit.unit_id for unit in self.units} & {unit.unit_id for unit in other.units}
        return bool(same_units) and self.starts_on <= other.ends_on and other.starts_on <= self.ends_on

    def _others(self) -> Iterator[UUID]:
        plans = [unit.recognition for unit in self.units if unit.recognition]
        named = [self.intermediary_id, *self.assessing_ids]
        named += [id_ for plan in plans for id_ in (plan.validating_id, plan.recognising_id)]
        return (id_ for id_ in named if id_)


def in_order(terms: Terms) -> Terms:
    """The same terms, lists sorted, so that their order never changes the hash (domain.md 3.7, iias#169)."""
    return replace(
        terms,
        units=tuple(sorted(map(_unit_in_order, terms.units), key=lambda unit: unit.unit_id)),
        progress=_progress_in_order(terms.progress),
        activities=activities_in_order(terms.activities),
        assessments=assessments_in_order(terms.assessments),
        documentation=_sorted(terms.documentation),
    )


def _unit_in_order(unit: UnitAbroad) -> UnitAbroad:
    outcomes = sorted(unit.outcomes, key=lambda pair: (pair.home_outcome_id, pair.host_outcome_id))
    plan = unit.recognition
    if plan:
        plan = replace(plan, documents=_sorted(plan.documents), conditions=_sorted(plan.conditions))
    return replace(unit, outcomes=tuple(outcomes), recognition=plan)


def _progress_in_order(progress: Progress | None) -> Progress | None:
    if progress is None:
        return None
    acquired = tuple(sorted(progress.acquired_unit_ids))
    return replace(progress, acquired_unit_ids=acquired, enclosures=_sorted(progress.enclosures))


def _sorted(texts: tuple[str, ...] | None) -> tuple[str, ...] | None:
    return None if texts is None else tuple(sorted(texts))
