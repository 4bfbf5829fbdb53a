"""`replay --verify`: every decision of a rule made again from what is stored, and what was forged there found."""

import subprocess
from dataclasses import replace
from uuid import UUID

import pytest
import sqlalchemy as sa

from services.recognition import audit
from services.recognition.domain.recall import Recalled
from services.recognition.store import FIRST
from services.recognition.tables import DECISIONS
from shared.contracts.agreements import MemorandumSuspended
from shared.contracts.assessment import Result
from shared.contracts.catalogue import UnitRecognition
from shared.db import SYSTEM
from shared.service import Running
from tests.support.builders.agreements import memorandum_step
from tests.support.builders.assessment import assessment_value, outcome_results, transcript_corrected, transcript_issued
from tests.support.builders.grade_tables import grade_table
from tests.support.commands import command
from tests.support.records import decisions_of, forge
from tests.support.running import tell
from tests.support.stories import documenting, story

pytestmark = [pytest.mark.integration, pytest.mark.asyncio]


async def decide(running: Running) -> UUID:
    """On a learner: missed, recognised with a grade, achieved again, the first corrected; the rest came too late."""
    told = story("U1", "U3")
    agreed = told.agreement
    results = outcome_results(agreed)
    first = assessment_value(agreed, results=(replace(results[0], result=Result.NOT_ACHIEVED), *results[1:]))
    second = assessment_value(agreed, grade="14", grade_scale="FR-20")
    issue = transcript_issued(agreed, first)
    tables = [grade_table(agreed.host_id, "FR-20"), grade_table(agreed.home_id, "DE-6")]
    await tell(running, *told.reference, *tables, issue)
    again = transcript_issued(agreed, first, second, transcript_id=issue.transcript_id, version=2)
    await tell(running, again)
    await tell(running, transcript_issued(agreed))
    await tell(running, transcript_corrected(agreed, again, first))
    suspended = memorandum_step(
        MemorandumSuspended, told.memorandum, occurred_on=agreed.ends_on, qualification_ids=None
    )
    closed = replace(told.policy, version=9, unit_recognition=UnitRecognition.NO)
    await tell(running, suspended, closed, grade_table(agreed.home_id, "FR-20"))
    return told.learner_id


async def made_again(running: Running, after: UUID = FIRST) -> list[Recalled]:
    return [one async for block in audit.replay(running, after) for one in block]


async def test_every_decision_comes_out_as_it_was_whatever_was_heard_since(
    alone: Running, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(audit, "AT_ONCE", 2)
    learners = [await decide(alone) for _ in range(2)]
    documented = documenting(story())
    await tell(alone, *documented.reference, documented.transcript)
    decisions = [row for id_ in (*learners, documented.learner_id) for row in await decisions_of(alone, id_)]
    assert await made_again(alone) == [Recalled(row.decision_id) for row in decisions]
    assert {row.state for row in decisions} >= {"recognised", "superseded", "documented_only"}
    ids = [row.decision_id for row in decisions]
    assert [one.decision_id for one in await made_again(alone, ids[3])] == ids[4:]


FORGERIES = {
    "UPDATE decisions SET state = 'manual_review' WHERE state = 'recognised'": "state",
    "UPDATE known_memoranda SET data = jsonb_set(data, '{automatic_recognition}', '[]')": "R2 said yes, and says",
    "UPDATE known_memoranda SET data = '{}'": "cannot be read",
    "DELETE FROM known_memoranda": "is not there: memorandum:",
    "UPDATE known_grade_tables SET data = jsonb_set(data, '{sample_size}', '1')": "R8 looked at small_sample",
    "UPDATE transcripts SET data = jsonb_set(data, '{assessments,0,attempt}', '7')": "R12 said yes, and says HASH",
}


@pytest.mark.parametrize("forgery", FORGERIES)
async def test_a_forged_fact_is_found(alone: Running, forgery: str):
    await decide(alone)
    await forge(alone, forgery)
    assert any(FORGERIES[forgery] in sentence for one in await made_again(alone) for sentence in one.differences)


async def test_what_a_person_decided_is_nobody_s_to_make_again(alone: Running):
    await decide(alone)
    await forge(alone, "UPDATE decisions SET mode = 'manual'")
    assert await made_again(alone) == []


async def test_of_what_was_decided_before_transcripts_were_kept_nothing_is_said(alone: Running):
    await decide(alone)
    await forge(alone, "DELETE FROM transcripts")
    assert {one.not_compared for one in await made_again(alone)} == {("decided before transcripts were kept",)}


async def test_an_operator_sees_how_far_it_is_and_what_differs(alone: Running):
    learner_id = await decide(alone)
    ids = [row.decision_id for row in await decisions_of(alone, learner_id)]
    answer = replay(alone, "--verify")
    assert (answer.returncode, answer.stdout) == (0, f"None of {len(ids)} decisions comes out otherwise than it was.\n")
    assert answer.stderr == f"{len(ids)} decisions made again; to go on from here: --after {ids[-1]}\n"
    older = "jsonb_set(trace, '{4,version}', '1')"
    update = sa.text(f"UPDATE decisions SET trace = {older}, learner_id = home_id WHERE decision_id = :id")  # noqa: S608 - ours
    await forge(alone, str(update), id=ids[-1])
    answer = replay(alone, "--verify", "--after", str(ids[0]))
    assert answer.returncode == 1
    [difference, not_compared, end] = answer.stdout.splitlines()
    assert difference.startswith(f"Decision {ids[-1]}: learner_id is ")
    assert not_compared == "Not compared, decided by R5 v1: 1."
    assert end == f"1 of {len(ids) - 1} decisions come out otherwise than they were."


async def test_making_again_writes_nothing(alone: Running):
    await decide(alone)
    async with alone.database.transaction(SYSTEM) as tx:
        before = (await tx.execute(sa.select(DECISIONS).order_by(DECISIONS.c.decision_id))).all()
    await made_again(alone)
    async with alone.database.transaction(SYSTEM) as tx:
        assert (await tx.execute(sa.select(DECISIONS).order_by(DECISIONS.c.decision_id))).all() == before


def replay(running: Running, *arguments: str) -> subprocess.CompletedProcess[str]:
    return command(running, "replay", *arguments)
