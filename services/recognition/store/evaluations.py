"""What evaluating transcripts writes: one statement, however many transcripts."""

from collections.abc import Iterable, Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from services.recognition import tables
from services.recognition.domain.batches import Batch, HostsWord, superseding
from services.recognition.domain.history import CreditState
from services.recognition.store.inserts import insertion, replacement, rows
from shared.contracts.assessment import TranscriptWithdrawn
from shared.contracts.recognition import CreditRecognised, QualificationCompleted, ValidationCompleted
from shared.db import run

SAVE = sa.text(
    f"""
    WITH validated AS ({insertion(tables.VALIDATIONS)}),
    superseded AS (
        UPDATE decisions SET state = 'superseded', version = version + 1, superseded_by = later.superseded_by
        FROM json_to_recordset(CAST(:superseded AS json)) AS later (id uuid, superseded_by uuid)
        WHERE decision_id = later.id RETURNING decision_id
    ),
    -- Counting them makes sure that they have given way before what takes their place comes in.
    decided AS ({insertion(tables.DECISIONS)} WHERE (SELECT count(*) FROM superseded) >= 0),
    given AS ({insertion(tables.CONTRIBUTIONS)}),
    said AS ({insertion(tables.TRANSCRIPTS)} ON CONFLICT DO NOTHING),
    recognised AS ({insertion(tables.CREDITS)}),
    added AS ({insertion(tables.LEDGER_ENTRIES)}),
    completed AS ({insertion(tables.COMPLETED_QUALIFICATIONS)}),
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
        tables.CONTRIBUTIONS: map(vars, batch.contributions),
        tables.TRANSCRIPTS: (transcript_row(case.transcript) for case in batch.cases),
        tables.CREDITS: (credit_row(fact) for fact, _ in facts if isinstance(fact, CreditRecognised)),
        tables.COMPLETED_QUALIFICATIONS: (vars(fact) for fact, _ in facts if isinstance(fact, QualificationCompleted)),
        tables.LEDGER_ENTRIES: (vars(outcome.entry) for outcome in outcomes if outcome.entry),
        tables.UNITS_IN_PROGRESS: (vars(held) for held in in_progress.values() if held),
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


def credit_row(fact: CreditRecognised) -> Mapping[str, Any]:
    return {**vars(fact), "state": CreditState.ACTIVE}


def transcript_row(word: HostsWord) -> Mapping[str, Any]:
    return {
        "transcript_id": word.transcript_id,
        "version": word.version,
        "learner_id": word.learner_id,
        "standing": word.DECLARED.type.split(".")[2],
        "content_hash": None if isinstance(word, TranscriptWithdrawn) else word.content_hash,
        "data": word,
    }
