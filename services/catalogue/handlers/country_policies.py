from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.catalogue import store
from services.catalogue.domain import country_policies
from services.catalogue.domain.country_policies import CountryPolicy, PolicyTerms
from services.catalogue.handlers.preconditions import require_country
from shared import ids, outbox
from shared.auth import Principal
from shared.preconditions import require_version


async def draft_country_policy(tx: AsyncConnection, caller: Principal, terms: PolicyTerms) -> CountryPolicy:
    require_country(caller, terms.country)
    policy = country_policies.draft(terms, ids.new_id())
    await store.add(tx, policy)
    return policy


async def edit_country_policy(
    tx: AsyncConnection, caller: Principal, country_policy_id: UUID, version: int, terms: PolicyTerms
) -> CountryPolicy:
    edited = country_policies.edit(await _load_own(tx, caller, country_policy_id, version), terms)
    await store.save(tx, edited)
    return edited


async def publish_country_policy(
    tx: AsyncConnection, caller: Principal, country_policy_id: UUID, version: int
) -> CountryPolicy:
    """Publish it, and end the policy until further notice that it follows, if there is one."""
    policy = await _load_own(tx, caller, country_policy_id, version)
    published = await store.lock_published_policies(tx, policy.country)
    changed, facts = country_policies.publish(policy, published)
    for one in changed:
        await store.save(tx, one)
    await outbox.add(tx, facts)
    return changed[-1]


async def _load_own(tx: AsyncConnection, caller: Principal, country_policy_id: UUID, version: int) -> CountryPolicy:
    policy = await store.load_country_policy(tx, country_policy_id, caller)
    require_country(caller, policy.country)
    require_version(policy.version, version)
    return policy
