"""From the plan to the next attempt: what assessors do, and what goes on no transcript yet."""

from datetime import date
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.assessment import store
from services.assessment.domain import assessing, planning
from services.assessment.domain.assessing import Actor, Found
from services.assessment.domain.assessments import Assessment, Step
from services.assessment.domain.deadlines import Deadlines
from services.assessment.domain.learning_agreements import LearningAgreement
from services.assessment.domain.planning import Plan
from services.assessment.domain.reports import Report
from shared import clock, ids
from shared.auth import Principal
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
    planned = planning.plan(plan, agreement, ids.new_id())
    await store.add_assessment(tx, planned)
    return planned


async def conduct_assessment(
    tx: AsyncConnection, caller: Principal, assessment_id: UUID, version: int, held_on: date
) -> Assessment:
    assessment, agreement = await _to_assess(tx, caller, assessment_id, version)
    conducted = assessing.conduct(assessment, agreement, held_on, clock.now())
    await store.save_assessment(tx, conducted)
    return conducted


async def record_result(
    tx: AsyncConnection, caller: Principal, assessment_id: UUID, version: int, report: Report, found: Found
) -> Assessment:
    assessment, agreement = await _to_assess(tx, caller, assessment_id, version)
    recorded = assessing.record(assessment, agreement, report, found, Actor(caller.sub, caller.org), clock.now())
    await store.save_assessment(tx, recorded)
    return recorded


async def moderate_assessment(
    tx: AsyncConnection, caller: Principal, assessment_id: UUID, version: int, comment: str | None
) -> Assessment:
    assessment, agreement = await _locked(tx, caller, assessment_id)
    agreement.check_host(caller.org)
    require_version(assessment.version, version)
    moderated = assessing.moderate(assessment, Step(caller.sub, clock.now(), comment))
    await store.save_assessment(tx, moderated)
    return moderated


async def plan_resit(
    tx: AsyncConnection,
    caller: Principal,
    assessment_id: UUID,
    version: int,
    planned_on: date | None,
    deadlines: Deadlines,
) -> Assessment:
    """The next attempt; the assessment that it repeats names it from now on."""
    assessment, agreement = await _locked(tx, caller, assessment_id)
    agreement.check_host(caller.org)
    require_version(assessment.version, version)
    repeated, following = planning.resit(
        assessment, agreement, planned_on, deadlines.resit_days, ids.new_id(), clock.now()
    )
    await store.add_assessment(tx, following)
    await store.save_assessment(tx, repeated)
    return following


async def _to_assess(
    tx: AsyncConnection, caller: Principal, assessment_id: UUID, version: int
) -> tuple[Assessment, LearningAgreement]:
    assessment, agreement = await _locked(tx, caller, assessment_id)
    agreement.check_assesses(caller.org, assessment.assessing_id)
    require_version(assessment.version, version)
    return assessment, agreement


async def _locked(tx: AsyncConnection, caller: Principal, assessment_id: UUID) -> tuple[Assessment, LearningAgreement]:
    assessment = await store.load_assessment(tx, assessment_id, caller, for_update=True)
    return assessment, await store.load_agreement(tx, assessment.learning_agreement_id, caller)
