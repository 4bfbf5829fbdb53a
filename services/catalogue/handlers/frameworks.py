from sqlalchemy.ext.asyncio import AsyncConnection

from services.catalogue import store
from services.catalogue.domain import frameworks
from services.catalogue.domain.frameworks import Entry, ImportedFramework
from shared.preconditions import require_version
from shared.problems import Forbidden


async def import_framework(
    tx: AsyncConnection, name: str, version: int, edition: str, entries: tuple[Entry, ...]
) -> ImportedFramework:
    known = await store.load_framework(tx, name)
    if not isinstance(known, ImportedFramework):
        raise Forbidden(f"The list {name} is part of Acquis. Nobody imports another edition of it.")
    require_version(known.version, version)
    renewed = frameworks.renew(known, edition, entries)
    await store.save(tx, renewed)
    return renewed
