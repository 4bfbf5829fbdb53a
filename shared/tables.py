"""The tables that every service has besides its own: by which facts travel and requests are repeated safely."""

import sqlalchemy as sa

from shared import dead_letters, idempotency, inbox, outbox


def new_metadata() -> sa.MetaData:
    """A service's `MetaData`, with outbox, inbox, dead letters and idempotency keys in it."""
    metadata = sa.MetaData()
    for module in (outbox, inbox, dead_letters, idempotency):
        module.table(metadata)
    return metadata
