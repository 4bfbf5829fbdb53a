from typing import Annotated
from uuid import UUID

from fastapi import Response

from services.agreements import handlers, store
from services.agreements.api.fields import SeenBody
from services.agreements.api.stay_bodies import ComplementAnswer, ComplementRequest
from services.agreements.domain.learning_agreements import LearningAgreement
from shared.auth import Caller, Principal, allow
from shared.entity_tags import IfMatch, set_etag
from shared.problems import NotFound
from shared.web import IdempotencyKey, Transaction, api_router

router = api_router("learning-agreements")


def _answer(response: Response, agreement: LearningAgreement) -> ComplementAnswer:
    if agreement.complement is None:
        raise NotFound("The host has not written it yet.")
    set_etag(response, agreement.version)
    return ComplementAnswer.of(agreement, agreement.complement)


@router.put("/learning-agreements/{learning_agreement_id}/complement")
async def draft_learning_agreement_complement(
    learning_agreement_id: UUID,
    body: ComplementRequest,
    caller: Annotated[Principal, allow("coordinator")],
    version: IfMatch,
    response: Response,
    tx: Transaction,
) -> ComplementAnswer:
    """Write down as the hosting institution, once the stay is over, what really took place.

    It replaces what was written before; signatures under that are void. Learner and host sign it.
    """
    agreement = await store.load_learning_agreement(tx, learning_agreement_id, caller)
    account = body.account(agreement)
    return _answer(response, await handlers.draft_complement(tx, caller, learning_agreement_id, version, account))


@router.get("/learning-agreements/{learning_agreement_id}/complement")
async def get_learning_agreement_complement(
    learning_agreement_id: UUID, caller: Caller, response: Response, tx: Transaction
) -> ComplementAnswer:
    """What really took place, for learner, host and home."""
    return _answer(response, await store.load_learning_agreement(tx, learning_agreement_id, caller))


@router.post("/learning-agreements/{learning_agreement_id}/complement/signatures")
async def sign_learning_agreement_complement(
    learning_agreement_id: UUID,
    body: SeenBody,
    caller: Annotated[Principal, allow("learner", "signatory")],
    version: IfMatch,
    response: Response,
    tx: Transaction,
    _: IdempotencyKey,
) -> ComplementAnswer:
    """Sign exactly this account, as the learner or the hosting institution, on the last day of the stay or later.

    With both signatures the agreement is complemented; it is closed once home has decided on every unit.
    """
    signed = await handlers.sign_complement(tx, caller, learning_agreement_id, version, body.seen())
    return _answer(response, signed)
