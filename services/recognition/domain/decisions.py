"""What is decided about one home unit: by rule, or left to a person with every reason (domain.md 3.5)."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from uuid import UUID

from services.recognition.domain.rules import RULES, RULES_AT_HOME, RuleResult
from services.recognition.domain.unit_facts import UnitFacts
from services.recognition.domain.validation import Validation, validate
from shared.contracts.catalogue import CountryPolicyPublished
from shared.contracts.recognition import LearningKind, Mode, ReasonCode, ValidationStatus


class DecisionState(StrEnum):
    RECOGNISED = "recognised"
    PARTIALLY_RECOGNISED = "partially_recognised"
    """Outcomes are held; the unit counts when it is complete (domain.md 4.3)."""
    DOCUMENTED_ONLY = "documented_only"
    """On record, for nothing more, as the home country wants it (domain.md 4.9)."""
    MANUAL_REVIEW = "manual_review"
    REFUSED = "refused"
    """By a person; the learner may appeal."""
    EVIDENCE_ONLY = "evidence_only"
    """The unit counts already, by another result (domain.md 4.6)."""
    APPEALED = "appealed"
    REVOKED = "revoked"
    """What it rested on holds no more, and no decision took its place."""
    SUPERSEDED = "superseded"
    """Another decision took its place: by a new version of the transcript or of the country's policy."""


APPEALABLE = frozenset({DecisionState.REFUSED, DecisionState.PARTIALLY_RECOGNISED})
"""Until a last day; without one they are final."""

SECOND_RESULT = frozenset({ReasonCode.DUPLICATE_CREDIT, ReasonCode.LO_MISSING})
"""What may stand against a result that is kept as evidence: that it comes second, in whole or in part."""

DECIDED_BY_RULE: Mapping[frozenset[ReasonCode], DecisionState] = {
    frozenset(): DecisionState.RECOGNISED,
    frozenset({ReasonCode.LO_MISSING}): DecisionState.PARTIALLY_RECOGNISED,
}
"""What comes of a unit of which something was validated, if these and no other reasons stand against it."""

DOCUMENTED = frozenset(
    {
        ReasonCode.COUNTRY_POLICY_DOCUMENT_ONLY,
        ReasonCode.LO_MISSING,
        ReasonCode.MOU_NOT_AUTOMATIC,
        ReasonCode.LA_NOT_AUTOMATIC,
    }
)
"""What may stand against a unit that the country only documents: as nothing counts by it, it makes no difference how
much was achieved, nor whether the partners let a rule decide (domain.md 4.9).
"""

LOOKED_AT = frozenset({ReasonCode.COUNTRY_POLICY_PARTIAL})
"""What only wants a person to look at it; whoever vouches for the facts has done so."""

AS_VALIDATED: Mapping[ValidationStatus, DecisionState] = {
    ValidationStatus.VALIDATED: DecisionState.RECOGNISED,
    ValidationStatus.PARTIALLY_VALIDATED: DecisionState.PARTIALLY_RECOGNISED,
}


@dataclass(frozen=True)
class Judgement:
    """The engine's word on a unit; the same facts give an equal one."""

    validation: Validation
    trace: tuple[RuleResult, ...]
    is_copy: bool = False
    """The very same has been judged before, under another transcript's name."""
    looked_at: frozenset[ReasonCode] = frozenset()
    """What a person has seen, and taken upon them."""
    ruled: bool = False
    """A person says that it counts as far as it is validated, whatever else the rules have against it."""

    @property
    def reasons(self) -> tuple[ReasonCode, ...]:
        """Why not, each once; empty if every rule passed."""
        return tuple(dict.fromkeys(reason for result in self.trace for reason in result.reasons))

    @property
    def state(self) -> DecisionState:
        """What nothing was achieved of is nobody's unit in progress: a person looks at it, as at all else."""
        reasons = frozenset(self.reasons) - self.looked_at
        second = self.validation.is_second_result and (self.ruled or SECOND_RESULT.issuperset(reasons))
        if self.is_copy or second:
            return DecisionState.EVIDENCE_ONLY
        if self.validation.status is ValidationStatus.NOT_VALIDATED:
            return DecisionState.MANUAL_REVIEW
        if self.ruled:
            return AS_VALIDATED[self.validation.status]
        return decided_by_rule(reasons)


@dataclass(frozen=True, kw_only=True)
class Decision:
    decision_id: UUID
    version: int
    state: DecisionState
    mode: Mode | None
    """None as long as nobody has decided."""
    learner_id: UUID
    home_id: UUID
    home_country: str
    host_id: UUID
    host_country: str
    qualification_id: UUID
    qualification_version: int
    unit_id: UUID
    validation_id: UUID
    memorandum_id: UUID
    memorandum_version: int
    memorandum_hash: str
    learning_agreement_id: UUID
    learning_agreement_version: int
    learning_agreement_hash: str
    transcript_id: UUID
    transcript_version: int
    transcript_hash: str
    country_policy_id: UUID | None
    country_policy_version: int | None
    reasons: tuple[ReasonCode, ...]
    trace: tuple[RuleResult, ...]
    assessed_on: date
    decided_at: datetime
    superseded_by: UUID | None = None
    transcript_issued_at: datetime | None = None
    """Not kept of the oldest decisions."""
    kind: LearningKind = LearningKind.MOBILITY
    decided_by: str | None = None
    """`sub` of the person's token; None where a rule decided."""
    legal_basis: str | None = None
    appeal_until: date | None = None
    """The last day for an appeal; None if there is nothing to appeal against, or not any more."""
    assigned_to: str | None = None
    """`sub` of the recogniser who has taken the review."""


def judge(facts: UnitFacts) -> Judgement:
    """Validate first, then ask every rule."""
    validation = validate(facts)
    trace = tuple(rule(facts, validation) for rule in (RULES_AT_HOME if facts.certification else RULES))
    looked_at = LOOKED_AT if facts.vouched_for else frozenset()
    return Judgement(validation, trace, is_copy=facts.copy_of is not None, looked_at=looked_at)


def decided_by_rule(reasons: frozenset[ReasonCode]) -> DecisionState:
    """Of a unit of which something was validated, and against which these reasons stand."""
    if ReasonCode.COUNTRY_POLICY_DOCUMENT_ONLY in reasons and reasons <= DOCUMENTED:
        return DecisionState.DOCUMENTED_ONLY
    return DECIDED_BY_RULE.get(reasons, DecisionState.MANUAL_REVIEW)


def is_by_rule(decision: Decision) -> bool:
    """Whether it is what the rules say, although a person vouches for what they were asked about."""
    return decision.state in {decided_by_rule(frozenset(decision.reasons) - LOOKED_AT), DecisionState.EVIDENCE_ONLY}


def mode_of(facts: UnitFacts) -> Mode:
    """How a rule decides on such facts."""
    return Mode.MANUAL if facts.vouched_for else Mode.AUTOMATIC


def decision_on(
    facts: UnitFacts, judgement: Judgement, *, decision_id: UUID, validation_id: UUID, at: datetime
) -> Decision:
    """The record of a judgement, with the version and hash of everything that went into it."""
    agreement, transcript, memorandum, policy = facts.agreement, facts.transcript, facts.memorandum, facts.policy
    state = judgement.state
    vouched_for = None if state is DecisionState.MANUAL_REVIEW else facts.vouched_for
    return Decision(
        decision_id=decision_id,
        version=1,
        state=state,
        mode=None if state is DecisionState.MANUAL_REVIEW else mode_of(facts),
        learner_id=transcript.learner_id,
        home_id=agreement.home_id,
        home_country=agreement.home_country,
        host_id=transcript.host_id,
        host_country=agreement.host_country,
        qualification_id=agreement.qualification_id,
        qualification_version=agreement.qualification_version,
        unit_id=facts.agreed.unit_id,
        validation_id=validation_id,
        memorandum_id=memorandum.memorandum_id,
        memorandum_version=memorandum.content_version,
        memorandum_hash=memorandum.content_hash,
        learning_agreement_id=agreement.learning_agreement_id,
        learning_agreement_version=agreement.content_version,
        learning_agreement_hash=agreement.content_hash,
        transcript_id=transcript.transcript_id,
        transcript_version=transcript.version,
        transcript_hash=transcript.content_hash,
        transcript_issued_at=transcript.issued_at,
        country_policy_id=policy.country_policy_id if policy else None,
        country_policy_version=policy.version if policy else None,
        reasons=judgement.reasons,
        trace=judgement.trace,
        assessed_on=facts.last_day,
        decided_at=at,
        appeal_until=last_day_for_appeal(state, policy, at),
        kind=facts.certification.kind if facts.certification else LearningKind.MOBILITY,
        decided_by=vouched_for.by if vouched_for else None,
        legal_basis=vouched_for.legal_basis if vouched_for else None,
    )


def last_day_for_appeal(state: DecisionState, policy: CountryPolicyPublished | None, at: datetime) -> date | None:
    """By the home country's policy; None where there is nothing to appeal against."""
    return at.date() + timedelta(days=policy.appeal_days) if policy and state in APPEALABLE else None


def handed_on(decision: Decision, assigned_to: str | None) -> Decision:
    """Whoever has taken the review of the results before reviews these."""
    return replace(decision, assigned_to=assigned_to) if decision.state is DecisionState.MANUAL_REVIEW else decision


def superseded(decision: Decision, by: UUID) -> Decision:
    return replace(decision, state=DecisionState.SUPERSEDED, version=decision.version + 1, superseded_by=by)
