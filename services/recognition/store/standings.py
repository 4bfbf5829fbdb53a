"""Where learners stand: a handful of statements, however many they are."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import date
from operator import itemgetter
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from pydantic import TypeAdapter
from sqlalchemy.dialects import postgresql as pg
from sqlalchemy.ext.asyncio import AsyncConnection

from services.recognition.domain.batches import Standings
from services.recognition.domain.contributions import Contribution
from services.recognition.domain.ledger import Head
from services.recognition.domain.means import Graded
from services.recognition.domain.partial import UnitInProgress
from services.recognition.domain.standing import ActiveCredit, OpenDecision, Place, Standing, with_given
from shared.db import run

ByTranscriptAndUnit = tuple[UUID, UUID]
SAID: Mapping[str, TypeAdapter[Any]] = {
    "overdue": TypeAdapter(UUID),
    "credit": TypeAdapter(tuple[Place, UUID, UUID, frozenset[UUID] | None, Graded | None]),
    "in progress": TypeAdapter(tuple[Place, UnitInProgress]),
    "open": TypeAdapter(tuple[ByTranscriptAndUnit, OpenDecision]),
    "given": TypeAdapter(Contribution),
    "content": TypeAdapter(tuple[int, UUID, str | None]),
    "revoked": TypeAdapter(tuple[ByTranscriptAndUnit, UUID]),
    "completed": TypeAdapter(UUID),
    "evaluated": TypeAdapter(tuple[UUID, int, str | None]),
}
"""What a row of each kind says, as JSON."""
LEARNERS = sa.bindparam("learners", type_=pg.ARRAY(sa.Uuid))

LOCK_HEADS = sa.text(
    "INSERT INTO ledger_heads (learner_id, position, hash)"
    " SELECT learner_id, :position, :hash FROM unnest(:learners) AS learner_id ORDER BY learner_id"
    " ON CONFLICT (learner_id) DO UPDATE SET position = ledger_heads.position"
    " RETURNING learner_id, position, hash"
).bindparams(LEARNERS)
"""Adds the heads that are missing and locks all; in one order, so that no two batches wait for each other for ever."""

# Of a credit the assessments that it was decided on are asked for only where its transcript has said something again.
FIND_STANDINGS = sa.text(
    """
    SELECT 'overdue' AS kind, learner_id, to_json(credit_id)::text AS said
        FROM credits WHERE learner_id = ANY (:learners) AND state = 'active' AND valid_until < :today
    UNION ALL SELECT 'credit', learner_id, json_build_array(
        json_build_array(qualification_id, unit_id), credit_id, transcript_id,
        CASE WHEN transcript_id = ANY (:transcripts) THEN (
            SELECT coalesce(jsonb_path_query_array(trace, '$[*] ? (@.rule == "R5").used.assessment_ids[*]'), '[]')
            FROM decisions WHERE decisions.decision_id = credits.decision_id
        ) END,
        CASE WHEN coalesce(grade, conversion ->> 'grade') IS NOT NULL THEN json_build_object(
            'credit_id', credit_id, 'unit_id', unit_id, 'home_id', home_id, 'host_id', host_id,
            'decided_at', decided_at, 'grade', grade, 'grade_scale', grade_scale, 'conversion', conversion
        ) END
    )::text FROM credits
        WHERE learner_id = ANY (:learners) AND state = 'active' AND coalesce(valid_until >= :today, true)
    UNION ALL SELECT 'in progress', learner_id, json_build_array(
        json_build_array(qualification_id, unit_id), json_build_object(
            'credit_id', credit_id, 'version', version, 'outcome_ids', held_outcome_ids,
            'assessed_on', assessed_on, 'valid_until', valid_until
        )
    )::text FROM units_in_progress WHERE learner_id = ANY (:learners)
    UNION ALL SELECT 'open', learner_id, json_build_array(
        json_build_array(transcript_id, unit_id), json_build_object(
            'decision_id', decision_id, 'state', state, 'by_person', coalesce(mode = 'manual', false),
            'assigned_to', CASE WHEN state = 'manual_review' THEN assigned_to END,
            'lacks_outcomes', 'LO_MISSING' = ANY (reasons)
        )
    )::text FROM decisions WHERE learner_id = ANY (:learners) AND state IN
        ('manual_review', 'documented_only', 'partially_recognised', 'evidence_only', 'refused', 'appealed')
    UNION ALL SELECT 'given', learner_id, row_to_json(given)::text
        FROM contributions AS given WHERE learner_id = ANY (:learners) AND NOT EXISTS (
            SELECT FROM credits AS over WHERE over.state = 'expired'
            AND (over.learner_id, over.qualification_id, over.unit_id, over.transcript_id)
            = (given.learner_id, given.qualification_id, given.unit_id, given.transcript_id)
        )
    UNION ALL SELECT 'content', learner_id, json_build_array(version, transcript_id, content_hash)::text
        FROM transcripts WHERE learner_id = ANY (:learners)
    UNION ALL SELECT 'revoked', learner_id, json_build_array(
        json_build_array(transcript_id, unit_id), decision_id
    )::text FROM revocations WHERE learner_id = ANY (:learners)
    UNION ALL SELECT 'completed', learner_id, to_json(qualification_id)::text
        FROM completed_qualifications WHERE learner_id = ANY (:learners)
    UNION ALL SELECT 'evaluated', NULL, json_build_array(transcript_id, version, standing)::text
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
    said = await _find(tx, wanted, set(transcripts), today)
    evaluated = said[None]["evaluated"]
    return Standings(
        {head.learner_id: _standing(Head(head.position, head.hash), said[head.learner_id], today) for head in heads},
        {transcript_id: version for transcript_id, version, _ in evaluated},
        frozenset(transcript_id for transcript_id, _, word in evaluated if word == "withdrawn"),
        frozenset(credit_id for of_learner in said.values() for credit_id in of_learner["overdue"]),
    )


async def find_standing(tx: AsyncConnection, learner_id: UUID, today: date) -> Standing:
    """What counts for a learner today, without the end of the chain; nothing is locked."""
    said = await _find(tx, [learner_id], (), today)
    return _standing(Head(), said[learner_id], today)


async def _find(
    tx: AsyncConnection, learners: Collection[UUID], transcripts: Collection[UUID], today: date
) -> Mapping[UUID | None, Mapping[str, list[Any]]]:
    """What is said of each learner, by its kind; and of transcripts, under None."""
    said: dict[UUID | None, dict[str, list[Any]]] = defaultdict(lambda: defaultdict(list))
    asked = {"learners": list(learners), "transcripts": list(transcripts), "today": today}
    for row in await run(tx, FIND_STANDINGS, asked):
        said[row.learner_id][row.kind].append(SAID[row.kind].validate_json(row.said))
    return said


def _standing(head: Head, said: Mapping[str, list[Any]], today: date) -> Standing:
    standing = Standing(
        head=head,
        credits={place: ActiveCredit(*credit) for place, *credit in said["credit"]},
        in_progress=dict(said["in progress"]),
        open=dict(said["open"]),
        contents=_contents(said["content"]),
        revoked=dict(said["revoked"]),
        completed=frozenset(said["completed"]),
    )
    return with_given(standing, said["given"], today)


def _contents(said: Iterable[tuple[int, UUID, str | None]]) -> Mapping[str, UUID]:
    """What each transcript says now; one that was withdrawn says nothing."""
    latest = {transcript_id: content for _, transcript_id, content in sorted(said, key=itemgetter(0))}
    return {content: transcript_id for transcript_id, content in latest.items() if content}
