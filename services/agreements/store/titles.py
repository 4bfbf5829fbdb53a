"""What institutions, qualifications, units and outcomes are called, for people to read."""

from collections.abc import Collection, Mapping
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from services.agreements.domain.learning_agreement_terms import Terms
from services.agreements.tables import INSTITUTIONS, QUALIFICATIONS
from shared.contracts.catalogue import QualificationPublished

Titles = Mapping[UUID, Mapping[str, str]]
"""By language (ISO 639), of whatever has an id; what is not known is missing."""


def titles_in(fact: QualificationPublished) -> dict[str, Mapping[str, str]]:
    units = {str(unit.unit_id): unit.title for unit in fact.units}
    outcomes = {str(outcome.outcome_id): outcome.statement for unit in fact.units for outcome in unit.outcomes}
    return {str(fact.qualification_id): fact.title} | units | outcomes


async def load_institution_names(tx: AsyncConnection, ids: Collection[UUID]) -> Mapping[UUID, str]:
    institutions = INSTITUTIONS.c
    select = sa.select(institutions.id, institutions.name).where(
        institutions.id.in_(ids), institutions.name.is_not(None)
    )
    return {row.id: row.name for row in await tx.execute(select)}


async def load_titles(tx: AsyncConnection, terms: Terms) -> Titles:
    """At home as they stand in the version that the terms name; abroad, where they name none, in the newest."""
    qualifications = QUALIFICATIONS.c
    home = sa.and_(qualifications.id == terms.qualification_id, qualifications.version == terms.qualification_version)
    abroad = qualifications.unit_ids.overlap([unit.host_unit_id for unit in terms.units])
    select = sa.select(qualifications.titles).where(home | abroad).order_by(home, qualifications.version)
    return {UUID(id_): title for titles in await tx.scalars(select) for id_, title in titles.items()}
