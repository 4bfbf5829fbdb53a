"""Qualifications made of units of learning outcomes."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from shared.contracts.catalogue.topic import TOPIC
from shared.contracts.facts import Fact, fact, part


class OutcomeKind(StrEnum):
    """The three columns of the EQF descriptors since 2017."""

    KNOWLEDGE = "knowledge"
    SKILL = "skill"
    RESPONSIBILITY_AND_AUTONOMY = "responsibility_and_autonomy"


@part
class LearningOutcome:
    outcome_id: UUID
    code: str
    kind: OutcomeKind
    statement: Mapping[str, str]
    required: bool
    weight: Decimal | None = None
    """Its share in the unit beside the others', above 0; all the same without."""
    esco_uris: tuple[str, ...] | None = None
    """The ESCO concepts it corresponds to."""


class CoveragePolicy(StrEnum):
    """How the results of an outcome that was assessed more than once are taken together (domain.md 4.2)."""

    ANY = "any"
    """Achieved once is enough."""
    ALL = "all"
    WEIGHTED = "weighted"
    """The assessments in which it was achieved have enough of the weight."""
    LATEST = "latest"
    BEST = "best"


@part
class Coverage:
    policy: CoveragePolicy
    threshold: Decimal | None = None
    """With `weighted` only: how much of the weight is enough, above 0 and up to 1."""


@part
class Unit:
    """A unit of learning outcomes as it stands in this qualification."""

    unit_id: UUID
    code: str
    title: Mapping[str, str]
    eqf_level: int
    compulsory: bool
    points: Decimal | None
    notional_hours: int | None
    outcomes: tuple[LearningOutcome, ...]
    valid_from: date
    valid_until: date | None
    coefficient: Decimal | None = None
    """Its weight in the weighted mean, where the qualification has one (domain.md 4.4)."""
    prerequisite_ids: tuple[UUID, ...] | None = None
    """Units that have to be achieved before."""
    minimum_optional_outcomes: int | None = None
    """How many of the outcomes that are not required have to be achieved besides (domain.md 4.2)."""
    isced_f: str | None = None
    esco_uris: tuple[str, ...] | None = None
    assessment: Mapping[str, str] | None = None
    """Procedures and criteria for assessment (Recommendation 18.6.2009, Annex II)."""
    coverage: Coverage | None = None
    """Without, an outcome that was achieved once is achieved."""
    credit_validity_years: int | None = None
    """How long a credit for it counts from the last assessment on; without end if None (domain.md 4.8)."""
    eliminatory_mark: Decimal | None = None
    """Below it nothing makes up for the mark (domain.md 4.4)."""
    bonus: bool | None = None
    """An optional unit of which only what is above the bonus mark adds to the mean (domain.md 4.4)."""


class SecondResult(StrEnum):
    """What a second positive result for a unit that counts already comes to (domain.md 4.6)."""

    EVIDENCE_ONLY = "evidence_only"
    BEST_GRADE = "best_grade"


class PartialPoints(StrEnum):
    """What a unit in progress has of its points (domain.md 4.3)."""

    NONE = "none"
    PRO_RATA = "pro_rata"


@part
class AccumulationRules:
    """How units add up to the qualification, as its competent institution wants it; None: domain.md's default."""

    second_result: SecondResult | None = None
    """By default evidence only."""
    partial_points: PartialPoints | None = None
    """By default none until the unit is complete."""
    pass_mark: Decimal | None = None
    """The weighted mean from which the qualification is passed, on the home scale; 10 of 20 by default."""
    pass_mark_inclusive: bool | None = None
    """Whether the pass mark itself is enough: yes by default."""
    bonus_mark: Decimal | None = None
    """Above it a bonus unit adds to the mean; the pass mark by default."""


@fact("acquis.qualification.published.v1", topic=TOPIC, subject="qualification_id")
class QualificationPublished(Fact):
    """One immutable version of a qualification with its units."""

    qualification_id: UUID
    version: int
    awarding_body_id: UUID
    country: str
    title: Mapping[str, str]
    eqf_level: int
    nqf_level: str | None
    isced_f: str
    """ISCED-F 2013, 4 digits."""
    points: Decimal | None
    units: tuple[Unit, ...]
    valid_from: date
    valid_until: date | None
    kind: str | None = None
    """What the country calls this type of qualification."""
    designed_by_ids: tuple[UUID, ...] | None = None
    """The institutions that designed it together: a joint qualification."""
    supersedes_version: int | None = None
    """The published version before this one."""
    region: str | None = None
    """ISO 3166-2, where the country has several national frameworks: the level is one of this part's, e.g. `GB-SCT`."""
    accumulation: AccumulationRules | None = None
