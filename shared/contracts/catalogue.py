"""What `catalogue` says: the whole published value, so that consumers keep what they need."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from shared.contracts.facts import Fact, fact, part

TOPIC = "acquis.catalogue.v1"


class EcvetFunction(StrEnum):
    """What a competent institution may be responsible for (domain.md 2.1; Recommendation 18.6.2009, Annex I e)."""

    DESIGNS_QUALIFICATIONS = "designs_qualifications"
    AWARDS_QUALIFICATIONS = "awards_qualifications"
    ALLOCATES_POINTS = "allocates_points"
    PROVIDES_TRAINING = "provides_training"
    ASSESSES = "assesses"
    VALIDATES = "validates"
    RECOGNISES = "recognises"
    ASSURES_QUALITY = "assures_quality"


@part
class Competence:
    """An ECVET function that the institution holds, and the law that gives it."""

    function: EcvetFunction
    legal_reference: str


@fact("acquis.institution.registered.v1", topic=TOPIC, subject="institution_id")
class InstitutionRegistered(Fact):
    institution_id: UUID
    version: int
    name: str
    country: str
    """ISO 3166-1 alpha-2."""
    oid: str | None
    """Organisation id: `E` and 8 digits."""
    pic: str | None
    """Participant identification code: 9 digits."""
    competences: tuple[Competence, ...]
    demo: bool
    merged_into_id: UUID | None = None
    """It turned out to be the same as this one, whose id counts from now on."""


@fact("acquis.institution.changed.v1", topic=TOPIC, subject="institution_id")
class InstitutionChanged(InstitutionRegistered):
    """The whole new value."""


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


@part
class Grade:
    """One grade of a scale, or one interval of marks."""

    label: str
    passing: bool
    lowest: Decimal | None = None
    """The interval's marks, both included, where the scale is one of numbers."""
    highest: Decimal | None = None


@part
class GradeShare:
    grade: Grade
    share: Decimal
    """Of those who passed, 0 to 1; 0 for a grade that fails."""


@fact("acquis.grade-table.published.v1", topic=TOPIC, subject="grade_table_id")
class GradeTablePublished(Fact):
    """How an institution's grades are distributed over those who passed, in one field of study (domain.md 4.7)."""

    grade_table_id: UUID
    version: int
    institution_id: UUID
    country: str
    grade_scale_id: UUID
    grade_scale: str
    """The scale's code, as results name it."""
    isced_f: str | None
    """The field of study; None for all."""
    period_from: date
    period_until: date
    sample_size: int
    """How many results it rests on."""
    shares: tuple[GradeShare, ...]
    """Best grade first; those of the passing grades sum to 1."""
