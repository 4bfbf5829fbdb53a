"""Keeping what other services say; a transcript that waited for it is evaluated at once."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from services.recognition import store, tables
from services.recognition.domain.known import key
from services.recognition.handlers.evaluation import evaluate_released
from shared.contracts.agreements import (
    LearningAgreementAgreed,
    LearningAgreementCancelled,
    MemorandumActivated,
    MemorandumStep,
)
from shared.contracts.catalogue import (
    ComparabilityDeclared,
    ComparabilityWithdrawn,
    CountryPolicyPublished,
    GradeTablePublished,
    QualificationPublished,
)
from shared.contracts.facts import Fact
from shared.envelope import Event

Row = Mapping[str, Any]


async def keep_qualifications(tx: AsyncConnection, events: Sequence[Event[QualificationPublished]]) -> None:
    rows = [_row(event.data, event.data.qualification_id, event.data.version) for event in events]
    keys = [*_keys("qualification", rows), *(key("qualification", row["id"]) for row in rows)]
    await _keep(tx, tables.KNOWN_QUALIFICATIONS, rows, keys)


async def keep_comparabilities(tx: AsyncConnection, events: Sequence[Event[ComparabilityDeclared]]) -> None:
    rows = [_row(event.data, event.data.comparability_id, event.data.version) for event in events]
    await _keep(tx, tables.KNOWN_COMPARABILITIES, rows, _keys("comparability", rows))


async def keep_withdrawals(tx: AsyncConnection, events: Sequence[Event[ComparabilityWithdrawn]]) -> None:
    rows = [_row(event.data, event.data.comparability_id, event.data.version) for event in events]
    await store.keep(tx, tables.KNOWN_WITHDRAWALS, rows)  # nothing waits for a withdrawal


async def keep_country_policies(tx: AsyncConnection, events: Sequence[Event[CountryPolicyPublished]]) -> None:
    rows = [
        {**_row(event.data, event.data.country_policy_id, event.data.version), "country": event.data.country}
        for event in events
    ]
    keys = [key("country-policy", row["country"]) for row in rows]
    await _keep(tx, tables.KNOWN_COUNTRY_POLICIES, rows, keys)
    await store.say_policies_changed(tx)  # what was only documented may count now


async def keep_grade_tables(tx: AsyncConnection, events: Sequence[Event[GradeTablePublished]]) -> None:
    rows = [
        {**_row(event.data, event.data.grade_table_id, event.data.version), "institution_id": event.data.institution_id}
        for event in events
    ]
    await store.keep(tx, tables.KNOWN_GRADE_TABLES, rows)  # without one a grade passes or fails, and nothing waits


async def keep_memoranda(tx: AsyncConnection, events: Sequence[Event[MemorandumActivated]]) -> None:
    rows = [_row(event.data, event.data.memorandum_id, event.data.content_version) for event in events]
    await _keep(tx, tables.KNOWN_MEMORANDA, rows, _keys("memorandum", rows))


async def keep_learning_agreements(tx: AsyncConnection, events: Sequence[Event[LearningAgreementAgreed]]) -> None:
    rows = [_row(event.data, event.data.learning_agreement_id, event.data.content_version) for event in events]
    await _keep(tx, tables.KNOWN_LEARNING_AGREEMENTS, rows, _keys("learning-agreement", rows))


async def keep_memorandum_steps(tx: AsyncConnection, events: Sequence[Event[MemorandumStep]]) -> None:
    await _keep_steps(tx, [(event, event.data.memorandum_id) for event in events])


async def keep_cancellations(tx: AsyncConnection, events: Sequence[Event[LearningAgreementCancelled]]) -> None:
    await _keep_steps(tx, [(event, event.data.learning_agreement_id) for event in events])


async def _keep_steps(tx: AsyncConnection, steps: Sequence[tuple[Event[Any], UUID]]) -> None:
    rows = [{**_row(event.data, id_, event.data.version), "type": event.type} for event, id_ in steps]
    await store.keep(tx, tables.KNOWN_STEPS, rows)  # nothing waits for a step


async def _keep(tx: AsyncConnection, table: sa.Table, rows: Sequence[Row], keys: Sequence[str]) -> None:
    await store.take_turns(tx, keys)
    await store.keep(tx, table, rows)
    await evaluate_released(tx, await store.release(tx, keys))


def _row(fact: Fact, id_: UUID, version: int) -> Row:
    return {"id": id_, "version": version, "data": fact}


def _keys(kind: str, rows: Sequence[Row]) -> list[str]:
    return [key(kind, row["id"], row["version"]) for row in rows]
