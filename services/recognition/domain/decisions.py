"""What is decided about one home unit: by rule, or left to a person with every reason (domain.md 3.5)."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from services.recognition.domain.rules import RULES, RuleResult
from services.recognition.domain.unit_facts import UnitFacts
from services.recognition.domain.validation import Validation, validate
from shared.contracts.recognition import Mode, ReasonCode, ValidationStatus


class DecisionState(StrEnum):
    RECOGNISED = "recognised"
    PARTIALLY_RECOGNISED = "partially_recognised"
    """Outcomes are held; the unit counts when it is complete (domain.md 4.3)."""
    DOCUMENTED_ONLY = "documented_only"
    """On record, for nothing more, as the home country wants it (domain.md 4.9)."""
    MANUAL_REVIEW = "manual_review"
    SUPERSEDED = "superseded"
    """Another decision took its place: by a new version of the transcript or of the country's policy."""


DECIDED_BY_RULE: Mapping[frozenset[ReasonCode], DecisionState] = {
    frozenset(): DecisionState.RECOGNISED,
    frozenset({ReasonCode.LO_MISSING}): DecisionState.PARTIALLY_RECOGNISED,
    frozenset({ReasonCode.COUNTRY_POLICY_DOCUMENT_ONLY}): DecisionState.DOCUMENTED_ONLY,
}
"""What comes of a unit of which something was validated, if these and no other reasons stand against it."""


@dataclass(frozen=True)
class Judgement:
    """The engine's word on a unit; the same facts give an equal one."""

    validation: Validation
    trace: tuple[RuleResult, ...]

    @property
    def reasons(self) -> tuple[ReasonCode, ...]:
        """Why not, each once; empty if every rule passed."""
        return tuple(dict.fromkeys(reason for result in self.trace for reason in result.reasons))

    @property
    def state(self) -> DecisionState:
        """What nothing was achieved of is nobody's unit in progress: a person looks at it, as at all else."""
        if self.validation.status is ValidationStatus.NOT_VALIDATED:
            return DecisionState.MANUAL_REVIEW
        return DECIDED_BY_RULE.get(frozenset(self.reasons), DecisionState.MANUAL_REVIEW)


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


def judge(facts: UnitFacts) -> Judgement:
    """Validate first, then ask every rule."""
    validation = validate(facts)
    return Judgement(validation, tuple(rule(facts, validation) for rule in RULES))


def decision_on(
    facts: UnitFacts, judgement: Judgement, *, decision_id: UUID, validation_id: UUID, at: datetime
) -> Decision:
    """The record of a judgement, with the version and hash of everything that went into it."""
    agreement, transcript, memorandum, policy = facts.agreement, facts.transcript, facts.memorandum, facts.policy
    state = judgement.state
    return Decision(
        decision_id=decision_id,
        version=1,
        state=state,
        mode=None if state is DecisionState.MANUAL_REVIEW else Mode.AUTOMATIC,
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
        country_policy_id=policy.country_policy_id if policy else None,
        country_policy_version=policy.version if policy else None,
        reasons=judgement.reasons,
        trace=judgement.trace,
        assessed_on=facts.last_day,
        decided_at=at,
    )


def superseded(decision: Decision, by: UUID) -> Decision:
    return replace(decision, state=DecisionState.SUPERSEDED, version=decision.version + 1, superseded_by=by)
