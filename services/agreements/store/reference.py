"""Projections of what the catalogue said. They are nobody's secret, and never go back in version."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from pydantic import TypeAdapter
from pydantic_core import to_jsonable_python
from sqlalchemy.dialects import postgresql as pg
from sqlalchemy.ext.asyncio import AsyncConnection

from services.agreements.domain.reference import Comparability, Institution, Qualification, Reference, UnitOutcomes
from services.agreements.store.titles import titles_in
from services.agreements.tables import COMPARABILITIES, COUNTRY_POLICIES, INSTITUTIONS, QUALIFICATIONS
from shared.contracts.catalogue import (
    ComparabilityDeclared,
    ComparabilityWithdrawn,
    CountryPolicyPublished,
    InstitutionRegistered,
    QualificationPublished,
    Unit,
)

COMPARABILITY, QUALIFICATION = TypeAdapter(Comparability), TypeAdapter(Qualification)


async def keep_institutions(tx: AsyncConnection, facts: Sequence[InstitutionRegistered]) -> None:
    rows = [
        {
            "id": fact.institution_id,
            "version": fact.version,
            "country": fact.country,
            "functions": [competence.function for competence in fact.competences],
            "name": fact.name,
        }
        for fact in facts
    ]
    await tx.execute(_newest_wins(INSTITUTIONS, "country", "functions", "name"), rows)


async def keep_qualifications(tx: AsyncConnection, facts: Sequence[QualificationPublished]) -> None:
    """Every version is kept: memoranda and learning agreements name the one they mean."""
    rows = [
        {
            "id": fact.qualification_id,
            "version": fact.version,
            "unit_ids": [unit.unit_id for unit in fact.units],
            "outcomes": {str(unit.unit_id): to_jsonable_python(_outcomes(unit)) for unit in fact.units},
            "eqf_level": fact.eqf_level,
            "nqf_level": fact.nqf_level,
            "titles": titles_in(fact),
        }
        for fact in facts
    ]
    insert = pg.insert(QUALIFICATIONS)
    learned_since = {name: insert.excluded[name] for name in ("outcomes", "eqf_level", "nqf_level", "titles")}
    await tx.execute(insert.on_conflict_do_update(index_elements=["id", "version"], set_=learned_since), rows)


def _outcomes(unit: Unit) -> UnitOutcomes:
    return UnitOutcomes(
        required=frozenset(outcome.outcome_id for outcome in unit.outcomes if outcome.required),
        optional=frozenset(outcome.outcome_id for outcome in unit.outcomes if not outcome.required),
        minimum_optional=unit.minimum_optional_outcomes or 0,
    )


async def keep_country_policies(tx: AsyncConnection, facts: Sequence[CountryPolicyPublished]) -> None:
    """Every version is kept: each has its time."""
    rows = [
        {
            "id": fact.country_policy_id,
            "version": fact.version,
            "country": fact.country,
            "minimum_age": fact.minimum_age,
            "valid_from": fact.valid_from,
            "valid_until": fact.valid_until,
        }
        for fact in facts
    ]
    await tx.execute(pg.insert(COUNTRY_POLICIES).on_conflict_do_nothing(), rows)


async def load_minimum_age(tx: AsyncConnection, countries: Collection[str], day: date) -> int | None:
    """The highest of those that the countries' policies ask for on that day.

    Of each policy the latest version says how long it holds; of each country's the one that began last before that day
    or on it is in force, or none if that one has ended: what it replaced does not return.
    """
    policies = COUNTRY_POLICIES.c
    standing = (
        sa.select(COUNTRY_POLICIES)
        .ext(pg.distinct_on(policies.id))
        .where(policies.country.in_(countries))
        .order_by(policies.id, policies.version.desc())
        .subquery()
    ).c
    last = (
        sa.select(standing.minimum_age, standing.valid_until)
        .ext(pg.distinct_on(standing.country))
        .where(standing.valid_from <= day)
        .order_by(standing.country, standing.valid_from.desc(), standing.version.desc())
        .subquery()
    ).c
    in_force = sa.or_(last.valid_until.is_(None), last.valid_until >= day)
    age: int | None = await tx.scalar(sa.select(sa.func.max(last.minimum_age)).where(in_force))
    return age


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
            "home_qualification_id": fact.home_qualification_id,
            "has_conditions": bool(fact.conditions),
        }
        for fact in facts
    ]
    what = ("home_qualification_id", "home_unit_id", "host_unit_id", "outcomes", "has_conditions")
    await tx.execute(_newest_wins(COMPARABILITIES, *what, "valid_from", "valid_until", "withdrawn_on"), rows)


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
    columns = (column for column in QUALIFICATIONS.c if column is not QUALIFICATIONS.c.titles)
    rows = await _found(tx, columns, {id_ for id_, _ in wanted})
    return {(row.id, row.version): QUALIFICATION.validate_python(row._asdict()) for row in rows}


async def _comparabilities(tx: AsyncConnection, ids: Collection[UUID]) -> Mapping[UUID, Comparability]:
    return {row.id: COMPARABILITY.validate_python(row._asdict()) for row in await _found(tx, COMPARABILITIES.c, ids)}


async def _found(tx: AsyncConnection, columns: Any, ids: Collection[UUID]) -> Sequence[sa.Row[Any]]:
    if not ids:
        return []
    selected = tuple(columns)
    return (await tx.execute(sa.select(*selected).where(selected[0].in_(ids)))).all()
