"""Where learners stand: a handful of statements, however many they are."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from pydantic import TypeAdapter
from sqlalchemy.dialects import postgresql as pg
from sqlalchemy.ext.asyncio import AsyncConnection

from services.recognition.domain.batches import Standings
from services.recognition.domain.contributions import Contribution
from services.recognition.domain.decisions import DecisionState
from services.recognition.domain.ledger import Head
from services.recognition.domain.means import Graded
from services.recognition.domain.partial import UnitInProgress
from services.recognition.domain.standing import ActiveCredit, OpenDecision, Standing, with_given
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
CONTRIBUTION, GRADED = TypeAdapter(Contribution), TypeAdapter(Graded)
DAYS = TypeAdapter(tuple[date, date | None])
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
    SELECT CASE WHEN valid_until < :today THEN 'overdue' ELSE 'credit' END AS kind, learner_id, qualification_id,
        unit_id, transcript_id, credit_id AS id, 0 AS version, CASE WHEN transcript_id = ANY (:transcripts) THEN (
            SELECT ARRAY (
                SELECT CAST(jsonb_path_query(trace, '$[*] ? (@.rule == "R5").used.assessment_ids[*]') ->> 0 AS uuid)
            ) FROM decisions WHERE decisions.decision_id = credits.decision_id
        ) END AS outcomes, CASE WHEN coalesce(grade, conversion ->> 'grade') IS NOT NULL THEN
            json_build_object('credit_id', credit_id, 'unit_id', unit_id, 'home_id', home_id, 'host_id', host_id,
            'decided_at', decided_at, 'grade', grade, 'grade_scale', grade_scale, 'conversion', conversion)::text
        END AS word FROM credits WHERE learner_id = ANY (:learners) AND state = 'active'
    UNION ALL SELECT 'in progress', learner_id, qualification_id, unit_id, NULL, credit_id, version, held_outcome_ids,
        json_build_array(assessed_on, valid_until)::text FROM units_in_progress WHERE learner_id = ANY (:learners)
    UNION ALL SELECT state, learner_id, qualification_id, unit_id, transcript_id, decision_id,
        ('LO_MISSING' = ANY (reasons))::integer, NULL, coalesce(mode, assigned_to)
        FROM decisions WHERE learner_id = ANY (:learners) AND state IN
        ('manual_review', 'documented_only', 'partially_recognised', 'evidence_only', 'refused', 'appealed')
    UNION ALL SELECT 'given', learner_id, NULL, NULL, NULL, NULL, 0, NULL, row_to_json(given)::text
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
).bindparams(LEARNERS, sa.bindparam("transcripts", type_=pg.ARRAY(sa.Uuid)), sa.bindparam("today", type_=sa.Date))


async def lock_standings(
    tx: AsyncConnection, learners: Iterable[UUID], transcripts: Iterable[UUID], today: date
) -> Standings:
    """Where the learners stand; theirs alone to change until this transaction ends."""
    wanted, start = sorted(set(learners)), Head()
    heads = await run(tx, LOCK_HEADS, {"learners": wanted, "position": start.position, "hash": start.hash})
    # A statement of its own: it has to see what whoever held the locks before has committed.
    found = await run(tx, FIND_STANDINGS, {"learners": wanted, "transcripts": list(set(transcripts)), "today": today})
    by_learner: dict[UUID, list[Any]] = defaultdict(list)
    for row in found:
        by_learner[row.learner_id].append(row)
    return Standings(
        {
            head.learner_id: _standing(Head(head.position, head.hash), by_learner[head.learner_id], today)
            for head in heads
        },
        {row.transcript_id: row.version for row in found if row.kind == "evaluated"},
        frozenset(row.transcript_id for row in found if row.kind == "evaluated" and row.word == "withdrawn"),
        frozenset(row.id for row in found if row.kind == "overdue"),
    )


async def find_standing(tx: AsyncConnection, learner_id: UUID, today: date) -> Standing:
    """What counts for a learner today, without the end of the chain; nothing is locked."""
    found = await run(tx, FIND_STANDINGS, {"learners": [learner_id], "transcripts": [], "today": today})
    return _standing(Head(), found, today)


def _standing(head: Head, found: Sequence[Any], today: date) -> Standing:
    given = (CONTRIBUTION.validate_json(row.word) for row in found if row.kind == "given")
    standing = Standing(
        head=head,
        credits={(row.qualification_id, row.unit_id): _credit(row) for row in found if row.kind == "credit"},
        in_progress={
            (row.qualification_id, row.unit_id): _in_progress(row) for row in found if row.kind == "in progress"
        },
        open={(row.transcript_id, row.unit_id): _open(row) for row in found if row.kind in OPEN},
        contents=_contents(row for row in found if row.kind == "said"),
        revoked={(row.transcript_id, row.unit_id): row.id for row in found if row.kind == "taken back"},
        completed=frozenset(row.qualification_id for row in found if row.kind == "completed"),
    )
    return with_given(standing, given, today)


def _credit(row: Any) -> ActiveCredit:
    """`outcomes` are the assessments that it was decided on, where its transcript has said something again."""
    decided_on = None if row.outcomes is None else frozenset(row.outcomes)
    return ActiveCredit(row.id, row.transcript_id, decided_on, _graded(row.word))


def _graded(word: str | None) -> Graded | None:
    return GRADED.validate_json(word) if word else None


def _open(row: Any) -> OpenDecision:
    """`word` is the mode; of a review, which has none, who has taken it. `version` is 1 where outcomes are missing."""
    lacks_outcomes = bool(row.version)
    if row.kind == DecisionState.MANUAL_REVIEW:
        return OpenDecision(row.id, DecisionState.MANUAL_REVIEW, assigned_to=row.word, lacks_outcomes=lacks_outcomes)
    by_person = row.word == Mode.MANUAL
    return OpenDecision(row.id, DecisionState(row.kind), by_person=by_person, lacks_outcomes=lacks_outcomes)


def _in_progress(row: Any) -> UnitInProgress:
    """`word` are its days."""
    return UnitInProgress(row.id, row.version, frozenset(row.outcomes), *DAYS.validate_json(row.word))


def _contents(said: Iterable[Any]) -> Mapping[str, UUID]:
    """What each transcript says now; one that was withdrawn says nothing."""
    latest = {row.transcript_id: row.word for row in sorted(said, key=lambda row: row.version)}
    return {content: transcript_id for transcript_id, content in latest.items() if content}
