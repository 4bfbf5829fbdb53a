"""From the plan to the host's confirmation, and on to the transcript where that makes it due."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.assessment import store
from services.assessment.domain import assessments, transcripts
from services.assessment.domain.assessments import Assessment, Plan, Report
from shared import clock, ids, outbox
from shared.auth import Principal
from shared.contracts.assessment import Result
from shared.contracts.registry import Fact
from shared.preconditions import require_version
from shared.problems import NotFound, invalid


async def plan_assessment(
    tx: AsyncConnection, caller: Principal, learning_agreement_id: UUID, plan: Plan
) -> Assessment:
    try:
        agreement = await store.load_agreement(tx, learning_agreement_id, caller)
    except NotFound as error:
        detail = "No learning agreement that you see and that is agreed has this id."
        raise invalid("/learning_agreement_id", "unknown", detail) from error
    agreement.check_host(caller.org)
    planned = assessments.plan(plan, agreement, ids.new_id())
    await store.add_assessment(tx, planned)
    return planned


async def record_result(
    tx: AsyncConnection,
    caller: Principal,
    assessment_id: UUID,
    version: int,
    report: Report,
    results: Sequence[tuple[UUID, Result]],
) -> Assessment:
    assessment = await store.load_assessment(tx, assessment_id, caller, for_update=True)
    agreement = await store.load_agreement(tx, assessment.learning_agreement_id, caller)
    agreement.check_host(caller.org)
    require_version(assessment.version, version)
    recorded = assessments.record(assessment, agreement, report, results, caller.sub, clock.now())
    await store.save_assessment(tx, recorded)
    return recorded


async def confirm_assessment(tx: AsyncConnection, caller: Principal, assessment_id: UUID, version: int) -> Assessment:
    """One confirmation under an agreement at a time, so that the last one sees all the others."""
    transcript, agreement = await store.lock_transcript_for(tx, assessment_id, caller)
    agreement.check_host(caller.org)
    under_agreement = await store.load_assessments_under(tx, agreement.id, caller)
    require_version(under_agreement[assessment_id].version, version)
    confirmed, confirmation = assessments.confirm(under_agreement[assessment_id], agreement, caller.sub)
    await store.save_assessment(tx, confirmed)
    facts: list[Fact] = [*confirmation]
    now_there = (under_agreement | {assessment_id: confirmed}).values()
    if transcripts.is_due(agreement, now_there):
        issued, issue = transcripts.issue(transcript, agreement, now_there, clock.now())
        await store.save_issue(tx, issued, issue)
        facts.append(issue)
    await outbox.add(tx, facts)
    return confirmed
