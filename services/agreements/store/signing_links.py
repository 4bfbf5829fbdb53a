from typing import Any
from uuid import UUID

import sqlalchemy as sa
from pydantic import TypeAdapter
from sqlalchemy.ext.asyncio import AsyncConnection

from services.agreements.domain.signing_links import SigningLink
from services.agreements.tables import SIGNING_LINKS
from shared import clock, db, paging, rows
from shared.auth import Principal
from shared.paging import PageRequest, Slice
from shared.tenancy import visible_to

LINKS = SIGNING_LINKS.c
SIGNING_LINK = TypeAdapter(SigningLink)


def _links(principal: Principal) -> sa.Select[Any]:
    """For the home institution and the learner; the host hears of a signature, not of how it came about."""
    return sa.select(SIGNING_LINKS).where(visible_to(principal, LINKS.home_id, learner=LINKS.learner_id))


async def load_signing_link(
    tx: AsyncConnection, learning_agreement_id: UUID, link_id: UUID, principal: Principal, *, for_update: bool = False
) -> SigningLink:
    this = sa.and_(LINKS.learning_agreement_id == learning_agreement_id, LINKS.id == link_id)
    select = _links(principal).where(this)
    return _link(await rows.only(tx, select.with_for_update() if for_update else select))


async def find_signing_link(tx: AsyncConnection, secret_hash: str) -> SigningLink:
    """Whose secret has this hash; from then on the transaction acts for its learner. It acted for nobody before."""
    await db.act_for(tx, secret_hash)
    link = _link(await rows.only(tx, sa.select(SIGNING_LINKS).where(LINKS.secret_hash == secret_hash)))
    await db.act_for(tx, str(link.learner_id))
    return link


async def list_signing_links(
    tx: AsyncConnection, learning_agreement_id: UUID, principal: Principal, wanted: PageRequest
) -> Slice[SigningLink]:
    """Oldest first."""
    select = _links(principal).where(LINKS.learning_agreement_id == learning_agreement_id)
    return (await paging.fetch(tx, select, wanted, LINKS.id)).map(_link)


async def add_signing_link(tx: AsyncConnection, link: SigningLink) -> None:
    await tx.execute(sa.insert(SIGNING_LINKS).values(vars(link)))


async def save_signing_link(tx: AsyncConnection, link: SigningLink) -> None:
    await rows.replace(tx, SIGNING_LINKS, vars(link))


async def note_opening(tx: AsyncConnection, link: SigningLink, address: str) -> None:
    """Only the first one counts. No new version: who is about to revoke the link does not have to read it again."""
    unopened = sa.and_(LINKS.id == link.id, LINKS.opened_at.is_(None))
    await tx.execute(sa.update(SIGNING_LINKS).where(unopened).values(opened_at=clock.now(), opened_from=address))


async def revoke_signing_links(tx: AsyncConnection, learner_id: UUID, by: str) -> None:
    """All that a learner could still use."""
    useful = sa.and_(LINKS.learner_id == learner_id, LINKS.used_at.is_(None), LINKS.revoked_at.is_(None))
    revoked = {"revoked_at": clock.now(), "revoked_by": by, "version": LINKS.version + 1}
    await tx.execute(sa.update(SIGNING_LINKS).where(useful).values(revoked))


def _link(row: sa.Row[Any]) -> SigningLink:
    return SIGNING_LINK.validate_python(row._asdict())
