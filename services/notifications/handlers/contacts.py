from dataclasses import replace
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.notifications import store
from services.notifications.domain.notices import Contact, Language
from services.notifications.store.vault import Vault
from shared.auth import Principal
from shared.preconditions import require_version


async def name_contact(
    tx: AsyncConnection,
    caller: Principal,
    subscription_id: UUID,
    version: int,
    email: str | None,
    language: Language,
    vault: Vault,
) -> Contact:
    """Whom to write to from now on; nobody without an address."""
    subscription = await store.load_subscription(tx, subscription_id, caller)
    known = await store.load_contact(tx, subscription, caller)
    require_version(known.version, version)
    sealed = vault.sealed(email.encode()) if email else None
    named = replace(known, sealed_email=sealed, language=language, version=version + 1)
    await store.save_contact(tx, named)
    return named
