from typing import Annotated
from uuid import UUID

from fastapi import Depends, Query, Response

from services.agreements import handlers, store
from services.agreements.api.fields import Day
from services.agreements.api.learning_agreement_bodies import LearningAgreementAnswer, answer
from services.agreements.api.learning_agreement_terms import LearningAgreementRequest, ProjectCode
from services.agreements.domain.learning_agreements import State
from services.agreements.store import LearningAgreementFilter
from shared.auth import Caller, Principal, allow
from shared.entity_tags import IfMatch, created
from shared.paging import Page, Paged
from shared.preconditions import own_institution
from shared.web import IdempotencyKey, Transaction, api_router

router = api_router("learning-agreements")

Coordinator = Annotated[Principal, allow("coordinator")]


@router.post("/learning-agreements", status_code=201)
async def draft_learning_agreement(
    body: LearningAgreementRequest, caller: Coordinator, response: Response, tx: Transaction, _: IdempotencyKey
) -> LearningAgreementAnswer:
    """Draft an agreement for a learner of your institution.

    Learner, home and host see it. It can be edited until the learner signs.
    """
    agreement = await handlers.draft_learning_agreement(tx, caller, body.terms(own_institution(caller)))
    created(response, f"/v1/learning-agreements/{agreement.id}", agreement.version)
    return LearningAgreementAnswer.of(agreement)


def _filters(
    state: Annotated[State | None, Query()] = None,
    learner_id: Annotated[UUID | None, Query()] = None,
    memorandum_id: Annotated[UUID | None, Query()] = None,
    home_id: Annotated[UUID | None, Query()] = None,
    host_id: Annotated[UUID | None, Query()] = None,
    project_code: Annotated[ProjectCode | None, Query()] = None,
    begin: Annotated[Day | None, Query(alias="from", description="Stays that go on on this day or later")] = None,
    end: Annotated[Day | None, Query(alias="until", description="Stays that have begun by this day")] = None,
) -> LearningAgreementFilter:
    return LearningAgreementFilter(
        state=state,
        learner_id=learner_id,
        memorandum_id=memorandum_id,
        home_id=home_id,
        host_id=host_id,
        project_code=project_code,
        begin=begin,
        end=end,
    )


@router.get("/learning-agreements")
async def list_learning_agreements(
    caller: Caller, tx: Transaction, pager: Paged, filters: Annotated[LearningAgreementFilter, Depends(_filters)]
) -> Page[LearningAgreementAnswer]:
    """Those in which your institution is home or host, or you are the learner."""
    found = await store.list_learning_agreements(tx, caller, pager.wanted, filters)
    return pager.page(found.map(LearningAgreementAnswer.of))


@router.get("/learning-agreements/{learning_agreement_id}")
async def get_learning_agreement(
    learning_agreement_id: UUID, caller: Caller, response: Response, tx: Transaction
) -> LearningAgreementAnswer:
    """One agreement, for its learner, home and host."""
    return answer(response, await store.load_learning_agreement(tx, learning_agreement_id, caller))


@router.put("/learning-agreements/{learning_agreement_id}")
async def edit_learning_agreement(
    learning_agreement_id: UUID,
    body: LearningAgreementRequest,
    caller: Coordinator,
    version: IfMatch,
    response: Response,
    tx: Transaction,
) -> LearningAgreementAnswer:
    """Replace the whole draft, as the home institution; learner and host stay.

    Also after the learner has signed, or the host has requested changes: signatures are void then, and this gives the
    next `content_version`, which all sign anew.
    """
    terms = body.terms(own_institution(caller))
    agreement = await handlers.edit_learning_agreement(tx, caller, learning_agreement_id, version, terms)
    return answer(response, agreement)


@router.delete("/learning-agreements/{learning_agreement_id}", status_code=204)
async def delete_learning_agreement(
    learning_agreement_id: UUID, caller: Coordinator, version: IfMatch, tx: Transaction
) -> None:
    """Delete a draft that nobody has ever signed, as the home institution; what was signed can only be cancelled."""
    await handlers.delete_learning_agreement(tx, caller, learning_agreement_id, version)
