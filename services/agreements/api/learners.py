from typing import Annotated
from uuid import UUID

from fastapi import Query, Response
from pydantic import StringConstraints

from services.agreements import handlers, store
from services.agreements.api.learner_bodies import ErasureRequest, LearnerAnswer, LearnerRequest
from services.agreements.api.sealed import OwnSettings
from services.agreements.domain.learners import Learner
from services.agreements.handlers import sealing
from services.agreements.settings import Settings
from shared.auth import Principal, allow
from shared.entity_tags import IfMatch, created, set_etag
from shared.paging import Page, Paged
from shared.web import IdempotencyKey, Transaction, api_router

router = api_router("learners")

Coordinator = Annotated[Principal, allow("coordinator")]
HomeReader = Annotated[Principal, allow("coordinator", "signatory", "recogniser", "appeals_officer")]
Reader = Annotated[Principal, allow("coordinator", "signatory", "recogniser", "appeals_officer", "learner")]


def shown(learner: Learner, settings: Settings) -> LearnerAnswer:
    return LearnerAnswer.of(learner, sealing.opened(learner.sealed, settings.vault), settings.retention)


def _answer(response: Response, learner: Learner, settings: Settings) -> LearnerAnswer:
    set_etag(response, learner.version)
    return shown(learner, settings)


@router.post("/learners", status_code=201)
async def register_learner(
    body: LearnerRequest,
    caller: Coordinator,
    response: Response,
    tx: Transaction,
    settings: OwnSettings,
    _: IdempotencyKey,
) -> LearnerAnswer:
    """Register a learner of your institution, which is the learner's home.

    Refused with `duplicate-learner` if you seem to have this person already; `distinct_from` says that you checked.
    """
    learner = await handlers.register_learner(tx, caller, body.registration(), settings.vault)
    created(response, f"/v1/learners/{learner.id}", learner.version)
    return shown(learner, settings)


@router.get("/learners")
async def list_learners(
    caller: HomeReader,
    tx: Transaction,
    pager: Paged,
    settings: OwnSettings,
    name: Annotated[
        str | None,
        StringConstraints(min_length=1, max_length=200),
        Query(description="What the given or the family name begins with, in capitals or not"),
    ] = None,
) -> Page[LearnerAnswer]:
    """The learners of your institution."""
    found = await store.list_learners(tx, caller, pager.wanted, name=name)
    return pager.page(found.map(lambda learner: shown(learner, settings)))


@router.get("/learners/{learner_id}")
async def get_learner(
    learner_id: UUID, caller: Reader, response: Response, tx: Transaction, settings: OwnSettings
) -> LearnerAnswer:
    """For the home institution and the learner; with how long the data are kept, and on what ground."""
    return _answer(response, await store.load_learner(tx, learner_id, caller), settings)


@router.put("/learners/{learner_id}")
async def edit_learner(
    learner_id: UUID,
    body: LearnerRequest,
    caller: Coordinator,
    version: IfMatch,
    response: Response,
    tx: Transaction,
    settings: OwnSettings,
) -> LearnerAnswer:
    """Replace what is known of a learner of your institution. Which fields changed is noted, not what was in them."""
    said = body.registration()
    return _answer(
        response, await handlers.edit_learner(tx, caller, learner_id, version, said, settings.vault), settings
    )


@router.post("/learners/{learner_id}/erasure")
async def erase_learner(
    learner_id: UUID,
    body: ErasureRequest,
    caller: Coordinator,
    version: IfMatch,
    response: Response,
    tx: Transaction,
    settings: OwnSettings,
    _: IdempotencyKey,
) -> LearnerAnswer:
    """Erase everything personal about a learner of your institution; there is no way back.

    The pseudonym stays, and with it agreements and decisions, without what was written about the learner: contacts,
    comments, reasons. Refused while a learning agreement is not over.
    """
    learner = await handlers.erase_learner(tx, caller, learner_id, version, body.reason)
    return _answer(response, learner, settings)
