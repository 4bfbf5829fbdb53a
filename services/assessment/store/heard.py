"""What was heard: one statement for a whole batch, never back to an older version, in any order of arrival."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import sqlalchemy as sa
from pydantic import TypeAdapter
from sqlalchemy.dialects import postgresql as pg
from sqlalchemy.ext.asyncio import AsyncConnection

from services.assessment.tables import LEARNING_AGREEMENTS, MEMORANDA
from shared.contracts.agreements import (
    LearningAgreementAgreed,
    LearningAgreementCancelled,
    LearningAgreementCompleted,
    LearningAgreementInterrupted,
    LearningAgreementStarted,
    LearningAgreementStep,
    MemorandumActivated,
    PlannedAssessment,
)

OfLearningAgreement = (
    LearningAgreementAgreed | LearningAgreementStarted | LearningAgreementCompleted | LearningAgreementStep
)

_MEMORANDA = pg.insert(MEMORANDA)
KEEP_MEMORANDA = _MEMORANDA.on_conflict_do_update(
    index_elements=["id"],
    set_={name: _MEMORANDA.excluded[name] for name in ("version", "two_person_rule", "assesses")},
    where=_MEMORANDA.excluded.version > MEMORANDA.c.version,
)

CONTENT = (
    *("content_version", "memorandum_id", "qualification_id", "transcript_policy"),
    *("outcomes", "starts_on", "ends_on", "plan"),
)
PLAN = TypeAdapter(tuple[PlannedAssessment, ...] | None)
_AGREEMENTS = pg.insert(LEARNING_AGREEMENTS)
KEEP_CONTENTS = _AGREEMENTS.on_conflict_do_update(
    index_elements=["id"],
    set_={name: _AGREEMENTS.excluded[name] for name in CONTENT},
    where=_AGREEMENTS.excluded.content_version > sa.func.coalesce(LEARNING_AGREEMENTS.c.content_version, 0),
)
KEEP_DAYS = {
    name: _AGREEMENTS.on_conflict_do_update(index_elements=["id"], set_={name: _AGREEMENTS.excluded[name]})
    for name in ("started_on", "completed_on", "cancelled_on")
}


async def keep_memoranda(tx: AsyncConnection, activated: Sequence[MemorandumActivated]) -> None:
    memoranda = [
        {
            "id": one.memorandum_id,
            "version": one.version,
            "two_person_rule": one.two_person_rule,
            "assesses": {
                str(it.qualification_id): [*map(str, it.assesses)] for it in one.responsible or () if it.assesses
            },
        }
        for one in activated
    ]
    await tx.execute(KEEP_MEMORANDA, memoranda)


async def keep_agreed(tx: AsyncConnection, agreed: Sequence[LearningAgreementAgreed]) -> None:
    await tx.execute(KEEP_CONTENTS, [_who(one) | _content(one) for one in agreed])


async def keep_starts(tx: AsyncConnection, started: Sequence[LearningAgreementStarted]) -> None:
    await _keep_days(tx, "started_on", [(one, one.started_on) for one in started])


async def keep_completions(tx: AsyncConnection, completed: Sequence[LearningAgreementCompleted]) -> None:
    await _keep_days(tx, "completed_on", [(one, one.completed_on) for one in completed])


async def keep_interruptions(tx: AsyncConnection, interrupted: Sequence[LearningAgreementInterrupted]) -> None:
    await _keep_days(tx, "completed_on", [(one, one.occurred_on) for one in interrupted])


async def keep_cancellations(tx: AsyncConnection, cancelled: Sequence[LearningAgreementCancelled]) -> None:
    await _keep_days(tx, "cancelled_on", [(one, one.occurred_on) for one in cancelled])


async def _keep_days(tx: AsyncConnection, name: str, days: Sequence[tuple[OfLearningAgreement, date]]) -> None:
    await tx.execute(KEEP_DAYS[name], [_who(one) | {name: day} for one, day in days])


def _who(said: OfLearningAgreement) -> dict[str, Any]:
    return {
        "id": said.learning_agreement_id,
        "learner_id": said.learner_id,
        "home_id": said.home_id,
        "host_id": said.host_id,
    }


def _content(agreed: LearningAgreementAgreed) -> dict[str, Any]:
    outcomes = {(unit.host_unit_id, pair.host_outcome_id) for unit in agreed.units for pair in unit.outcomes}
    return {
        "content_version": agreed.content_version,
        "memorandum_id": agreed.memorandum_id,
        "transcript_policy": agreed.transcript_policy,
        "outcomes": [{"unit_id": str(unit), "outcome_id": str(outcome)} for unit, outcome in sorted(outcomes)],
        "starts_on": agreed.starts_on,
        "ends_on": agreed.ends_on,
        "qualification_id": agreed.qualification_id,
        "plan": PLAN.dump_python(agreed.assessments, mode="json"),
    }
