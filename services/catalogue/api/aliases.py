from typing import Annotated
from uuid import UUID

from fastapi import Response
from pydantic import ConfigDict, Field, StringConstraints

from services.catalogue import handlers, store
from services.catalogue.api.fields import ANSWER, AliasCode
from shared.auth import Caller, Principal, allow
from shared.bodies import Body
from shared.entity_tags import IfMatch, created, set_etag
from shared.paging import Page, Paged
from shared.web import IdempotencyKey, Transaction, api_router

router = api_router("institutions")


class AliasRequest(Body):
    model_config = ConfigDict(
        json_schema_extra={"examples": [{"code": "PARTNER-0042"}, {"code": "MT MALTA99", "scheme": "erasmus-code"}]}
    )

    code: AliasCode
    scheme: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{1,39}$")] | None = Field(
        None, description="Such as erasmus-code or schac; null: it is your own institution's code for this one"
    )


class AliasAnswer(AliasRequest):
    model_config = ANSWER

    alias_id: UUID
    version: int
    institution_id: UUID
    given_by: UUID | None


@router.post("/institutions/{institution_id}/aliases", status_code=201)
async def give_alias(
    institution_id: UUID,
    body: AliasRequest,
    caller: Annotated[Principal, allow("coordinator", "competent_body")],
    response: Response,
    tx: Transaction,
    _: IdempotencyKey,
) -> AliasAnswer:
    """Give your own institution's code for this one, which only you see; or, as a competent body, one of a scheme."""
    alias = await handlers.give_alias(tx, caller, institution_id, body.code, body.scheme)
    created(response, f"/v1/institutions/{institution_id}/aliases/{alias.alias_id}", alias.version)
    return AliasAnswer.model_validate(alias)


@router.get("/institutions/{institution_id}/aliases")
async def list_aliases(institution_id: UUID, caller: Caller, tx: Transaction, pager: Paged) -> Page[AliasAnswer]:
    """Your own codes for it and those of schemes; also those that were given to what was merged into it."""
    await store.load_institution(tx, institution_id)
    found = await store.list_aliases(tx, caller, pager.wanted, institution_id)
    return pager.page(found.map(AliasAnswer.model_validate))


@router.get("/institutions/{institution_id}/aliases/{alias_id}")
async def get_alias(
    institution_id: UUID, alias_id: UUID, caller: Caller, response: Response, tx: Transaction
) -> AliasAnswer:
    alias = await store.load_alias(tx, institution_id, alias_id, caller)
    set_etag(response, alias.version)
    return AliasAnswer.model_validate(alias)


@router.delete("/institutions/{institution_id}/aliases/{alias_id}", status_code=204)
async def remove_alias(
    institution_id: UUID,
    alias_id: UUID,
    caller: Annotated[Principal, allow("coordinator", "competent_body")],
    version: IfMatch,
    tx: Transaction,
) -> None:
    """Remove your own code, or one of a scheme in the country whose competent body you are."""
    await handlers.remove_alias(tx, caller, institution_id, alias_id, version)
