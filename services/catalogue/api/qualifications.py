from typing import Annotated
from uuid import UUID

from fastapi import Depends, Query, Response

from services.catalogue import handlers, store
from services.catalogue.api.fields import IscedF, Words
from services.catalogue.api.qualification_bodies import (
    ConsentRequest,
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


def search(
    country: Annotated[CountryCode | None, Query()] = None,
    isced_f: Annotated[IscedF | None, Query()] = None,
    eqf_level: Annotated[int | None, Query(ge=1, le=8)] = None,
    awarding_body_id: Annotated[UUID | None, Query()] = None,
    title: Words = None,
    state: Annotated[QualificationState | None, Query()] = None,
) -> store.QualificationSearch:
    return store.QualificationSearch(
        country=country,
        isced_f=isced_f,
        eqf_level=eqf_level,
        awarding_body_id=awarding_body_id,
        words=title,
        state=state,
    )


@router.post("/qualifications", status_code=201)
async def draft_qualification(
    body: QualificationRequest,
    caller: Annotated[Principal, allow("coordinator")],
    response: Response,
    tx: Transaction,
    _: IdempotencyKey,
) -> QualificationAnswer:
    """Draft a qualification, as an institution that designs or awards qualifications.

    Nobody else sees it before it is published, except for the institutions that design it together with yours and the
    awarding body, without whose consent it cannot be published.
    """
    qualification = await handlers.draft_qualification(tx, caller, body.description(), body.entries())
    created(response, f"/v1/qualifications/{qualification.qualification_id}", qualification.version)
    return QualificationAnswer.model_validate(qualification)


@router.get("/qualifications")
async def list_qualifications(
    caller: Caller, tx: Transaction, pager: Paged, wanted: Annotated[store.QualificationSearch, Depends(search)]
) -> Page[QualificationSummaryAnswer]:
    """What is published, and the drafts that your own institution designs or is to award; without their units.

    A qualification whose next version is being drafted is there twice for its designers.
    """
    found = await store.list_qualifications(tx, caller, pager.wanted, wanted)
    return pager.page(found.map(QualificationSummaryAnswer.model_validate))


@router.get("/qualifications/{qualification_id}")
async def get_qualification(
    qualification_id: UUID, caller: Caller, response: Response, tx: Transaction
) -> QualificationAnswer:
    """Read the version that is published; or its draft, if there is one and your institution designs or awards it."""
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
    """Replace the draft as a whole, as its owner or as an institution that designs it with the owner.

    Units and outcomes that are sent with their ids keep them; the others are new. Consents to another content are void.
    """
    qualification = await handlers.edit_qualification(
        tx, caller, qualification_id, version, body.description(), body.entries()
    )
    set_etag(response, qualification.version)
    return QualificationAnswer.model_validate(qualification)


@router.post("/qualifications/{qualification_id}/consents")
async def consent_to_qualification(
    qualification_id: UUID,
    body: ConsentRequest,
    caller: Annotated[Principal, allow("coordinator", "signatory", "competent_body")],
    version: IfMatch,
    response: Response,
    tx: Transaction,
    _: IdempotencyKey,
) -> QualificationAnswer:
    """Consent to its publication, as its awarding body or as an institution that designs it together with its owner.

    Without the consent of all of them nobody publishes it. The consent is to exactly the content that you have read; an
    edit that changes it makes the consent void.
    """
    qualification = await handlers.consent_to_qualification(tx, caller, qualification_id, version, body.content_hash)
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
    """Publish your draft for good, in place of the version before it; or learn all that is missing, as pointers.

    It takes the consent of its awarding body, unless that is your own institution.
    """
    qualification = await handlers.publish_qualification(tx, caller, qualification_id, version)
    set_etag(response, qualification.version)
    return QualificationAnswer.model_validate(qualification)
