"""The facts on one home unit, as the rules look at them."""

import calendar
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from services.recognition.domain.by_person import Certification, Correction
from services.recognition.domain.coverage import ANY
from services.recognition.domain.partial import Parts, UnitInProgress
from shared.canonical import content_hash
from shared.contracts.agreements import AgreedUnit, LearningAgreementAgreed, MemorandumActivated
from shared.contracts.assessment import AssessmentValue, TranscriptIssued
from shared.contracts.catalogue import (
    ComparabilityDeclared,
    CountryPolicyPublished,
    Coverage,
    GradeTablePublished,
    QualificationPublished,
    Unit,
)


@dataclass(frozen=True, kw_only=True)
class UnitFacts:
    """Everything that the rules look at to decide on one home unit."""

    transcript: TranscriptIssued
    transcript_hash: str
    """Computed here, to hold against the one that the transcript claims."""
    assessments: tuple[AssessmentValue, ...]
    """Those that have a say in the unit: with an achieved outcome, or if there is none, all that touch the unit.

    Always all of them where the unit's coverage counts failures, too.
    """
    agreement: LearningAgreementAgreed
    agreed: AgreedUnit
    agreed_since: date
    """When the unit was first agreed as it stands: a change abroad leaves alone what it does not touch."""
    cancelled_on: date | None
    memorandum: MemorandumActivated
    in_force_since: date
    in_force_until: date
    suspended_on: date | None
    """The first assessment day on which the memorandum was suspended for the qualification."""
    comparability: ComparabilityDeclared
    withdrawn_on: date | None
    qualification: QualificationPublished
    home_unit: Unit | None
    """None if the qualification has no such unit in this version."""
    host_qualification: QualificationPublished | None
    host_unit: Unit | None
    today: date
    """The day of the decision."""
    policy: CountryPolicyPublished | None
    """The home country's that applies, see `policies.applicable`; None if none was in force at the assessment date."""
    active_credit_id: UUID | None = None
    """The credit that already counts for this learner, qualification and unit."""
    in_progress: UnitInProgress | None = None
    """What this learner holds of the unit already, if it does not count yet."""
    parts_before: Parts = field(default_factory=dict)
    """What other transcripts have given of that."""
    host_outcomes_counted_elsewhere: frozenset[UUID] = frozenset()
    """Host outcomes by which, over all transcripts of the learner, another unit of the qualification counts."""
    copy_of: UUID | None = None
    """Another transcript of the learner that says the very same."""
    host_grade_tables: tuple[GradeTablePublished, ...] = ()
    home_grade_tables: tuple[GradeTablePublished, ...] = ()
    """All versions of the institutions' tables; none if nothing is graded."""
    revoked_decision_id: UUID | None = None
    """What was decided on the unit by this transcript before, and was revoked."""
    correction: Correction | None = None
    """What a person says of these results."""
    certification: Certification | None = None
    """What stands behind transcript and agreement where it was no mobility (`certified`)."""

    @property
    def vouched_for(self) -> Correction | Certification | None:
        """The last word of a person about what the rules look at."""
        return self.correction or self.certification

    @property
    def assessment_ids(self) -> frozenset[UUID]:
        return frozenset(assessment.assessment_id for assessment in self.assessments)

    @property
    def results_hash(self) -> str:
        """Of what a decision on the unit is about."""
        return content_hash((self.assessments, self.agreed))

    @property
    def coverage(self) -> Coverage:
        return coverage_of(self.home_unit)

    @property
    def first_day(self) -> date:
        return min(assessment.assessed_on for assessment in self.assessments)

    @property
    def last_day(self) -> date:
        """When the last of these results on the unit was assessed."""
        return max(assessment.assessed_on for assessment in self.assessments)

    @property
    def valid_until(self) -> date | None:
        """The last day on which these results count, or are held as a part; None without end (domain.md 4.3, 4.8)."""
        if self.correction and self.correction.valid_until:
            return self.correction.valid_until
        years = self.home_unit.credit_validity_years if self.home_unit else None
        return None if years is None else _years_after(self.last_day, years)

    @property
    def is_over(self) -> bool:
        """Whether nothing counts by these results any more."""
        return self.valid_until is not None and self.valid_until < self.today

    @property
    def outcomes_also_agreed_elsewhere(self) -> list[UUID]:
        """The host outcomes that stand for this unit's and, in the same agreement, for another unit's."""
        others = (unit for unit in self.agreement.units if unit.unit_id != self.agreed.unit_id)
        elsewhere = {pair.host_outcome_id for unit in others for pair in unit.outcomes}
        return sorted(elsewhere & {pair.host_outcome_id for pair in self.agreed.outcomes})

    def within(self, valid_from: date, valid_until: date | None) -> bool:
        """Whether every assessment that counts was made in that time."""
        return valid_from <= self.first_day and (valid_until is None or self.last_day <= valid_until)


def coverage_of(unit: Unit | None) -> Coverage:
    return (unit.coverage if unit else None) or ANY


def unit_of(qualification: QualificationPublished, unit_id: UUID) -> Unit | None:
    return next((unit for unit in qualification.units if unit.unit_id == unit_id), None)


def _years_after(day: date, years: int) -> date:
    """The same day, or the last of February where that year has no 29th."""
    last = calendar.monthrange(day.year + years, day.month)[1]
    return day.replace(year=day.year + years, day=min(day.day, last))
