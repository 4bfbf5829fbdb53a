"""Keeping what the catalogue says."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncConnection

from services.agreements import store
from shared.contracts.catalogue import (
    ComparabilityDeclared,
    ComparabilityWithdrawn,
    CountryPolicyPublished,
    InstitutionRegistered,
    QualificationPublished,
)
from shared.envelope import Event


async def keep_institutions(tx: AsyncConnection, events: Sequence[Event[InstitutionRegistered]]) -> None:
    await store.keep_institutions(tx, [event.data for event in events])


async def keep_qualifications(tx: AsyncConnection, events: Sequence[Event[QualificationPublished]]) -> None:
    await store.keep_qualifications(tx, [event.data for event in events])


async def keep_comparabilities(tx: AsyncConnection, events: Sequence[Event[ComparabilityDeclared]]) -> None:
    await store.keep_comparabilities(tx, [event.data for event in events])


async def keep_withdrawals(tx: AsyncConnection, events: Sequence[Event[ComparabilityWithdrawn]]) -> None:
    await store.keep_withdrawals(tx, [event.data for event in events])


async def keep_country_policies(tx: AsyncConnection, events: Sequence[Event[CountryPolicyPublished]]) -> None:
    await store.keep_country_policies(tx, [event.data for event in events])
