"""What was decided by rule, in the order in which it was decided, with the transcripts that it was decided by."""

from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

import sqlalchemy as sa
from pydantic import TypeAdapter
from sqlalchemy.dialects import postgresql as pg
from sqlalchemy.ext.asyncio import AsyncConnection

from services.recognition.domain.decisions import Decision
from services.recognition.tables import CORRECTIONS, DECISIONS
from shared.contracts.assessment import TranscriptIssued
from shared.contracts.recognition import LearningKind, Mode

DECISION, TRANSCRIPT = TypeAdapter(Decision), TypeAdapter(TranscriptIssued)
Issue = tuple[UUID, int]
"""A transcript in one of its versions."""

CORRECTED = sa.exists().where(
    CORRECTIONS.c.learner_id == DECISIONS.c.learner_id,
    CORRECTIONS.c.transcript_id == DECISIONS.c.transcript_id,
    CORRECTIONS.c.unit_id == DECISIONS.c.unit_id,
    CORRECTIONS.c.at <= DECISIONS.c.decided_at,
)
BY_RULE = (
    sa.select(DECISIONS)
    .where(
        DECISIONS.c.mode.is_distinct_from(Mode.MANUAL),
        DECISIONS.c.kind == LearningKind.MOBILITY,
        sa.not_(CORRECTED),
    )
    .order_by(DECISIONS.c.decision_id)
)
"""On what hosts say alone, for which no person vouches."""

FIND_TRANSCRIPTS = sa.text(
    "SELECT transcript_id, version, data::text AS data FROM transcripts"
    " WHERE (transcript_id, version) IN (SELECT * FROM unnest(:ids, :versions))"
).bindparams(sa.bindparam("ids", type_=pg.ARRAY(sa.Uuid)), sa.bindparam("versions", type_=pg.ARRAY(sa.Integer)))


async def next_decisions_by_rule(tx: AsyncConnection, after: UUID, at_most: int) -> list[Decision]:
    found = await tx.execute(BY_RULE.where(DECISIONS.c.decision_id > after).limit(at_most))
    return [DECISION.validate_python(row._asdict()) for row in found]


async def find_transcripts(tx: AsyncConnection, issues: Iterable[Issue]) -> Mapping[Issue, TranscriptIssued]:
    """As far as they are kept."""
    wanted: Sequence[Issue] = sorted(set(issues))
    parameters = {"ids": [id_ for id_, _ in wanted], "versions": [version for _, version in wanted]}
    found = await tx.execute(FIND_TRANSCRIPTS, parameters)
    return {(row.transcript_id, row.version): TRANSCRIPT.validate_json(row.data) for row in found}
