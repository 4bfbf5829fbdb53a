"""A class's results in one request."""

from typing import Annotated, Any, Self
from uuid import UUID

from fastapi import Request
from pydantic import BaseModel, ConfigDict, Field, StrictBool

from services.assessment import handlers
from services.assessment.api.fields import OwnDeadlines, distinct
from services.assessment.api.report_bodies import RESULTS, SHORT_REPORT, ReportBody, Results, found
from services.assessment.domain.assessments import State
from services.assessment.domain.batches import Done, Item, Mode, Taken
from shared.auth import Principal, allow
from shared.bodies import Body
from shared.problems import Problem
from shared.web import IdempotencyKey, Transaction, api_router

router = api_router("assessments")

MOST = 500
ITEM = "01996b0c-5c00-7000-8000-000000000050"
EXAMPLE: dict[str, Any] = {
    "mode": "each",
    "items": [{"assessment_id": ITEM, "version": 1, "report": SHORT_REPORT, "results": RESULTS, "confirm": False}],
}


class ItemBody(Body):
    assessment_id: UUID
    version: Annotated[int, Field(strict=True, ge=1, le=999_999_999, description="The one that you last read")]
    report: ReportBody
    results: Results
    confirm: Annotated[StrictBool, Field(description="Also confirm it, or what somebody else has recorded so")] = False

    def item(self) -> Item:
        return Item(
            assessment_id=self.assessment_id,
            version=self.version,
            report=self.report.report(),
            found=found(self.results),
            confirm=self.confirm,
        )


class ResultsRequest(Body):
    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE, EXAMPLE | {"mode": "all"}]})

    mode: Mode = Field(description="`all`: every item or none; `each`: those that are good")
    items: Annotated[list[ItemBody], Field(min_length=1, max_length=MOST), distinct("assessment_id")]


class TakenAnswer(BaseModel):
    """What became of one item."""

    assessment_id: UUID
    done: Done | None = Field(description="`unchanged`: all of it had been done before; null: refused, see `problem`")
    version: int | None
    state: State | None
    problem: dict[str, Any] | None = Field(description="The problem document that the item alone would have got")

    @classmethod
    def of(cls, assessment_id: UUID, outcome: Taken | Problem, problem_base: str) -> Self:
        if isinstance(outcome, Problem):
            problem = outcome.document(problem_base)
            return cls(assessment_id=assessment_id, done=None, version=None, state=None, problem=problem)
        after = outcome.assessment
        return cls(
            assessment_id=assessment_id, done=outcome.done, version=after.version, state=after.state, problem=None
        )


class ResultsAnswer(BaseModel):
    recorded: int
    confirmed: int
    unchanged: int
    refused: int
    items: list[TakenAnswer] = Field(description="In the order of the request")


@router.post("/assessments/results")
async def record_results(
    body: ResultsRequest,
    request: Request,
    caller: Annotated[Principal, allow("assessor", "examiner")],
    tx: Transaction,
    deadlines: OwnDeadlines,
    _: IdempotencyKey,
) -> ResultsAnswer:
    """Record up to 500 results, as an assessor, and confirm those that say so, as an examiner of the host.

    An item whose content is recorded already is done, whatever its version: so a request can be repeated, in other
    portions too, and an examiner confirms what an assessor has recorded by sending the same items with `confirm`.
    The rules are those of `/result` and `/confirmation`. With mode `all`, one refused item refuses all, and the errors
    point into `/items`; with `each` every refused item carries its own problem.
    """
    items = [one.item() for one in body.items]
    outcomes = await handlers.record_results(tx, caller, body.mode, items, deadlines)
    base = request.app.state.problem_base
    answers = [TakenAnswer.of(item.assessment_id, outcome, base) for item, outcome in zip(items, outcomes, strict=True)]
    counted = {done.value: sum(one.done is done for one in answers) for done in Done}
    return ResultsAnswer(**counted, refused=sum(one.done is None for one in answers), items=answers)
