from typing import Annotated
from uuid import UUID

from fastapi import Path, Response

from services.catalogue import handlers, store
from services.catalogue.api.qualification_bodies import (
    QualificationAnswer,
    QualificationVersionAnswer,
    VersionSummaryAnswer,
)
from shared.auth import Caller, Principal, allow
from shared.entity_tags import IfMatch, created, set_etag
from shared.paging import Page, Paged
from shared.web import IdempotencyKey, Transaction, api_router

router = api_router("qualifications")


@router.post("/qualifications/{qualification_id}/versions", status_code=201)
async def open_next_version(
    qualification_id: UUID,
    caller: Annotated[Principal, allow("coordinator")],
    version: IfMatch,
    response: Response,
    tx: Transaction,
    _: IdempotencyKey,
) -> QualificationAnswer:
    """Begin the next version of your qualification: a draft with the same content and the same ids.

    You edit and publish it as the first one. Until then everybody else sees the version that is published.
    """
    draft = await handlers.open_next_version(tx, caller, qualification_id, version)
    created(response, f"/v1/qualifications/{draft.qualification_id}", draft.version)
    return QualificationAnswer.model_validate(draft)


@router.post("/qualifications/{qualification_id}/draft-withdrawal")
async def withdraw_draft(
    qualification_id: UUID,
    caller: Annotated[Principal, allow("coordinator")],
    version: IfMatch,
    response: Response,
    tx: Transaction,
    _: IdempotencyKey,
) -> QualificationAnswer:
    """Give up the draft of the next version of your qualification; the answer is the version that is published."""
    published = await handlers.withdraw_draft(tx, caller, qualification_id, version)
    set_etag(response, published.version)
    return QualificationAnswer.model_validate(published)


@router.get("/qualifications/{qualification_id}/versions")
async def list_qualification_versions(
    qualification_id: UUID, caller: Caller, tx: Transaction, pager: Paged
) -> Page[VersionSummaryAnswer]:
    """Every version that was ever published, oldest first; without their units."""
    await store.load_qualification(tx, qualification_id, caller)
    found = await store.list_qualification_versions(tx, qualification_id, pager.wanted)
    return pager.page(found.map(VersionSummaryAnswer.model_validate))


@router.get("/qualifications/{qualification_id}/versions/{published_version}")
async def get_qualification_version(
    qualification_id: UUID,
    published_version: Annotated[int, Path(ge=1, le=999_999_999)],
    _: Caller,
    tx: Transaction,
) -> QualificationVersionAnswer:
    """Read a version as it was published; agreements and decisions name versions by these numbers."""
    found = await store.load_qualification_version(tx, qualification_id, published_version)
    return QualificationVersionAnswer.model_validate(found)
