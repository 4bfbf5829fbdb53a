"""How an aggregate is written: inserted once, then changed by one UPDATE that names the version it follows."""

from typing import Any

import sqlalchemy as sa
from pydantic_core import to_jsonable_python
from sqlalchemy.ext.asyncio import AsyncConnection

from services.catalogue.domain.comparabilities import Comparability
from services.catalogue.domain.country_policies import CountryPolicy
from services.catalogue.domain.institutions import Institution
from services.catalogue.domain.qualifications import Qualification
from services.catalogue.tables import COMPARABILITIES, COUNTRY_POLICIES, INSTITUTIONS, QUALIFICATIONS
from shared import rows

Aggregate = Institution | CountryPolicy | Qualification | Comparability
TABLES: dict[type[Aggregate], sa.Table] = {
    Institution: INSTITUTIONS,
    CountryPolicy: COUNTRY_POLICIES,
    Qualification: QUALIFICATIONS,
    Comparability: COMPARABILITIES,
}
"""Columns are named as the fields of the aggregate."""


async def add(tx: AsyncConnection, aggregate: Aggregate) -> None:
    await tx.execute(sa.insert(TABLES[type(aggregate)]).values(_row(aggregate)))


async def save(tx: AsyncConnection, aggregate: Aggregate) -> None:
    await rows.replace(tx, TABLES[type(aggregate)], _row(aggregate))


def _row(aggregate: Aggregate) -> dict[str, Any]:
    """Values inside the aggregate are only ever read whole and become JSON."""
    inside = (tuple, dict)
    return {name: to_jsonable_python(v) if isinstance(v, inside) else v for name, v in vars(aggregate).items()}
