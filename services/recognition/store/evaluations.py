"""What evaluating transcripts reads and writes: a handful of statements, however many transcripts."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg
from sqlalchemy.ext.asyncio import AsyncConnection

from services.recognition import tables
from services.recognition.domain.batches import Batch, Standings, superseding
from services.recognition.domain.decisions import DecisionState
from services.recognition.domain.ledger import Head
from services.recognition.domain.partial import UnitInProgress
from services.recognition.domain.standing import ActiveCredit, OpenDecision, Standing
from services.recognition.store.inserts import insertion, replacement, rows
from shared.contracts.recognition import CreditRecognised, QualificationCompleted, ValidationCompleted
from shared.db import run

OPEN = {DecisionState.MANUAL_REVIEW, DecisionState.DOCUMENTED_ONLY, DecisionState.PARTIALLY_RECOGNISED}
LEARNERS = sa.bindparam("learners", type_=pg.ARRAY(sa.Uuid))

LOCK_HEADS = sa.text(
    "INSERT INTO ledger_heads (learner_id, position, hash)"
    " SELECT learner_id, :position, :hash FROM unnest(:learners) AS learner_id ORDER BY learner_id"
    " ON CONFLICT (learner_id) DO UPDATE SET position = ledger_heads.position"
    " RETURNING learner_id, position, hash"
).bindparams(LEARNERS)
"""Adds the heads that are missing and locks all; in one order, so that no two batches wait for each other for ever."""

FIND_STANDINGS = sa.text(
    """
    SELECT 'credit' AS kind, learner_id, qualification_id, unit_id, transcript_id, credit_id AS id, 0 AS version,
        NULL::uuid[] AS outcomes FROM credits WHERE learner_id = ANY (:learners)
    UNION ALL SELECT 'in progress', learner_id, qualification_id, unit_id, NULL, credit_id, version, held_outcome_ids
        FROM units_in_progress WHERE learner_id = ANY (:learners)
    UNION ALL SELECT state, learner_id, qualification_id, unit_id, transcript_id, decision_id, 0, NULL
        FROM decisions WHERE learner_id = ANY (:learners)
        AND state IN ('manual_review', 'documented_only', 'partially_recognised')
    UNION ALL SELECT 'completed', learner_id, qualification_id, NULL, NULL, NULL, 0, NULL
        FROM completed_qualifications WHERE learner_id = ANY (:learners)
    UNION ALL SELECT 'evaluated', NULL, NULL, NULL, transcript_id, NULL, version, NULL
        FROM evaluated_transcripts WHERE transcript_id = ANY (:transcripts)
    """
).bindparams(LEARNERS, sa.bindparam("transcripts", type_=pg.ARRAY(sa.Uuid)))

SAVE = sa.text(
    f"""
    WITH validated AS ({insertion(tables.VALIDATIONS)}),
    decided AS ({insertion(tables.DECISIONS)}),
    superseded AS (
        UPDATE decisions SET state = 'superseded', version = version + 1, superseded_by = later.superseded_by
        FROM json_to_recordset(CAST(:superseded AS json)) AS later (id uuid, superseded_by uuid)
        WHERE decision_id = later.id
    ),
    recognised AS ({insertion(tables.CREDITS)}),
    added AS ({insertion(tables.LEDGER_ENTRIES)}),
    completed AS ({insertion(tables.COMPLETED_QUALIFICATIONS)}),
    documented AS ({insertion(tables.DOCUMENTED_TRANSCRIPTS)} ON CONFLICT DO NOTHING),
    held AS ({replacement(tables.UNITS_IN_PROGRESS)}),
    counting AS (DELETE FROM units_in_progress WHERE credit_id = ANY (CAST(:counting AS uuid[]))),
    evaluated AS (
        {insertion(tables.EVALUATED_TRANSCRIPTS)}
        ON CONFLICT (transcript_id) DO UPDATE SET version = excluded.version
    )
    UPDATE ledger_heads SET position = head.position, hash = head.hash
    FROM json_to_recordset(CAST(:heads AS json)) AS head (learner_id uuid, position integer, hash text)
    WHERE ledger_heads.learner_id = head.learner_id
    """  # noqa: S608 - our own tables' names
)


async def lock_standings(tx: AsyncConnection, learners: Iterable[UUID], transcripts: Iterable[UUID]) -> Standings:
    """Where the learners stand; theirs alone to change until this transaction ends."""
    wanted, start = sorted(set(learners)), Head()
    heads = await run(tx, LOCK_HEADS, {"learners": wanted, "position": start.position, "hash": start.hash})
    # A statement of its own: it has to see what whoever held the locks before has committed.
    found = await run(tx, FIND_STANDINGS, {"learners": wanted, "transcripts": list(set(transcripts))})
    by_learner: dict[UUID, list[Any]] = defaultdict(list)
    for row in found:
        by_learner[row.learner_id].append(row)
    return Standings(
        {head.learner_id: _standing(Head(head.position, head.hash), by_learner[head.learner_id]) for head in heads},
        {row.transcript_id: row.version for row in found if row.kind == "evaluated"},
    )


async def find_standing(tx: AsyncConnection, learner_id: UUID) -> Standing:
    """What counts for a learner at this moment, without the end of the chain; nothing is locked."""
    return _standing(Head(), await run(tx, FIND_STANDINGS, {"learners": [learner_id], "transcripts": []}))


async def save(tx: AsyncConnection, batch: Batch) -> None:
    """Everything that a batch of transcripts changed."""
    in_progress = batch.in_progress
    outcomes = [outcome for _, outcome in batch.outcomes]
    facts = [(fact, outcome.decision.decided_at) for outcome in outcomes for fact in outcome.facts]
    decisions, later = superseding(outcomes)
    added: Mapping[sa.Table, Iterable[Mapping[str, Any]]] = {
        tables.VALIDATIONS: (
            {**vars(fact), "completed_at": at} for fact, at in facts if isinstance(fact, ValidationCompleted)
        ),
        tables.DECISIONS: (vars(decision) for decision in decisions),
        tables.CREDITS: (vars(fact) for fact, _ in facts if isinstance(fact, CreditRecognised)),
        tables.COMPLETED_QUALIFICATIONS: (vars(fact) for fact, _ in facts if isinstance(fact, QualificationCompleted)),
        tables.LEDGER_ENTRIES: (vars(outcome.entry) for outcome in outcomes if outcome.entry),
        tables.UNITS_IN_PROGRESS: (vars(held) for held in in_progress.values() if held),
        tables.DOCUMENTED_TRANSCRIPTS: (
            {"transcript_id": one.transcript_id, "version": one.version, "data": one} for one in batch.documented
        ),
        tables.EVALUATED_TRANSCRIPTS: (
            {"transcript_id": id_, "version": version} for id_, version in batch.evaluated.items()
        ),
    }
    await run(
        tx,
        SAVE,
        {
            **{table.name: rows(values) for table, values in added.items()},
            "counting": [credit_id for credit_id, held in in_progress.items() if held is None],
            "superseded": rows({"id": id_, "superseded_by": by} for id_, by in later.items()),
            "heads": rows({"learner_id": learner_id, **vars(head)} for learner_id, head in batch.heads.items()),
        },
    )


def _standing(head: Head, found: Sequence[Any]) -> Standing:
    return Standing(
        head=head,
        credits={
            (row.qualification_id, row.unit_id): ActiveCredit(row.id, row.transcript_id)
            for row in found
            if row.kind == "credit"
        },
        in_progress={
            (row.qualification_id, row.unit_id): UnitInProgress(row.id, row.version, frozenset(row.outcomes))
            for row in found
            if row.kind == "in progress"
        },
        open={
            (row.transcript_id, row.unit_id): OpenDecision(row.id, DecisionState(row.kind))
            for row in found
            if row.kind in OPEN
        },
        completed=frozenset(row.qualification_id for row in found if row.kind == "completed"),
    )
