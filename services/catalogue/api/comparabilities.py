from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import Query, Response
from pydantic import ConfigDict, Field, TypeAdapter

from services.catalogue import handlers, store
from services.catalogue.api.fields import ANSWER
from services.catalogue.domain.comparabilities import (
    Comparability,
    ComparabilityState,
    ComparabilityStatement,
    warnings_of,
)
from shared.auth import Caller, Principal, allow
from shared.bodies import Body, CalendarDate, LanguageMap
from shared.contracts.catalogue import Extent
from shared.entity_tags import IfMatch, created, set_etag
from shared.paging import Page, Paged
from shared.web import IdempotencyKey, Transaction, api_router

router = api_router("comparabilities")
STATEMENT = TypeAdapter(ComparabilityStatement)

EXAMPLE: dict[str, Any] = {
    "home_qualification_id": "01996b0c-5c00-7000-8000-000000000010",
    "home_unit_id": "01996b0c-5c00-7000-8000-000000000012",
    "host_qualification_id": "01996b0c-5c00-7000-8000-000000000020",
    "host_unit_id": "01996b0c-5c00-7000-8000-000000000022",
    "extent": "partial",
    "outcomes": [
        {
            "host_outcome_id": "01996b0c-5c00-7000-8000-000000000221",
            "home_outcome_id": "01996b0c-5c00-7000-8000-000000000121",
        }
    ],
    "conditions": {"en": "With a week of training on the Maltese ticket system"},
    "valid_from": "2026-01-01",
    "valid_until": None,
}


class OutcomePairBody(Body):
    """An outcome of the host that stands for one at home."""

    model_config = ConfigDict(from_attributes=True)

    host_outcome_id: UUID
    home_outcome_id: UUID


class ComparabilityRequest(Body):
    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE]})

    home_qualification_id: UUID
    home_unit_id: UUID
    host_qualification_id: UUID
    host_unit_id: UUID
    extent: Extent
    outcomes: list[OutcomePairBody] = Field(max_length=1_000)
    valid_from: CalendarDate
    valid_until: CalendarDate | None = None
    conditions: LanguageMap | None = Field(
        None, description="What has to be fulfilled besides, if anything: then recognition is not automatic"
    )

    def statement(self) -> ComparabilityStatement:
        return STATEMENT.validate_python(self.model_dump())


class ComparabilityAnswer(ComparabilityRequest):
    model_config = ANSWER

    comparability_id: UUID
    version: int
    declared_by: UUID
    state: ComparabilityState
    withdrawn_on: date | None
    home_eqf_level: int | None = Field(description="When it was declared; null if it is not known any more")
    host_eqf_level: int | None
    warnings: list[str] = Field(
        description="`LEVEL_BELOW`: the host's unit is of a lower EQF level than that at home;"
        " `LO_MISSING`: the version of it that counts now has not all of these outcomes any more;"
        " `CONDITION_OPEN`: it is comparable on conditions, and somebody has to see whether they are met"
    )


@router.post("/comparabilities", status_code=201)
async def declare_comparability(
    body: ComparabilityRequest,
    caller: Annotated[Principal, allow("coordinator", "signatory")],
    response: Response,
    tx: Transaction,
    _: IdempotencyKey,
) -> ComparabilityAnswer:
    """Declare what a unit elsewhere is worth in a unit of a qualification that your institution designs or awards.

    In full, or in some outcomes only, and perhaps on conditions. At any date one declaration at most holds for the same
    two units in this direction.
    """
    comparability = await handlers.declare_comparability(tx, caller, body.statement())
    created(response, f"/v1/comparabilities/{comparability.comparability_id}", comparability.version)
    return await _answer(tx, comparability)


@router.get("/comparabilities")
async def list_comparabilities(
    _: Caller,
    tx: Transaction,
    pager: Paged,
    home_unit_id: Annotated[UUID | None, Query()] = None,
    host_unit_id: Annotated[UUID | None, Query()] = None,
) -> Page[ComparabilityAnswer]:
    found = await store.list_comparabilities(tx, pager.wanted, home_unit_id=home_unit_id, host_unit_id=host_unit_id)
    outcome_ids = await store.outcome_ids_of(tx, [one.host_unit_id for one in found.items])
    return pager.page(found.map(lambda one: _with_warnings(one, outcome_ids)))


@router.get("/comparabilities/{comparability_id}")
async def get_comparability(
    comparability_id: UUID, _: Caller, response: Response, tx: Transaction
) -> ComparabilityAnswer:
    comparability = await store.load_comparability(tx, comparability_id)
    set_etag(response, comparability.version)
    return await _answer(tx, comparability)


@router.post("/comparabilities/{comparability_id}/withdrawal")
async def withdraw_comparability(
    comparability_id: UUID,
    caller: Annotated[Principal, allow("coordinator", "signatory")],
    version: IfMatch,
    response: Response,
    tx: Transaction,
    _: IdempotencyKey,
) -> ComparabilityAnswer:
    """Withdraw what your institution declared; what was decided by it stays."""
    comparability = await handlers.withdraw_comparability(tx, caller, comparability_id, version)
    set_etag(response, comparability.version)
    return await _answer(tx, comparability)


async def _answer(tx: Transaction, comparability: Comparability) -> ComparabilityAnswer:
    return _with_warnings(comparability, await store.outcome_ids_of(tx, [comparability.host_unit_id]))


def _with_warnings(
    comparability: Comparability, outcome_ids: Mapping[tuple[UUID, UUID], frozenset[UUID]]
) -> ComparabilityAnswer:
    host = comparability.host_unit_id, comparability.host_qualification_id
    warnings = warnings_of(comparability, outcome_ids.get(host, frozenset()))
    return ComparabilityAnswer.model_validate(vars(comparability) | {"warnings": warnings})
