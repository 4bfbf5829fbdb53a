from collections.abc import Sequence
from datetime import date
from typing import Any

import sqlalchemy as sa
from pydantic import TypeAdapter
from sqlalchemy.ext.asyncio import AsyncConnection

from services.catalogue.domain.countries import (
    CompetentInstitution,
    CountryStatement,
    FunctionHolders,
    StateOfPlay,
    none_yet,
)
from services.catalogue.store.country_policies import find_policy_in_force
from services.catalogue.tables import COUNTRY_POLICIES, COUNTRY_STATEMENTS, INSTITUTIONS
from shared import paging
from shared.contracts.catalogue import EcvetFunction
from shared.paging import PageRequest, Slice

ROW = TypeAdapter(CountryStatement)
MOST_OF_A_FUNCTION = 100
"""A country may have thousands of schools that provide training; the list of institutions has them all."""

# An index tells who holds a function; only of the few that are shown the competences are read.
HOLDERS = sa.text("""
    SELECT function, institution_id, institutions.name, institutions.demo, total, (
        SELECT held->>'legal_reference' FROM jsonb_array_elements(competences) AS held
        WHERE held->>'function' = function
    ) AS legal_reference
    FROM unnest(CAST(:functions AS text[])) AS function
    CROSS JOIN LATERAL (
        SELECT institution_id, count(*) OVER () AS total FROM institutions
        WHERE country = :country AND merged_into_id IS NULL AND functions_of(competences) @> ARRAY[function]
        ORDER BY name, institution_id LIMIT :at_most
    ) AS holders JOIN institutions USING (institution_id)
    ORDER BY function, name, institution_id
""")


async def load_statement(tx: AsyncConnection, country: str) -> CountryStatement:
    """Whoever calls, with or without a token."""
    row = (await tx.execute(sa.select(COUNTRY_STATEMENTS).where(COUNTRY_STATEMENTS.c.country == country))).one_or_none()
    return none_yet(country) if row is None else ROW.validate_python(row._asdict())


async def load_state_of_play(tx: AsyncConnection, country: str, on: date) -> StateOfPlay:
    """Whoever calls, with or without a token: it is put together from what everybody may read."""
    wanted = {"country": country, "functions": list(EcvetFunction), "at_most": MOST_OF_A_FUNCTION}
    held = (await tx.execute(HOLDERS, wanted)).all()
    return StateOfPlay(
        country=country,
        functions=tuple(_holders(function, held) for function in EcvetFunction),
        policy=await find_policy_in_force(tx, country, on),
        statement=(await load_statement(tx, country)).statement,
    )


async def list_countries(tx: AsyncConnection, wanted: PageRequest) -> Slice[str]:
    """The countries of which something is known here."""
    known = sa.union(
        *(sa.select(table.c.country) for table in (INSTITUTIONS, COUNTRY_POLICIES, COUNTRY_STATEMENTS))
    ).subquery()
    page = await paging.fetch(tx, sa.select(known), wanted, known.c.country)
    return page.map(lambda row: str(row.country))


def _holders(function: EcvetFunction, held: Sequence[sa.Row[Any]]) -> FunctionHolders:
    found = [row for row in held if row.function == function]
    institutions = tuple(
        CompetentInstitution(
            institution_id=row.institution_id, name=row.name, legal_reference=row.legal_reference, demo=row.demo
        )
        for row in found
    )
    return FunctionHolders(function=function, total=found[0].total if found else 0, institutions=institutions)
