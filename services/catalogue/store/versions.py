"""How an aggregate is written: inserted once, then changed by one UPDATE that names the version it follows."""

from typing import Any

import sqlalchemy as sa
from pydantic_core import to_jsonable_python
from sqlalchemy.ext.asyncio import AsyncConnection

from services.catalogue.domain.aliases import Alias
from services.catalogue.domain.comparabilities import Comparability
from services.catalogue.domain.contacts import InstitutionContacts
from services.catalogue.domain.countries import CountryStatement
from services.catalogue.domain.country_policies import CountryPolicy
from services.catalogue.domain.frameworks import ImportedFramework
from services.catalogue.domain.grade_scales import GradeScale
from services.catalogue.domain.grade_tables import GradeTable
from services.catalogue.domain.institutions import Institution
from services.catalogue.domain.qualifications import Qualification, QualificationVersion
from services.catalogue.tables import (
    COMPARABILITIES,
    COUNTRY_POLICIES,
    COUNTRY_STATEMENTS,
    FRAMEWORKS,
    GRADE_SCALES,
    GRADE_TABLES,
    INSTITUTION_ALIASES,
    INSTITUTION_CONTACTS,
    INSTITUTIONS,
    QUALIFICATION_VERSIONS,
    QUALIFICATIONS,
)
from shared import rows
from shared.contracts.catalogue import AccumulationRules

Aggregate = (
    Institution
    | InstitutionContacts
    | Alias
    | CountryStatement
    | CountryPolicy
    | GradeScale
    | GradeTable
    | ImportedFramework
    | Qualification
    | QualificationVersion
    | Comparability
)
TABLES: dict[type[Aggregate], sa.Table] = {
    Institution: INSTITUTIONS,
    InstitutionContacts: INSTITUTION_CONTACTS,
    Alias: INSTITUTION_ALIASES,
    CountryStatement: COUNTRY_STATEMENTS,
    CountryPolicy: COUNTRY_POLICIES,
    GradeScale: GRADE_SCALES,
    GradeTable: GRADE_TABLES,
    ImportedFramework: FRAMEWORKS,
    Qualification: QUALIFICATIONS,
    QualificationVersion: QUALIFICATION_VERSIONS,
    Comparability: COMPARABILITIES,
}
"""Columns are named as the fields of the aggregate."""
DERIVED: dict[type[Aggregate], tuple[str, ...]] = {Institution: ("name_key",)}
"""Columns that follow from the others, to look for."""


async def add(tx: AsyncConnection, aggregate: Aggregate) -> None:
    await tx.execute(sa.insert(TABLES[type(aggregate)]).values(_row(aggregate)))


async def save(tx: AsyncConnection, aggregate: Aggregate) -> None:
    await rows.replace(tx, TABLES[type(aggregate)], _row(aggregate))


async def put(tx: AsyncConnection, aggregate: Aggregate) -> None:
    """For what is there from the beginning, empty, and has a row once somebody has written it."""
    await (add if aggregate.version == 1 else save)(tx, aggregate)


def _row(aggregate: Aggregate) -> dict[str, Any]:
    """Values inside the aggregate are only ever read whole and become JSON."""
    inside = (tuple, dict, AccumulationRules)
    derived = {name: getattr(aggregate, name) for name in DERIVED.get(type(aggregate), ())}
    written = {name: to_jsonable_python(v) if isinstance(v, inside) else v for name, v in vars(aggregate).items()}
    return written | derived
