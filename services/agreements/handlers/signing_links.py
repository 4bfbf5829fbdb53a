"""Signing by a link, for who has no account."""

import secrets
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.agreements import store
from services.agreements.domain import signing_links
from services.agreements.domain.learners import Learner
from services.agreements.domain.learning_agreements import LearningAgreement
from services.agreements.domain.revisions import Seen
from services.agreements.domain.signing_links import SigningLink, Subject
from services.agreements.handlers.agreeing import sign_for_learner
from services.agreements.handlers.changing import sign_change_for_learner
from services.agreements.handlers.complementing import sign_complement_for_learner
from services.agreements.handlers.frames import HOME
from services.agreements.store import Deed
from shared import clock, ids
from shared.auth import Principal
from shared.contracts.agreements import Side
from shared.preconditions import require_institution, require_version
from shared.problems import invalid

SECRET_BYTES = 32


@dataclass(frozen=True)
class Opened:
    """What somebody who has the secret gets to see."""

    link: SigningLink
    agreement: LearningAgreement
    learner: Learner


async def make_signing_link(
    tx: AsyncConnection, caller: Principal, learning_agreement_id: UUID, side: Side, valid_for: timedelta
) -> tuple[SigningLink, str]:
    """The link and its secret, which nobody can read again; for what waits for the side's signature now."""
    agreement = await store.load_learning_agreement(tx, learning_agreement_id, caller, for_update=True)
    require_institution(caller, agreement.terms.home_id, HOME)
    learner = await store.load_learner(tx, agreement.terms.learner_id, caller)
    secret, now = secrets.token_urlsafe(SECRET_BYTES), clock.now()
    learner.check_may_sign(now.date())
    if side is Side.GUARDIAN and not (learner.personal and learner.personal.is_minor(now.date())):
        raise invalid("/side", "of_age", "The learner is of age: nobody else signs.")
    subject, revision = signing_links.awaited(agreement, side)
    link = SigningLink(
        id=ids.new_id(),
        version=1,
        learning_agreement_id=agreement.id,
        learner_id=learner.id,
        home_id=learner.home_id,
        side=side,
        subject=subject,
        content_version=revision.number,
        content_hash=revision.hash,
        secret_hash=hash_of(secret),
        made_by=caller.sub,
        made_at=now,
        expires_at=now + valid_for,
    )
    await store.add_signing_link(tx, link)
    await store.note(tx, learner, Deed.LINK_MADE, caller.sub, link_id=link.id, side=side, subject=subject)
    return link, secret


async def revoke_signing_link(
    tx: AsyncConnection, caller: Principal, learning_agreement_id: UUID, link_id: UUID, version: int
) -> SigningLink:
    await store.load_learning_agreement(tx, learning_agreement_id, caller, for_update=True)  # before the link, as ever
    link = await store.load_signing_link(tx, learning_agreement_id, link_id, caller, for_update=True)
    require_institution(caller, link.home_id, HOME)
    require_version(link.version, version)
    revoked = signing_links.revoke(link, caller.sub, clock.now())
    await store.save_signing_link(tx, revoked)
    learner = await store.load_learner(tx, link.learner_id, caller)
    await store.note(tx, learner, Deed.LINK_REVOKED, caller.sub, link_id=link.id)
    return revoked


async def open_signing_link(tx: AsyncConnection, secret: str, address: str) -> Opened:
    """`address` is a fingerprint of where the request comes from."""
    link = await store.find_signing_link(tx, hash_of(secret))
    agreement = await store.load_learning_agreement(tx, link.learning_agreement_id, holder_of(link))
    signing_links.check_open(link, agreement, clock.now())
    await store.note_opening(tx, link, address)
    return Opened(link, agreement, await store.load_learner(tx, link.learner_id, holder_of(link)))


async def sign_by_link(
    tx: AsyncConnection, secret: str, seen: Seen, address: str
) -> tuple[SigningLink, LearningAgreement]:
    """The agreement is locked before the link, as by everybody who has to do with both; of two one finds it used."""
    found = await store.find_signing_link(tx, hash_of(secret))
    holder, where = holder_of(found), found.learning_agreement_id
    agreement = await store.load_learning_agreement(tx, where, holder, for_update=True)
    link = await store.load_signing_link(tx, where, found.id, holder, for_update=True)
    used = signing_links.use(link, agreement, seen, clock.now(), address)
    signed = await _sign(tx, holder, link, seen)
    await store.save_signing_link(tx, used)
    return used, signed


async def _sign(tx: AsyncConnection, holder: Principal, link: SigningLink, seen: Seen) -> LearningAgreement:
    if link.subject is Subject.CHANGE:
        return await sign_change_for_learner(tx, holder, link.learning_agreement_id, link.side, seen)
    if link.subject is Subject.COMPLEMENT:
        return await sign_complement_for_learner(tx, holder, link.learning_agreement_id, seen)
    return await sign_for_learner(tx, holder, link.learning_agreement_id, link.side, seen)


def hash_of(secret: str) -> str:
    """Of 256 random bits, so no salt and no slow hash is needed."""
    return sha256(secret.encode(errors="replace")).hexdigest()


def holder_of(link: SigningLink) -> Principal:
    """Who has the link acts for its learner, and a signature says which link it was."""
    return Principal(f"signing-link:{link.id}", roles=frozenset({"learner"}), learner_id=link.learner_id)
