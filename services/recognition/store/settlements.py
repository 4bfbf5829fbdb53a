"""What settling one learner's record writes."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from services.recognition import tables
from services.recognition.domain.batches import HostsWord
from services.recognition.domain.changes import Changes
from services.recognition.store.evaluations import credit_row, transcript_row
from services.recognition.store.inserts import insertion, replacement, rows
from shared.contracts.recognition import (
    CreditPartiallyRecognised,
    CreditRecognised,
    CreditRevoked,
    QualificationCompleted,
    ValidationCompleted,
)
from shared.db import run

MAKE_WAY = sa.text("DELETE FROM contributions WHERE decision_id = ANY (CAST(:replaced AS uuid[]))")
SAVE = sa.text(
    f"""
    WITH validated AS ({insertion(tables.VALIDATIONS)}),
    superseded AS (
        UPDATE decisions SET state = 'superseded', version = version + 1, superseded_by = later.superseded_by
        FROM json_to_recordset(CAST(:superseded AS json)) AS later (id uuid, superseded_by uuid)
        WHERE decision_id = later.id RETURNING decision_id
    ),
    revoked AS (
        UPDATE decisions SET state = 'revoked', version = version + 1
        WHERE decision_id = ANY (CAST(:revoked AS uuid[])) RETURNING decision_id
    ),
    -- Counting them makes sure that they have given way before what takes their place comes in.
    decided AS (
        {insertion(tables.DECISIONS)}
        WHERE (SELECT count(*) FROM superseded) + (SELECT count(*) FROM revoked) >= 0
    ),
    given AS ({insertion(tables.CONTRIBUTIONS)}),
    said AS ({insertion(tables.TRANSCRIPTS)} ON CONFLICT DO NOTHING),
    counting AS ({replacement(tables.CREDITS)}),
    not_counting AS (
        UPDATE credits SET state = 'revoked', version = ended.version
        FROM json_to_recordset(CAST(:ended AS json)) AS ended (credit_id uuid, version integer)
        WHERE credits.credit_id = ended.credit_id
    ),
    added AS ({insertion(tables.LEDGER_ENTRIES)}),
    reopened AS (
        DELETE FROM completed_qualifications
        WHERE learner_id = :learner_id AND qualification_id = ANY (CAST(:reopened AS uuid[]))
    ),
    completed AS ({insertion(tables.COMPLETED_QUALIFICATIONS)}),
    held AS ({replacement(tables.UNITS_IN_PROGRESS)}),
    not_held AS (DELETE FROM units_in_progress WHERE credit_id = ANY (CAST(:not_held AS uuid[]))),
    evaluated AS (
        {insertion(tables.EVALUATED_TRANSCRIPTS)}
        ON CONFLICT (transcript_id) DO UPDATE SET version = excluded.version
    )
    UPDATE ledger_heads SET position = :position, hash = :hash WHERE learner_id = :learner_id
    """  # noqa: S608 - our own tables' names
)


async def save_changes(tx: AsyncConnection, learner_id: UUID, changes: Changes, word: HostsWord | None) -> None:
    """What settling has changed, and the host's word that made it necessary, if one did."""
    facts = changes.facts
    held = _held(changes)
    added: Mapping[sa.Table, Iterable[Mapping[str, Any]]] = {
        tables.VALIDATIONS: (
            {**vars(fact), "completed_at": changes.at} for fact in facts if isinstance(fact, ValidationCompleted)
        ),
        tables.DECISIONS: map(vars, changes.decisions),
        tables.CONTRIBUTIONS: map(vars, changes.contributions),
        tables.TRANSCRIPTS: [transcript_row(word)] if word else [],
        tables.CREDITS: (credit_row(fact) for fact in facts if isinstance(fact, CreditRecognised)),
        tables.LEDGER_ENTRIES: map(vars, changes.entries),
        tables.COMPLETED_QUALIFICATIONS: (vars(fact) for fact in facts if isinstance(fact, QualificationCompleted)),
        tables.UNITS_IN_PROGRESS: (vars(fact) for fact in held.values() if fact),
        tables.EVALUATED_TRANSCRIPTS: [vars(word)] if word else [],
    }
    ended = (fact for fact in facts if isinstance(fact, CreditRevoked))
    await run(tx, MAKE_WAY, {"replaced": changes.replaced})
    await run(
        tx,
        SAVE,
        {
            **{table.name: rows(values) for table, values in added.items()},
            "superseded": rows({"id": id_, "superseded_by": by} for id_, by in changes.superseded.items()),
            "revoked": changes.revoked,
            "ended": rows({"credit_id": fact.credit_id, "version": fact.version} for fact in ended),
            "reopened": changes.reopened,
            "not_held": [credit_id for credit_id, fact in held.items() if fact is None],
            "learner_id": learner_id,
            "position": changes.standing.head.position,
            "hash": changes.standing.head.hash,
        },
    )


def _held(changes: Changes) -> Mapping[UUID, CreditPartiallyRecognised | None]:
    """By credit, what is in progress from now on; None for what is not any more."""
    held: dict[UUID, CreditPartiallyRecognised | None] = {}
    for fact in changes.facts:
        if isinstance(fact, CreditPartiallyRecognised):
            held[fact.credit_id] = fact
        elif isinstance(fact, CreditRecognised | CreditRevoked):
            held[fact.credit_id] = None
    return held
