from datetime import date, datetime
from typing import Annotated, Any, Self
from uuid import UUID

from fastapi import Depends, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from services.recognition import handlers, store
from services.recognition.api.review_bodies import QueueAnswer, ReasonCount
from services.recognition.domain.decisions import Decision, DecisionState
from services.recognition.store import Assigned, QueueFilter
from shared.auth import Caller, Principal, allow
from shared.contracts.recognition import LearningKind, Mode, ReasonCode
from shared.entity_tags import set_etag
from shared.paging import Page, Paged
from shared.web import Transaction, api_router

router = api_router("decisions")


class RuleResultAnswer(BaseModel):
    """How one rule of automatic recognition came out."""

    model_config = ConfigDict(from_attributes=True)

    rule: str = Field(description="R1 to R12", examples=["R5"])
    version: int = Field(description="Of the rule itself")
    passed: bool
    reasons: list[ReasonCode] = Field(description="Why not; empty if it passed")
    used: dict[str, Any] = Field(description="The facts that the rule looked at", examples=[{"home_eqf_level": 4}])


class DecisionSummary(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    decision_id: UUID
    version: int = Field(description="The ETag")
    state: DecisionState
    kind: LearningKind = Field(description="Where it was learnt")
    mode: Mode | None = Field(description="Who decided; null as long as nobody has")
    reasons: list[ReasonCode] = Field(description="What stands against its counting by rule; empty if all rules passed")
    learner_id: UUID
    home_id: UUID
    home_country: str
    host_id: UUID
    host_country: str
    qualification_id: UUID
    qualification_version: int
    unit_id: UUID
    validation_id: UUID
    assessed_on: date
    decided_at: datetime
    superseded_by: UUID | None = Field(description="The decision that took its place")
    legal_basis: str | None = Field(description="What a person's decision rests on")
    appeal_until: date | None = Field(
        description="The last day on which the learner may appeal; null if there is nothing to appeal against"
    )
    assigned_to: str | None = Field(description="Who has taken the review; only their own institution sees it")
    decided_by: str | None = Field(description="Which person decided; only their own institution sees it")

    @classmethod
    def of(cls, decision: Decision, caller: Principal) -> Self:
        answered = cls.model_validate(decision)
        if caller.org == decision.home_id and caller.roles - {"learner", "operator"}:
            return answered
        return answered.model_copy(update={"assigned_to": None, "decided_by": None})


class DecisionAnswer(DecisionSummary):
    """A decision that explains itself: what went into it, in which version, and how each rule came out."""

    memorandum_id: UUID
    memorandum_version: int
    memorandum_hash: str
    learning_agreement_id: UUID
    learning_agreement_version: int
    learning_agreement_hash: str
    transcript_id: UUID
    transcript_version: int
    transcript_hash: str
    country_policy_id: UUID | None = Field(description="Null if the home country had no policy in force")
    country_policy_version: int | None
    trace: list[RuleResultAnswer]


def _only(
    *,
    state: Annotated[DecisionState | None, Query(description="`manual_review`: what waits for a recogniser")] = None,
    reason: Annotated[ReasonCode | None, Query(description="One of those that stand against it")] = None,
    learner_id: Annotated[UUID | None, Query()] = None,
    host_id: Annotated[UUID | None, Query()] = None,
    qualification_id: Annotated[UUID | None, Query()] = None,
    unit_id: Annotated[UUID | None, Query()] = None,
    assigned: Annotated[Assigned | None, Query(description="Only reviews: which you, or nobody, has taken")] = None,
    asked: Annotated[bool, Query(description="Only where the host is asked something and has not answered")] = False,
) -> QueueFilter:
    return QueueFilter(
        state=state,
        reason=reason,
        learner_id=learner_id,
        host_id=host_id,
        qualification_id=qualification_id,
        unit_id=unit_id,
        assigned=assigned,
        asked=asked,
    )


@router.get("/decisions")
async def list_decisions(
    caller: Caller, tx: Transaction, pager: Paged, only: Annotated[QueueFilter, Depends(_only)]
) -> Page[DecisionSummary]:
    """The oldest first: for the home institution and bodies of its country, the host that issued, and the learner."""
    found = await store.list_decisions(tx, caller, pager.wanted, only)
    return pager.page(found.map(lambda decision: DecisionSummary.of(decision, caller)))


@router.get("/decisions/queue")
async def measure_queue(caller: Annotated[Principal, allow("recogniser")], tx: Transaction) -> QueueAnswer:
    """How many reviews wait for the recognisers of your institution, and for which reasons."""
    length = await handlers.measure_queue(tx, caller)
    reasons = [ReasonCount(reason=reason, reviews=count) for reason, count in length.reasons.items()]
    return QueueAnswer(reviews=length.reviews, unassigned=length.unassigned, reasons=reasons)


@router.get("/decisions/{decision_id}")
async def get_decision(decision_id: UUID, caller: Caller, response: Response, tx: Transaction) -> DecisionAnswer:
    return answer(response, await store.load_decision(tx, decision_id, caller), caller)


def answer(response: Response, decision: Decision, caller: Principal) -> DecisionAnswer:
    set_etag(response, decision.version)
    return DecisionAnswer.of(decision, caller)
