"""What the host's official word depends on: one act under an agreement at a time, so that the last sees all others."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.assessment import store
from services.assessment.domain import assessing, contesting, issuing
from services.assessment.domain.assessments import Assessment, Step
from services.assessment.domain.contesting import Correction
from services.assessment.domain.deadlines import Deadlines
from shared import clock, outbox
from shared.auth import Principal
from shared.contracts.registry import Fact
from shared.db import act_for
from shared.preconditions import require_version
from shared.problems import NotCompetent, NotFound


async def confirm_assessment(
    tx: AsyncConnection, caller: Principal, assessment_id: UUID, version: int, deadlines: Deadlines
) -> Assessment:
    """And issue the transcript where that makes it due."""
    transcript, agreement = await _under_lock(tx, caller, assessment_id)
    agreement.check_host(caller.org)
    under = await store.load_assessments_under(tx, agreement.id, caller)
    require_version(under[assessment_id].version, version)
    at = clock.now()
    confirmed, said = assessing.confirm(under[assessment_id], agreement, caller.sub, deadlines.contest_days, at)
    await store.save_assessment(tx, confirmed)
    facts: list[Fact] = [*said]
    now_there = [*(under | {assessment_id: confirmed}).values()]
    if issuing.is_due(transcript, agreement, now_there):
        in_doubt = [transcript] if issuing.has_contested(now_there) else []
        last = (await store.load_last_versions(tx, in_doubt)).get(transcript.id)
        issued, issue = issuing.issue(transcript, agreement, now_there, last, at)
        await store.save_issues(tx, [(issued, issue)], caller.sub)
        facts.append(issue)
    await outbox.add(tx, facts)
    return confirmed


async def note_absence(
    tx: AsyncConnection, caller: Principal, assessment_id: UUID, version: int, held_on: date, *, excused: bool
) -> Assessment:
    """The transcript may have waited for nothing but this, also where somebody assesses in the host's place."""
    assessment = await store.load_assessment(tx, assessment_id, caller)
    agreement = await store.load_agreement(tx, assessment.learning_agreement_id, caller)
    agreement.check_assesses(caller.org, assessment.assessing_id)
    await act_for(tx, str(agreement.host_id))
    locked = await store.lock_transcript_for(tx, assessment_id, None)
    assessment = await store.load_assessment(tx, assessment_id, None, for_update=True)
    require_version(assessment.version, version)
    at = clock.now()
    missed = assessing.miss(assessment, agreement, held_on, at, excused=excused)
    await store.save_assessment(tx, missed)
    await _follow_up(tx, caller, locked, [], "The learner was absent.", at)
    return missed


async def review_assessment(
    tx: AsyncConnection,
    caller: Principal,
    assessment_id: UUID,
    version: int,
    grounds: str,
    correction: Correction | None,
) -> Assessment:
    """And correct the transcript that carries what was found wrong."""
    locked = await _under_lock(tx, caller, assessment_id)
    locked[1].check_host(caller.org)
    assessment = await store.load_assessment(tx, assessment_id, caller, for_update=True)
    require_version(assessment.version, version)
    step = Step(caller.sub, clock.now(), grounds)
    reviewed, said = contesting.review(assessment, locked[1], step, correction)
    await store.save_assessment(tx, reviewed)
    await _follow_up(tx, caller, locked, said, grounds, step.at)
    return reviewed


async def annul_assessment(
    tx: AsyncConnection, caller: Principal, assessment_id: UUID, version: int, reason: str
) -> Assessment:
    """And correct the transcript that carries it; or issue the one that waited for nothing but this."""
    locked = await _under_lock(tx, caller, assessment_id)
    locked[1].check_host(caller.org)
    assessment = await store.load_assessment(tx, assessment_id, caller, for_update=True)
    require_version(assessment.version, version)
    step = Step(caller.sub, clock.now(), reason)
    annulled, said = contesting.annul(assessment, step)
    await store.save_assessment(tx, annulled)
    await _follow_up(tx, caller, locked, said, reason, step.at)
    return annulled


async def contest_assessment(
    tx: AsyncConnection, caller: Principal, assessment_id: UUID, version: int, reason: str
) -> Assessment:
    """By the learner, who alone has an id as one."""
    assessment = await store.load_assessment(tx, assessment_id, caller, for_update=True)
    if caller.learner_id != assessment.learner_id:
        raise NotCompetent("Only the learner who was assessed contests an assessment.")
    require_version(assessment.version, version)
    contested, said = contesting.contest(assessment, Step(caller.sub, clock.now(), reason))
    await store.save_assessment(tx, contested)
    await outbox.add(tx, said)
    return contested


async def _under_lock(tx: AsyncConnection, caller: Principal, assessment_id: UUID) -> store.Locked:
    try:
        return await store.lock_transcript_for(tx, assessment_id, caller)
    except NotFound:
        await store.load_assessment(tx, assessment_id, caller)
        raise NotCompetent("Only the host institution of the learning agreement does this.") from None


async def _follow_up(
    tx: AsyncConnection, caller: Principal, locked: store.Locked, said: Sequence[Fact], reason: str, at: datetime
) -> None:
    """Say it, and what follows from it for the transcript, which the caller was let change."""
    transcript, agreement = locked
    under = (await store.load_assessments_of(tx, [agreement.id], None))[agreement.id]
    last = (await store.load_last_versions(tx, [transcript])).get(transcript.id)
    followed = issuing.follow_up(transcript, agreement, under.values(), last, reason, at)
    if followed:
        await store.save_issues(tx, [followed], caller.sub)
    await outbox.add(tx, [*said, followed[1]] if followed else said)
