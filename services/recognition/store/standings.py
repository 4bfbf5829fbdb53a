"""Where learners stand: a handful of statements, however many they are."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg
from sqlalchemy.ext.asyncio import AsyncConnection

from services.recognition.domain.batches import Standings
from services.recognition.domain.decisions import DecisionState
from services.recognition.domain.ledger import Head
from services.recognition.domain.partial import UnitInProgress
from services.recognition.domain.standing import ActiveCredit, OpenDecision, Place, Standing
from shared.contracts.recognition import Mode
from shared.db import run

OPEN = {
    DecisionState.MANUAL_REVIEW,
    DecisionState.DOCUMENTED_ONLY,
    DecisionState.PARTIALLY_RECOGNISED,
    DecisionState.EVIDENCE_ONLY,
    DecisionState.REFUSED,
    DecisionState.APPEALED,
}
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
        NULL::uuid[] AS outcomes, NULL AS word FROM credits WHERE learner_id = ANY (:learners) AND state = 'active'
    UNION ALL SELECT 'in progress', learner_id, qualification_id, unit_id, NULL, credit_id, version, held_outcome_ids,
        NULL FROM units_in_progress WHERE learner_id = ANY (:learners)
    UNION ALL SELECT state, learner_id, qualification_id, unit_id, transcript_id, decision_id, 0, NULL,
        coalesce(mode, assigned_to) FROM decisions WHERE learner_id = ANY (:learners) AND state IN
        ('manual_review', 'documented_only', 'partially_recognised', 'evidence_only', 'refused', 'appealed')
    UNION ALL SELECT 'given', learner_id, qualification_id, unit_id, NULL, NULL, 0, host_outcome_ids, NULL
        FROM contributions AS given WHERE learner_id = ANY (:learners) AND NOT EXISTS (
            SELECT FROM credits AS over WHERE over.state = 'expired'
            AND (over.learner_id, over.qualification_id, over.unit_id, over.transcript_id)
            = (given.learner_id, given.qualification_id, given.unit_id, given.transcript_id)
        )
    UNION ALL SELECT 'said', learner_id, NULL, NULL, transcript_id, NULL, version, NULL, content_hash
        FROM transcripts WHERE learner_id = ANY (:learners)
    UNION ALL SELECT 'taken back', learner_id, NULL, unit_id, transcript_id, decision_id, 0, NULL, NULL
        FROM revocations WHERE learner_id = ANY (:learners)
    UNION ALL SELECT 'completed', learner_id, qualification_id, NULL, NULL, NULL, 0, NULL, NULL
        FROM completed_qualifications WHERE learner_id = ANY (:learners)
    UNION ALL SELECT 'evaluated', NULL, NULL, NULL, transcript_id, NULL, version, NULL, standing
        FROM evaluated_transcripts LEFT JOIN transcripts USING (transcript_id, version)
        WHERE transcript_id = ANY (:transcripts)
    """
).bindparams(LEARNERS, sa.bindparam("transcripts", type_=pg.ARRAY(sa.Uuid)))


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
        frozenset(row.transcript_id for row in found if row.kind == "evaluated" and row.word == "withdrawn"),
    )


async def find_standing(tx: AsyncConnection, learner_id: UUID) -> Standing:
    """What counts for a learner at this moment, without the end of the chain; nothing is locked."""
    return _standing(Head(), await run(tx, FIND_STANDINGS, {"learners": [learner_id], "transcripts": []}))


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
        open={(row.transcript_id, row.unit_id): _open(row) for row in found if row.kind in OPEN},
        host_outcomes=_used(found),
        contents=_contents(row for row in found if row.kind == "said"),
        revoked={(row.transcript_id, row.unit_id): row.id for row in found if row.kind == "taken back"},
        completed=frozenset(row.qualification_id for row in found if row.kind == "completed"),
    )


def _open(row: Any) -> OpenDecision:
    """`word` is the mode; of a review, which has none, who has taken it."""
    if row.kind == DecisionState.MANUAL_REVIEW:
        return OpenDecision(row.id, DecisionState.MANUAL_REVIEW, assigned_to=row.word)
    return OpenDecision(row.id, DecisionState(row.kind), by_person=row.word == Mode.MANUAL)


def _used(found: Sequence[Any]) -> Mapping[Place, frozenset[UUID]]:
    """By units that count or are in progress: what has expired uses up nothing (domain.md 4.8)."""
    places = {(row.qualification_id, row.unit_id) for row in found if row.kind in {"credit", "in progress"}}
    used: dict[Place, frozenset[UUID]] = dict.fromkeys(places, frozenset())
    for row in found:
        if row.kind == "given" and (place := (row.qualification_id, row.unit_id)) in places:
            used[place] |= frozenset(row.outcomes)
    return used


def _contents(said: Iterable[Any]) -> Mapping[str, UUID]:
    """What each transcript says now; one that was withdrawn says nothing."""
    latest = {row.transcript_id: row.word for row in sorted(said, key=lambda row: row.version)}
    return {content: transcript_id for transcript_id, content in latest.items() if content}
