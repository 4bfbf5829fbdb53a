"""Who may hear about whom."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import Response
from pydantic import BaseModel, ConfigDict, Field, PlainSerializer

from services.notifications import handlers, store
from services.notifications.api.callers import Granter, GrantReader
from services.notifications.domain.grants import Grant, GrantState
from shared.bodies import Body, CountryCode
from shared.entity_tags import IfMatch, created, set_etag
from shared.paging import Page, Paged
from shared.web import IdempotencyKey, Transaction, api_router

router = api_router("scope-grants")

QualificationIds = Annotated[
    frozenset[UUID],
    PlainSerializer(sorted, return_type=list[UUID]),
    Field(
        max_length=200,
        description="Only facts about these qualifications. None named: about any.",
        json_schema_extra={"uniqueItems": False},
    ),
]
QUALIFICATION = "019a0003-0c00-7001-8000-000300000001"


class GrantChange(Body):
    model_config = ConfigDict(json_schema_extra={"examples": [{"qualification_ids": [QUALIFICATION]}]})

    qualification_ids: QualificationIds


class GrantRequest(Body):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"grantee_id": "019a0001-0c00-7001-8000-000100000001", "qualification_ids": [QUALIFICATION]},
                {"grantee_id": "019a0001-0c00-7001-8000-000100000001", "country": "FR"},
            ]
        }
    )

    grantee_id: Annotated[UUID, Field(description="The institution that may hear")]
    country: Annotated[
        CountryCode | None, Field(description="As its competent body: its decisions. Not given: your institution.")
    ] = None
    qualification_ids: QualificationIds = frozenset()


class GrantAnswer(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    scope_grant_id: UUID = Field(validation_alias="id")
    grantee_id: UUID
    institution_id: UUID | None
    country: str | None
    qualification_ids: QualificationIds
    granted_at: datetime
    state: GrantState
    version: int


@router.post("/scope-grants", status_code=201)
async def grant_scope(
    body: GrantRequest, caller: Granter, response: Response, tx: Transaction, _: IdempotencyKey
) -> GrantAnswer:
    """Let an institution hear what names yours, as its signatory; or a country's decisions, as its competent body.

    It may then name you, or the country, in the scope of a subscription, and reads it in the feed. Nobody is granted
    anything otherwise, not even a competent body its own country.
    """
    asked = (body.grantee_id, body.country, body.qualification_ids)
    granted = await handlers.grant_scope(tx, caller, *asked)
    created(response, f"/v1/scope-grants/{granted.id}", granted.version)
    return GrantAnswer.model_validate(granted)


@router.get("/scope-grants")
async def list_scope_grants(
    caller: GrantReader, tx: Transaction, pager: Paged, state: GrantState | None = None
) -> Page[GrantAnswer]:
    """What you granted, and what was granted to you."""
    found = await store.list_grants(tx, caller, pager.wanted, state)
    return pager.page(found.map(GrantAnswer.model_validate))


@router.get("/scope-grants/{scope_grant_id}")
async def get_scope_grant(
    scope_grant_id: UUID, caller: GrantReader, response: Response, tx: Transaction
) -> GrantAnswer:
    return _answer(response, await store.load_grant(tx, scope_grant_id, caller))


@router.put("/scope-grants/{scope_grant_id}")
async def change_scope_grant(
    scope_grant_id: UUID, body: GrantChange, caller: Granter, version: IfMatch, response: Response, tx: Transaction
) -> GrantAnswer:
    """Grant it for other qualifications; who granted it does. It acts at once, also on what is queued."""
    changed = await handlers.change_grant(tx, caller, scope_grant_id, version, body.qualification_ids)
    return _answer(response, changed)


@router.post("/scope-grants/{scope_grant_id}/withdrawal")
async def withdraw_scope_grant(
    scope_grant_id: UUID, caller: Granter, version: IfMatch, response: Response, tx: Transaction, _: IdempotencyKey
) -> GrantAnswer:
    """Take it back; who granted it does. Nothing more of it is sent or read, not even what is queued."""
    return _answer(response, await handlers.withdraw_grant(tx, caller, scope_grant_id, version))


def _answer(response: Response, grant: Grant) -> GrantAnswer:
    set_etag(response, grant.version)
    return GrantAnswer.model_validate(grant)
