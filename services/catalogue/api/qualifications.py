from typing import Annotated
from uuid import UUID

from fastapi import Query, Response

from services.catalogue import handlers, store
from services.catalogue.api.fields import IscedF
from services.catalogue.api.qualification_bodies import (
    QualificationAnswer,
    QualificationRequest,
    QualificationSummaryAnswer,
)
from services.catalogue.domain.qualifications import QualificationState
from shared.auth import Caller, Principal, allow
from shared.bodies import CountryCode
from shared.entity_tags import IfMatch, created, set_etag
from shared.paging import Page, Paged
from shared.web import IdempotencyKey, Transaction, api_router

router = api_router("qualifications")


@router.post("/qualifications", status_code=201)
async def draft_qualification(
    body: QualificationRequest,
    caller: Annotated[Principal, allow("coordinator")],
    response: Response,
    tx: Transaction,
    _: IdempotencyKey,
) -> QualificationAnswer:
    """Draft a qualification, as an institution that designs or awards qualifications."""
    qualification = await handlers.draft_qualification(tx, caller, body.description(), body.entries())
    created(response, f"/v1/qualifications/{qualification.qualification_id}", qualification.version)
    return QualificationAnswer.model_validate(qualification)


@router.get("/qualifications")
async def list_qualifications(
    caller: Caller,
    tx: Transaction,
    pager: Paged,
    country: Annotated[CountryCode | None, Query()] = None,
    isced_f: Annotated[IscedF | None, Query()] = None,
    state: Annotated[QualificationState | None, Query()] = None,
) -> Page[QualificationSummaryAnswer]:
    """What is published, and the drafts of your own institution; without their units."""
    found = await store.list_qualifications(tx, caller, pager.wanted, country=country, isced_f=isced_f, state=state)
    return pager.page(found.map(QualificationSummaryAnswer.model_validate))


@router.get("/qualifications/{qualification_id}")
async def get_qualification(
    qualification_id: UUID, caller: Caller, response: Response, tx: Transaction
) -> QualificationAnswer:
    qualification = await store.load_qualification(tx, qualification_id, caller)
    set_etag(response, qualification.version)
    return QualificationAnswer.model_validate(qualification)


@router.put("/qualifications/{qualification_id}")
async def edit_qualification(
    qualification_id: UUID,
    body: QualificationRequest,
    caller: Annotated[Principal, allow("coordinator")],
    version: IfMatch,
    response: Response,
    tx: Transaction,
) -> QualificationAnswer:
    """Replace the draft as a whole. Units and outcomes that are sent with their ids keep them; the others are new."""
    qualification = await handlers.edit_qualification(
        tx, caller, qualification_id, version, body.description(), body.entries()
    )
    set_etag(response, qualification.version)
    return QualificationAnswer.model_validate(qualification)


@router.post("/qualifications/{qualification_id}/publication")
async def publish_qualification(
    qualification_id: UUID,
    caller: Annotated[Principal, allow("coordinator", "signatory")],
    version: IfMatch,
    response: Response,
    tx: Transaction,
    _: IdempotencyKey,
) -> QualificationAnswer:
    """Publish it for good; or learn all that is missing, as pointers into the qualification."""
    qualification = await handlers.publish_qualification(tx, caller, qualification_id, version)
    set_etag(response, qualification.version)
    return QualificationAnswer.model_validate(qualification)
