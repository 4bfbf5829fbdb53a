from decimal import Decimal
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import ConfigDict, Field, TypeAdapter

from services.catalogue import handlers
from services.catalogue.api.fields import ANSWER, Points, Share
from services.catalogue.domain.points_proposals import ProposalRequest
from shared.auth import Principal, allow
from shared.bodies import Body, DecimalText
from shared.web import IdempotencyKey, Transaction, api_router

router = api_router("qualifications")
REQUEST = TypeAdapter(ProposalRequest)

Grade = Annotated[int, Field(strict=True, ge=1, le=100)]
Years = Annotated[Decimal, DecimalText(r"^[0-9]{1,2}(\.[0-9])?$")]

EXAMPLE: dict[str, Any] = {
    "years": "1",
    "step": "1",
    "weights": [
        {"unit_id": "01996b0c-5c00-7000-8000-000000000012", "importance": 2, "complexity": 1, "effort": 250},
        {"unit_id": "01996b0c-5c00-7000-8000-000000000013", "importance": 3, "complexity": 3},
    ],
    "alphas": {"importance": "0.25", "complexity": "0.25", "effort": "0.50"},
}


class WeighingBody(Body):
    unit_id: UUID
    importance: Grade = Field(description="For the labour market, progression and social integration")
    complexity: Grade = Field(description="Also scope and volume")
    effort: Annotated[int, Field(strict=True, ge=1, le=100_000)] | None = Field(
        None, description="The learner's; its notional hours if you leave it out"
    )


class AlphasBody(Body):
    """How much each criterion matters; together 1."""

    importance: Share = Decimal("0.25")
    complexity: Share = Decimal("0.25")
    effort: Share = Decimal("0.50")


class PointsProposalRequest(Body):
    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE, {}]})

    points: Points | None = Field(None, description="To be shared; the qualification's own if you leave it out")
    years: Years | None = Field(None, description="Of full-time training, 60 points each, in place of points")
    step: Literal["1", "0.5", "0.1"] = Field("1", description="Units get multiples of it")
    weights: Annotated[list[WeighingBody], Field(max_length=100)] | None = Field(
        None, description="One for each compulsory unit; leave it out to go by notional hours alone"
    )
    alphas: AlphasBody = AlphasBody()

    def request(self) -> ProposalRequest:
        return REQUEST.validate_python(self.model_dump())


class UnitPointsAnswer(Body):
    model_config = ANSWER

    unit_id: UUID
    code: str
    share: Annotated[Decimal, DecimalText(r"^[01]\.[0-9]{4}$")] = Field(description="Of the whole, rounded")
    points: Points


class PointsProposalAnswer(Body):
    model_config = ANSWER

    points: Points
    units: list[UnitPointsAnswer] = Field(description="Their points sum to the points exactly")


@router.post("/qualifications/{qualification_id}/points-proposal")
async def propose_points(
    qualification_id: UUID,
    body: PointsProposalRequest,
    caller: Annotated[Principal, allow("coordinator")],
    tx: Transaction,
    _: IdempotencyKey,
) -> PointsProposalAnswer:
    """Have the points of a qualification that you design shared among its compulsory units; nothing changes.

    By hours: each unit's share of the hours. By weight: its share in importance, complexity and effort, weighted. Then
    rounded by largest remainder.
    """
    proposal = await handlers.propose_points_of(tx, caller, qualification_id, body.request())
    return PointsProposalAnswer.model_validate(proposal)
