"""As many agreements as a country's schools make, and how PostgreSQL then reads them."""

from collections.abc import Sequence
from itertools import permutations
from typing import Any
from uuid import UUID, uuid4

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.service import Running
from tests.support.running import as_owner

# One agreement many times over, between each of the pairs in turn; every fourth of them is agreed.
COPIES = sa.text(
    "INSERT INTO learning_agreements (id, version, state, learner_id, home_id, host_id, memorandum_id, terms,"
    "  content_version, content_hash, hash_profile, signatures)"
    " SELECT gen_random_uuid(), version, CASE n % 4 WHEN 0 THEN 'agreed' ELSE state END, learner_id,"
    "  (CAST(:homes AS uuid[]))[1 + n % :pairs], (CAST(:hosts AS uuid[]))[1 + n % :pairs], memorandum_id,"
    "  terms || jsonb_build_object("
    "   'starts_on', to_char(date '2030-01-01' + n % 300, 'YYYY-MM-DD'),"
    "   'ends_on', to_char(date '2030-01-15' + n % 300, 'YYYY-MM-DD'),"
    "   'project_code', CASE n % 20 WHEN 0 THEN CAST(:project AS text) END),"
    "  content_version, content_hash, hash_profile, signatures"
    " FROM learning_agreements, generate_series(0, :last) AS n WHERE id = :id"
)
COPIED_YEAR = 2030
PROJECT = "2026-1-MT01-KA121-VET-000012345"
SCHOOLS = 50


async def copy(tx: AsyncConnection, id_: UUID, pairs: Sequence[tuple[UUID, UUID]], number: int) -> None:
    """`pairs` are of the home and the host; those of one pair begin on different days of `COPIED_YEAR`."""
    homes, hosts = zip(*pairs, strict=True)
    values = {"homes": list(homes), "hosts": list(hosts), "pairs": len(pairs)}
    await tx.execute(COPIES, values | {"id": id_, "last": number - 1, "project": PROJECT})


async def planned_among_many(
    agreements: Running, id_: UUID, home_id: UUID, host_id: UUID, query: sa.Select[Any]
) -> str:
    """How it is read where each of many schools sends to each other: by their statistics, and nothing of it stays.

    On a small table any index costs the same, and which one is read then depends on when PostgreSQL last counted.
    """
    pairs = list(permutations([home_id, host_id, *(uuid4() for _ in range(SCHOOLS - 2))], 2))
    async with as_owner(agreements).connect() as tx:  # without a commit
        await copy(tx, id_, pairs, len(pairs))
        await tx.execute(sa.text("ANALYZE learning_agreements"))
        await tx.execute(sa.text("SET LOCAL enable_seqscan = off"))  # as it is for the system
        compiled = query.compile(dialect=tx.dialect, compile_kwargs={"literal_binds": True})
        return "\n".join(await tx.scalars(sa.text("EXPLAIN " + str(compiled).replace(":", "\\:"))))
