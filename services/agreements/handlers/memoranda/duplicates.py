"""Whether there is a memorandum like it already (domain.md 3.7, #113); a renewal, as long as what it renews lasts."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.agreements import store
from services.agreements.domain import memoranda
from services.agreements.domain.memoranda import Override
from services.agreements.domain.memorandum_terms import Terms
from services.agreements.domain.reference import unknown
from shared.auth import Principal
from shared.problems import DuplicateAgreement, NotFound, Validation, invalid


async def check_renewal(tx: AsyncConnection, caller: Principal, terms: Terms) -> None:
    if terms.renews_id is None:
        return
    try:
        renewed = await store.load_memorandum(tx, terms.renews_id, caller)
    except NotFound as error:
        raise Validation([unknown("/renews_id", "memorandum")]) from error
    memoranda.check_renewal(terms, renewed)


async def check_written(
    tx: AsyncConnection,
    caller: Principal,
    memorandum_id: UUID,
    terms: Terms,
    override: Override | None,
    *,
    instead_of: Terms | None = None,
) -> None:
    """As `check_only_one`, of terms that somebody has just written; what they name as duplicate has to be one."""
    other = await check_only_one(tx, caller, memorandum_id, terms, override, instead_of=instead_of)
    if override and override.duplicate_of != other:
        raise invalid("/duplicate_of", "no_duplicate", "This is not a memorandum like it that has not ended.")


async def check_only_one(
    tx: AsyncConnection,
    caller: Principal,
    memorandum_id: UUID,
    terms: Terms,
    override: Override | None,
    *,
    instead_of: Terms | None = None,
) -> UUID | None:
    """The one like it, if the caller wants another all the same and has said why.

    What is like the terms whose place these take, `instead_of`, has been settled when those were proposed.
    """
    meant = override.duplicate_of if override else None
    other = await store.find_duplicate(tx, terms, caller, besides=memorandum_id, preferred=meant, instead_of=instead_of)
    if other is not None and other != meant:
        raise DuplicateAgreement(
            f"Memorandum {other} is between the same parties, for one of these qualifications, at the same time. "
            "Amend it, or renew it from its end on; or name it as `duplicate_of` and say why there has to be another.",
            memorandum_id=str(other),
        )
    return other
