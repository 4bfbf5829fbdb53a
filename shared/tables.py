"""The tables that every service has besides its own: how facts travel, what was answered, and who did what."""

import sqlalchemy as sa

from shared import audit_log, dead_letters, idempotency, inbox, outbox


def new_metadata() -> sa.MetaData:
    """A service's `MetaData`, with outbox, inbox, dead letters, idempotency keys and audit log in it."""
    metadata = sa.MetaData()
    for module in (outbox, inbox, dead_letters, idempotency, audit_log):
        module.table(metadata)
    return metadata
