from dataclasses import replace
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Request, Response
from sqlalchemy.ext.asyncio import AsyncConnection

from services.agreements import handlers, store
from services.agreements.api.fields import SeenBody
from services.agreements.api.sealed import OwnSettings
from services.agreements.api.signing_link_bodies import (
    NewSigningLinkAnswer,
    OpenedLinkAnswer,
    SignedByLinkAnswer,
    SigningLinkAnswer,
    SigningLinkRequest,
)
from services.agreements.domain.learning_agreements import LearningAgreement
from services.agreements.domain.revisions import Seen
from services.agreements.domain.signing_links import SigningLink
from services.agreements.handlers.signing_links import hash_of, holder_of
from shared.auth import Principal, allow
from shared.entity_tags import IfMatch, created, set_etag
from shared.paging import Page, Paged
from shared.problems import Gone, RateLimited
from shared.token_buckets import TokenBuckets, take_from_each
from shared.web import IdempotencyKey, PublicIdempotencyKey, PublicTransaction, Transaction, api_router

router = api_router("signing-links")

Coordinator = Annotated[Principal, allow("coordinator")]
OF_AGREEMENT = "/learning-agreements/{learning_agreement_id}/signing-links"
BY_SECRET = "/signing-links/{secret}"  # noqa: S105 - where the secret stands, not the secret
PER_LINK, PER_ADDRESS = TokenBuckets(12), TokenBuckets(120)
"""Requests a minute: a class may sign behind one address."""


def _address(request: Request) -> str:
    return request.client.host if request.client else ""


def limited(secret: str, request: Request) -> None:
    """Before the database is asked anything."""
    if wait := take_from_each((PER_ADDRESS, _address(request)), (PER_LINK, hash_of(secret))):
        raise RateLimited(wait)


def _fingerprint(request: Request, settings: OwnSettings) -> str:
    return settings.vault.fingerprint(f"address {_address(request)}")


async def signed_by(
    request: Request, tx: AsyncConnection, secret: str, seen: Seen, address: str
) -> tuple[SigningLink, LearningAgreement]:
    """The link's holder is who has acted, for the institution whose coordinator made the link."""
    link, agreement = await handlers.sign_by_link(tx, secret, seen, address)
    request.state.caller = replace(holder_of(link), org=link.home_id)
    return link, agreement


From = Annotated[str, Depends(_fingerprint)]
PUBLIC: dict[str, Any] = {"dependencies": [Depends(limited)], "responses": {Gone.status: {}}}


@router.post(OF_AGREEMENT, status_code=201)
async def make_signing_link(
    learning_agreement_id: UUID,
    body: SigningLinkRequest,
    caller: Coordinator,
    response: Response,
    tx: Transaction,
    _: IdempotencyKey,
) -> NewSigningLinkAnswer:
    """Make a link by which a learner or guardian without an account signs what waits for their signature now.

    For a coordinator of the home institution, who sends the link to that person and to nobody else. It is good for one
    signature of exactly this content, until it expires.
    """
    link, secret = await handlers.make_signing_link(tx, caller, learning_agreement_id, body.side, body.valid_for)
    path, page = f"/v1/signing-links/{secret}", f"/agreements/pages/signing-links/{secret}"
    created(response, f"/v1/learning-agreements/{learning_agreement_id}/signing-links/{link.id}", link.version)
    return NewSigningLinkAnswer.of(link, secret=secret, path=path, page=page)


@router.get(OF_AGREEMENT)
async def list_signing_links(
    learning_agreement_id: UUID, caller: Coordinator, tx: Transaction, pager: Paged
) -> Page[SigningLinkAnswer]:
    """The links that your institution made for an agreement, without their secrets; with when they were used."""
    await store.load_learning_agreement(tx, learning_agreement_id, caller)
    found = await store.list_signing_links(tx, learning_agreement_id, caller, pager.wanted)
    return pager.page(found.map(SigningLinkAnswer.of))


@router.get(OF_AGREEMENT + "/{link_id}")
async def get_signing_link(
    learning_agreement_id: UUID, link_id: UUID, caller: Coordinator, response: Response, tx: Transaction
) -> SigningLinkAnswer:
    link = await store.load_signing_link(tx, learning_agreement_id, link_id, caller)
    set_etag(response, link.version)
    return SigningLinkAnswer.of(link)


@router.post(OF_AGREEMENT + "/{link_id}/revocation")
async def revoke_signing_link(
    learning_agreement_id: UUID,
    link_id: UUID,
    caller: Coordinator,
    version: IfMatch,
    response: Response,
    tx: Transaction,
    _: IdempotencyKey,
) -> SigningLinkAnswer:
    """Take back as the home institution a link that was not used yet."""
    link = await handlers.revoke_signing_link(tx, caller, learning_agreement_id, link_id, version)
    set_etag(response, link.version)
    return SigningLinkAnswer.of(link)


@router.get(BY_SECRET, **PUBLIC)
async def open_signing_link(secret: str, tx: PublicTransaction, address: From) -> OpenedLinkAnswer:
    """Read what is to be signed: no token is needed, the secret in the path is what the link was made with.

    404 for a secret that is none; 410 `gone` once it was used, revoked, has expired, or the content has changed.
    """
    return OpenedLinkAnswer.of(await handlers.open_signing_link(tx, secret, address))


@router.post(BY_SECRET + "/signature", **PUBLIC)
async def sign_by_link(
    secret: str, body: SeenBody, request: Request, tx: PublicTransaction, address: From, _: PublicIdempotencyKey
) -> SignedByLinkAnswer:
    """Sign, as the learner or guardian whom the link is for, exactly the content that it shows; once.

    If the answer gets lost, the same request with the same Idempotency-Key gets it again.
    """
    link, agreement = await signed_by(request, tx, secret, body.seen(), address)
    signed = {**vars(link), "state": agreement.state, "signed_at": link.used_at}
    return SignedByLinkAnswer.model_validate(signed)
