from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import Query, Response
from pydantic import BaseModel, ConfigDict, Field

from services.recognition import store
from services.recognition.domain.decisions import DecisionState
from shared.auth import Caller
from shared.contracts.recognition import Mode, ReasonCode
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


@router.get("/decisions")
async def list_decisions(
    caller: Caller,
    tx: Transaction,
    pager: Paged,
    state: Annotated[DecisionState | None, Query(description="`manual_review`: what waits for a recogniser")] = None,
    learner_id: Annotated[UUID | None, Query()] = None,
) -> Page[DecisionSummary]:
    """For the home institution and bodies of its country, the host whose transcript it was, and the learner."""
    found = await store.list_decisions(tx, caller, pager.wanted, state=state, learner_id=learner_id)
    return pager.page(found.map(DecisionSummary.model_validate))


@router.get("/decisions/{decision_id}")
async def get_decision(decision_id: UUID, caller: Caller, response: Response, tx: Transaction) -> DecisionAnswer:
    found = await store.load_decision(tx, decision_id, caller)
    set_etag(response, found.version)
    return DecisionAnswer.model_validate(found)
