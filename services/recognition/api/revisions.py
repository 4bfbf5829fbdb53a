"""A recogniser certifies what no host saw, and corrects and revokes what was decided."""

from typing import Annotated
from uuid import UUID

from fastapi import Response, status

from services.recognition import handlers, store
from services.recognition.api.decisions import DecisionAnswer, answer
from services.recognition.api.revision_bodies import (
    CertificationRequest,
    CorrectionRequest,
    PreviewAnswer,
    RevocationAnswer,
    RevocationRequest,
)
from shared.auth import Caller, Principal, allow
from shared.entity_tags import IfMatch, created
from shared.web import IdempotencyKey, Reading, Transaction, api_router

router = api_router("decisions")

Recogniser = Annotated[Principal, allow("recogniser")]


@router.post("/decisions", status_code=201)
async def certify(
    body: CertificationRequest, caller: Recogniser, response: Response, tx: Transaction, _: IdempotencyKey
) -> DecisionAnswer:
    """Certify, as a recogniser of home, what was learnt otherwise than by a mobility: all of a unit, or a part.

    The institution awards the qualification, or recognises units of it under a memorandum. R5, R9, R10 and R11 are
    asked. A unit in progress is completed by it; what counts already counts once, and this is kept as evidence, unless
    the qualification wants the best grade. The same piece of evidence is refused a second time. 409 names what nobody
    overrides, or a fact that has not arrived here.
    """
    decided = await handlers.certify(tx, caller, body.achieved())
    created(response, f"/v1/decisions/{decided.decision_id}", decided.version)
    return DecisionAnswer.of(decided, caller)


@router.post("/decisions/{decision_id}/correction", status_code=201)
async def correct_decision(
    decision_id: UUID,
    body: CorrectionRequest,
    caller: Recogniser,
    version: IfMatch,
    response: Response,
    tx: Transaction,
    _: IdempotencyKey,
) -> DecisionAnswer:
    """Put right, as a recogniser of home, what a recognised unit counts for, or which outcomes the results are worth.

    A new decision takes the place of this one and is answered; the entry in the ledger is reversed and made anew. Where
    outcomes are taken away the unit may count no more, and is held as far as it goes. It holds until the host says
    something else about the unit. 403 for whoever's decision on the unit was appealed against, here and in revoking.
    """
    decided = await handlers.correct_decision(tx, caller, decision_id, version, body.wanted(), body.legal_basis)
    created(response, f"/v1/decisions/{decided.decision_id}", decided.version)
    return DecisionAnswer.of(decided, caller)


@router.post("/decisions/{decision_id}/revocation-preview", responses={status.HTTP_404_NOT_FOUND: {}})
async def preview_revocation(decision_id: UUID, caller: Recogniser, version: IfMatch, tx: Reading) -> PreviewAnswer:
    """Everything that revoking the decision entails, for a recogniser of home; nothing is written.

    Composed units that rested on it and what is held of them, qualifications that are complete no more, and results
    that were evidence so far and take its place. The token binds the revocation to this.
    """
    return PreviewAnswer.model_validate(await handlers.preview_revocation(tx, caller, decision_id, version))


@router.post("/decisions/{decision_id}/revocation")
async def revoke_decision(
    decision_id: UUID,
    body: RevocationRequest,
    caller: Recogniser,
    version: IfMatch,
    response: Response,
    tx: Transaction,
    _: IdempotencyKey,
) -> DecisionAnswer:
    """Revoke, as a recogniser of home, with exactly the consequences that were previewed.

    409 `stale-approval` if they would be others by now: then nothing happens. The results that were decided on never
    count again, however often they are said; others on the unit in the same transcript are for a person.
    """
    revoked = await handlers.revoke_decision(
        tx, caller, decision_id, version, body.reason, body.legal_basis, body.token
    )
    return answer(response, revoked, caller)


@router.get("/decisions/{decision_id}/revocation")
async def get_revocation(decision_id: UUID, caller: Caller, tx: Transaction) -> RevocationAnswer:
    """Why, when and on what legal basis, for whoever sees the decision; 404 as long as it was not revoked by hand."""
    return RevocationAnswer.model_validate(await store.load_revocation(tx, decision_id, caller))
