"""A decision is revoked, with everything that rested on it: shown beforehand, and done exactly so (domain.md 4.8)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from services.recognition.domain.by_person import Revocation
from services.recognition.domain.changes import Changes
from services.recognition.domain.consequences import NewId
from services.recognition.domain.decisions import Decision, DecisionState
from services.recognition.domain.ledger import Head
from services.recognition.domain.settlement import settle
from services.recognition.domain.sources import Sources, unit_in
from services.recognition.domain.standing import Standing
from services.recognition.domain.unsettled import UnitsByTranscript, taken_out
from shared.canonical import content_hash
from shared.contracts.facts import Fact
from shared.contracts.recognition import (
    ChangeReason,
    CreditCorrected,
    CreditDocumented,
    CreditPartiallyRecognised,
    CreditRecognised,
    CreditRevoked,
    QualificationCompleted,
)


class RevocationReason(StrEnum):
    FRAUD = "fraud"
    ERROR = "error"
    ANNULLED_ASSESSMENT = "annulled_assessment"


class Effect(StrEnum):
    """What revoking a decision entails."""

    DECISION_REVOKED = "decision_revoked"
    DECISION_REPLACED = "decision_replaced"
    """Another one is made of the same results, for they find something else now."""
    CREDIT_REVOKED = "credit_revoked"
    """What counted, was held or was on record is not any more."""
    CREDIT_CORRECTED = "credit_corrected"
    """It counts by other results, which were evidence so far."""
    CREDIT_RECOGNISED = "credit_recognised"
    OUTCOMES_HELD = "outcomes_held"
    """What others gave, as a unit in progress."""
    UNIT_DOCUMENTED = "unit_documented"
    QUALIFICATION_REOPENED = "qualification_reopened"
    QUALIFICATION_COMPLETED = "qualification_completed"


EFFECTS: Sequence[tuple[type[Fact], Effect]] = (
    (CreditRevoked, Effect.CREDIT_REVOKED),
    (CreditCorrected, Effect.CREDIT_CORRECTED),
    (CreditRecognised, Effect.CREDIT_RECOGNISED),
    (CreditPartiallyRecognised, Effect.OUTCOMES_HELD),
    (CreditDocumented, Effect.UNIT_DOCUMENTED),
    (QualificationCompleted, Effect.QUALIFICATION_COMPLETED),
)
"""By what is said of them; a correction is a recognition, too, and so comes first."""


@dataclass(frozen=True, kw_only=True)
class Consequence:
    """One effect; ids that come into being only by the act are left out."""

    effect: Effect
    qualification_id: UUID
    unit_id: UUID | None = None
    decision_id: UUID | None = None
    """Of the decision that stands until then."""
    becomes: DecisionState | None = None
    """What takes its place, or becomes of it."""
    credit_id: UUID | None = None
    """Of the credit that there is until then."""
    points: Decimal | None = None
    """From then on."""
    grade: str | None = None
    outcome_ids: tuple[UUID, ...] = ()
    """From then on held."""


def revoke(
    standing: Standing,
    sources: Sources,
    decision: Decision,
    on_record: UnitsByTranscript,
    reason: ChangeReason,
    at: datetime,
    new_id: NewId,
) -> Changes:
    """Everything that follows; nothing is changed but what is returned."""
    unsettled = taken_out(sources, decision, on_record)
    return settle(standing, sources, [unsettled], reason, at, new_id, because_of=decision.decision_id)


def revoked(decision: Decision) -> Decision:
    """The decision as it is afterwards."""
    return replace(decision, state=DecisionState.REVOKED, version=decision.version + 1)


def revocation(
    decision: Decision, on_record: UnitsByTranscript, reason: RevocationReason, legal_basis: str, by: str, at: datetime
) -> Revocation:
    """What is kept of the act, so that these results never count again."""
    unit = unit_in(on_record.get(decision.transcript_id, ()), decision.unit_id)
    return Revocation(
        decision_id=decision.decision_id,
        learner_id=decision.learner_id,
        home_id=decision.home_id,
        home_country=decision.home_country,
        host_id=decision.host_id,
        transcript_id=decision.transcript_id,
        unit_id=decision.unit_id,
        results_hash=unit.results_hash if unit else None,
        reason=ChangeReason(reason),
        legal_basis=legal_basis,
        by=by,
        at=at,
    )


def cascade(changes: Changes) -> list[Consequence]:
    """All that changes, in the order in which it does."""
    return [*_decisions(changes), *_facts(changes), *_reopened(changes)]


def token(consequences: Sequence[Consequence], head: Head) -> str:
    """Binds an act to what was shown before it, and to the end of the learner's chain at that moment."""
    return content_hash({"cascade": consequences, "head": head})


def _decisions(changes: Changes) -> Iterator[Consequence]:
    before = {one.decision_id: one for one in changes.sources.decisions}
    after = {one.decision_id: one for one in changes.decisions}
    becomes = dict.fromkeys(changes.revoked, DecisionState.REVOKED)
    replaced = {id_: after[by].state for id_, by in changes.superseded.items()}
    for id_, state in {**becomes, **replaced}.items():
        decision = before[id_]
        effect = Effect.DECISION_REPLACED if id_ in replaced else Effect.DECISION_REVOKED
        yield Consequence(
            effect=effect,
            qualification_id=decision.qualification_id,
            unit_id=decision.unit_id,
            decision_id=id_,
            becomes=state,
        )


def _facts(changes: Changes) -> Iterator[Consequence]:
    for fact in changes.facts:
        effect = next((effect for kind, effect in EFFECTS if isinstance(fact, kind)), None)
        if effect:
            yield _said(effect, vars(fact))


def _said(effect: Effect, said: dict[str, Any]) -> Consequence:
    is_new = said["version"] == 1
    return Consequence(
        effect=effect,
        qualification_id=said["qualification_id"],
        unit_id=said.get("unit_id"),
        credit_id=None if is_new else said.get("credit_id"),
        points=said.get("points"),
        grade=said.get("grade"),
        outcome_ids=said.get("held_outcome_ids", ()),
    )


def _reopened(changes: Changes) -> Iterator[Consequence]:
    for qualification_id in changes.reopened:
        yield Consequence(effect=Effect.QUALIFICATION_REOPENED, qualification_id=qualification_id)
