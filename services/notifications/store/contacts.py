import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg
from sqlalchemy.ext.asyncio import AsyncConnection

from services.notifications.domain.notices import Contact, Language
from services.notifications.domain.subscriptions import Subscription, SubscriptionState
from services.notifications.tables import CONTACTS, SUBSCRIPTIONS
from shared.auth import Principal
from shared.problems import VersionMismatch
from shared.tenancy import visible_to


async def load_contact(tx: AsyncConnection, subscription: Subscription, principal: Principal) -> Contact:
    """The contact of a subscription that the caller may see; one without an address if none was ever named."""
    select = sa.select(CONTACTS).where(
        CONTACTS.c.subscription_id == subscription.id, visible_to(principal, CONTACTS.c.owner_id)
    )
    row = (await tx.execute(select)).one_or_none()
    if row is None:
        return Contact(subscription.id, subscription.owner_id)
    return Contact(row.subscription_id, row.owner_id, row.sealed_email, Language(row.language), row.version)


async def save_contact(tx: AsyncConnection, contact: Contact) -> None:
    put = pg.insert(CONTACTS).values(vars(contact))
    replaced = put.on_conflict_do_update(
        index_elements=[CONTACTS.c.subscription_id],
        set_={name: put.excluded[name] for name in ("sealed_email", "language", "version")},
        where=CONTACTS.c.version == contact.version - 1,
    )
    if (await tx.execute(replaced)).rowcount == 0:
        raise VersionMismatch


async def forget_contacts(tx: AsyncConnection) -> int:
    """Those of deleted subscriptions: an address is kept no longer than there is a use for it."""
    deleted = sa.select(SUBSCRIPTIONS.c.id).where(SUBSCRIPTIONS.c.state == SubscriptionState.DELETED)
    return (await tx.execute(sa.delete(CONTACTS).where(CONTACTS.c.subscription_id.in_(deleted)))).rowcount
