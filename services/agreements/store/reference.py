"""Projections of what the catalogue said. They are nobody's secret, and never go back in version."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from pydantic import TypeAdapter
from pydantic_core import to_jsonable_python
from sqlalchemy.dialects import postgresql as pg
from sqlalchemy.ext.asyncio import AsyncConnection

from services.agreements.domain.reference import Comparability, Institution, Qualification, Reference
from services.agreements.tables import COMPARABILITIES, INSTITUTIONS, QUALIFICATIONS
from shared.contracts.catalogue import (
    ComparabilityDeclared,
    ComparabilityWithdrawn,
    InstitutionRegistered,
    QualificationPublished,
)

COMPARABILITY = TypeAdapter(Comparability)


async def keep_institutions(tx: AsyncConnection, facts: Sequence[InstitutionRegistered]) -> None:
    rows = [
        {
            "id": fact.institution_id,
            "version": fact.version,
            "country": fact.country,
            "functions": [competence.function for competence in fact.competences],
        }
        for fact in facts
    ]
    await tx.execute(_newest_wins(INSTITUTIONS, "country", "functions"), rows)


async def keep_qualifications(tx: AsyncConnection, facts: Sequence[QualificationPublished]) -> None:
    """Every version is kept: memoranda and learning agreements name the one they mean."""
    rows = [
        {
            "id": fact.qualification_id,
            "version": fact.version,
            "unit_ids": [unit.unit_id for unit in fact.units],
        }
        for fact in facts
    ]
    await tx.execute(pg.insert(QUALIFICATIONS).on_conflict_do_nothing(), rows)


async def keep_comparabilities(tx: AsyncConnection, facts: Sequence[ComparabilityDeclared]) -> None:
    rows = [
        {
            "id": fact.comparability_id,
            "version": fact.version,
            "home_unit_id": fact.home_unit_id,
            "host_unit_id": fact.host_unit_id,
            "outcomes": to_jsonable_python(fact.outcomes),
            "valid_from": fact.valid_from,
            "valid_until": fact.valid_until,
            "withdrawn_on": None,
        }
        for fact in facts
    ]
    columns = ("home_unit_id", "host_unit_id", "outcomes", "valid_from", "valid_until", "withdrawn_on")
    await tx.execute(_newest_wins(COMPARABILITIES, *columns), rows)


async def keep_withdrawals(tx: AsyncConnection, facts: Sequence[ComparabilityWithdrawn]) -> None:
    """A withdrawal that comes before its declaration leaves a row, so that the declaration comes too late."""
    rows = [
        {
            "id": fact.comparability_id,
            "version": fact.version,
            "home_unit_id": fact.home_unit_id,
            "host_unit_id": fact.host_unit_id,
            "outcomes": [],
            "valid_from": fact.withdrawn_on,
            "withdrawn_on": fact.withdrawn_on,
        }
        for fact in facts
    ]
    await tx.execute(_newest_wins(COMPARABILITIES, "withdrawn_on"), rows)


def _newest_wins(table: sa.Table, *columns: str) -> pg.Insert:
    insert = pg.insert(table)
    newer = {name: insert.excluded[name] for name in ("version", *columns)}
    return insert.on_conflict_do_update(
        index_elements=["id"], set_=newer, where=insert.excluded.version > table.c.version
    )


async def load_reference(
    tx: AsyncConnection,
    *,
    institutions: Collection[UUID] = (),
    qualifications: Collection[tuple[UUID, int]] = (),
    comparabilities: Collection[UUID] = (),
) -> Reference:
    """What is known of these; ids that are not known are missing."""
    return Reference(
        institutions=await _institutions(tx, institutions),
        qualifications=await _qualifications(tx, qualifications),
        comparabilities=await _comparabilities(tx, comparabilities),
    )


async def _institutions(tx: AsyncConnection, ids: Collection[UUID]) -> Mapping[UUID, Institution]:
    columns = INSTITUTIONS.c.id, INSTITUTIONS.c.country, INSTITUTIONS.c.functions
    adapter = TypeAdapter(Institution)
    return {row.id: adapter.validate_python(row._asdict()) for row in await _found(tx, columns, ids)}


async def _qualifications(
    tx: AsyncConnection, wanted: Collection[tuple[UUID, int]]
) -> Mapping[tuple[UUID, int], Qualification]:
    rows = await _found(tx, QUALIFICATIONS.c, {id_ for id_, _ in wanted})
    return {(row.id, row.version): Qualification(row.id, row.version, frozenset(row.unit_ids)) for row in rows}


async def _comparabilities(tx: AsyncConnection, ids: Collection[UUID]) -> Mapping[UUID, Comparability]:
    return {row.id: COMPARABILITY.validate_python(row._asdict()) for row in await _found(tx, COMPARABILITIES.c, ids)}


async def _found(tx: AsyncConnection, columns: Any, ids: Collection[UUID]) -> Sequence[sa.Row[Any]]:
    if not ids:
        return []
    selected = tuple(columns)
    return (await tx.execute(sa.select(*selected).where(selected[0].in_(ids)))).all()
