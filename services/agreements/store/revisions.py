"""A revision as columns."""

from typing import Any

import sqlalchemy as sa

from services.agreements.domain.revisions import Revision


def columns_of(revision: Revision) -> dict[str, Any]:
    return {
        "content_version": revision.number,
        "content_hash": revision.hash,
        "hash_profile": revision.profile,
    }


def revision_of(row: sa.Row[Any]) -> Revision:
    return Revision(row.content_version, row.content_hash, row.hash_profile)
