"""What settling one learner's record reads; rare beside evaluating, which has statements of its own."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from pydantic import TypeAdapter
from sqlalchemy.dialects import postgresql as pg
from sqlalchemy.ext.asyncio import AsyncConnection

from services.recognition import tables
from services.recognition.domain.by_person import Certification, Correction, Revocation
from services.recognition.domain.contributions import Contribution
from services.recognition.domain.decisions import Decision, DecisionState
from services.recognition.domain.history import CreditState
from services.recognition.domain.ledger import LinkedEntry
from services.recognition.domain.sources import Sources
from shared.contracts.assessment import TranscriptIssued
from shared.contracts.catalogue import QualificationPublished
from shared.contracts.recognition import (
    CreditRecognised,
    OutcomeStatus,
    ValidatedOutcome,
)

DECISION, CREDIT, ENTRY = TypeAdapter(Decision), TypeAdapter(CreditRecognised), TypeAdapter(LinkedEntry)
CONTRIBUTION, OUTCOMES = TypeAdapter(Contribution), TypeAdapter(tuple[ValidatedOutcome, ...])
TRANSCRIPT, QUALIFICATION = TypeAdapter(TranscriptIssued), TypeAdapter(QualificationPublished)
CERTIFICATION, CORRECTION = TypeAdapter(Certification), TypeAdapter(Correction)
REVOCATION = TypeAdapter(Revocation)
STANDING = sa.not_(tables.DECISIONS.c.state.in_([DecisionState.SUPERSEDED, DecisionState.REVOKED]))

TURNS = sa.text(
    "SELECT DISTINCT ON (decided.transcript_id, decided.unit_id)"
    " decided.transcript_id, decided.unit_id, decided.decision_id"
    " FROM decisions AS decided JOIN validations USING (validation_id)"
    " WHERE decided.learner_id = :learner_id AND status <> 'not_validated'"
    " AND decided.reasons <@ ARRAY['LO_MISSING', 'DUPLICATE_CREDIT']"
    " ORDER BY decided.transcript_id, decided.unit_id, decided.decision_id"
)
LATEST = sa.text(
    "SELECT data::text AS data FROM ("
    " SELECT DISTINCT ON (transcript_id) standing, data FROM transcripts"
    " WHERE learner_id = :learner_id ORDER BY transcript_id, version DESC"
    ") AS latest WHERE standing <> 'withdrawn'"
)
QUALIFICATIONS = sa.text(
    "SELECT data::text AS data FROM known_qualifications WHERE (id, version) IN (SELECT * FROM unnest(:ids, :versions))"
).bindparams(sa.bindparam("ids", type_=pg.ARRAY(sa.Uuid)), sa.bindparam("versions", type_=pg.ARRAY(sa.Integer)))


async def load_sources(tx: AsyncConnection, learner_id: UUID) -> Sources:
    """What a learner's record rests on; to be read while the learner is locked."""
    decisions = [
        DECISION.validate_python(row._asdict()) for row in await _of(tx, tables.DECISIONS, learner_id, STANDING)
    ]
    credits_ = await _of(tx, tables.CREDITS, learner_id, tables.CREDITS.c.state != CreditState.REVOKED)
    counted = [CREDIT.validate_python(row._asdict()) for row in credits_ if row.state == CreditState.ACTIVE]
    over = [CREDIT.validate_python(row._asdict()) for row in credits_ if row.state == CreditState.EXPIRED]
    transcripts = [TRANSCRIPT.validate_json(row.data) for row in await tx.execute(LATEST, {"learner_id": learner_id})]
    turns = await tx.execute(TURNS, {"learner_id": learner_id})
    return Sources(
        decisions=decisions,
        validated=await _validated(tx, decisions),
        contributions=[
            CONTRIBUTION.validate_python(row._asdict()) for row in await _of(tx, tables.CONTRIBUTIONS, learner_id)
        ],
        credits={(one.qualification_id, one.unit_id): one for one in counted},
        expired={(one.transcript_id, one.unit_id): one for one in over},
        entries=[ENTRY.validate_python(row._asdict()) for row in await _of(tx, tables.LEDGER_ENTRIES, learner_id)],
        turns={(row.transcript_id, row.unit_id): row.decision_id for row in turns},
        transcripts={one.transcript_id: one for one in transcripts},
        qualifications=await _qualifications(tx, decisions),
        certifications={
            row.record_id: CERTIFICATION.validate_python(row._asdict())
            for row in await _of(tx, tables.CERTIFICATIONS, learner_id)
        },
        corrections=[
            CORRECTION.validate_python(row._asdict()) for row in await _of(tx, tables.CORRECTIONS, learner_id)
        ],
        revocations=[
            REVOCATION.validate_python(row._asdict()) for row in await _of(tx, tables.REVOCATIONS, learner_id)
        ],
    )


async def _of(
    tx: AsyncConnection, table: sa.Table, learner_id: UUID, *those: sa.ColumnElement[bool]
) -> list[sa.Row[Any]]:
    """A learner's rows, in order."""
    select = sa.select(table).where(table.c.learner_id == learner_id, *those)
    return list(await tx.execute(select.order_by(*table.primary_key.columns)))


async def _validated(tx: AsyncConnection, decisions: Iterable[Decision]) -> Mapping[UUID, frozenset[UUID]]:
    by_validation = {one.validation_id: one.decision_id for one in decisions}
    table = tables.VALIDATIONS.c
    found = await tx.execute(
        sa.select(table.validation_id, table.outcomes).where(table.validation_id.in_(by_validation))
    )
    return {
        by_validation[row.validation_id]: frozenset(
            one.outcome_id for one in OUTCOMES.validate_python(row.outcomes) if one.status is OutcomeStatus.VALIDATED
        )
        for row in found
    }


async def _qualifications(
    tx: AsyncConnection, decisions: Iterable[Decision]
) -> Mapping[tuple[UUID, int], QualificationPublished]:
    named: dict[UUID, set[int]] = defaultdict(set)
    for one in decisions:
        named[one.qualification_id].add(one.qualification_version)
    wanted = [(id_, version) for id_, versions in named.items() for version in versions]
    parameters = {"ids": [id_ for id_, _ in wanted], "versions": [version for _, version in wanted]}
    found = [QUALIFICATION.validate_json(row.data) for row in await tx.execute(QUALIFICATIONS, parameters)]
    return {(one.qualification_id, one.version): one for one in found}
