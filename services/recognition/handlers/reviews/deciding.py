"""A recogniser resolves a review, an appeals officer an appeal: both on the facts as they stand now."""

from dataclasses import replace
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.recognition import store
from services.recognition.domain import appeals, resolutions, reviews
from services.recognition.domain.batches import Batch, Case
from services.recognition.domain.decisions import Decision
from services.recognition.domain.evaluation import knowing
from services.recognition.domain.gathering import gather
from services.recognition.domain.resolutions import Act, Resolution
from services.recognition.domain.reviews import Command
from services.recognition.domain.settlement import settle
from services.recognition.domain.standing import Standing
from services.recognition.domain.unsettled import overruled
from services.recognition.handlers.reviews.frames import theirs_alone
from services.recognition.handlers.settlement import find_certified, find_units
from shared import clock, ids, outbox
from shared.auth import Principal
from shared.contracts.recognition import ChangeReason
from shared.problems import Conflict


async def resolve_review(
    tx: AsyncConnection, caller: Principal, decision_id: UUID, version: int, resolution: Resolution
) -> Decision:
    """The decision that takes the place of the review."""
    review, standing = await theirs_alone(tx, caller, decision_id, version)
    act = _act(caller)
    appealed = await store.find_appealed_deciders(tx, review.decision.learner_id, review.decision.unit_id)
    resolved = resolutions.resolve(review, act, appealed)
    await store.save_decision(tx, resolved.decision)
    return await _decide(tx, review.decision, standing, resolution, act)


async def decide_appeal(
    tx: AsyncConnection,
    caller: Principal,
    decision_id: UUID,
    version: int,
    legal_basis: str,
    resolution: Resolution | None,
) -> Decision:
    """The decision that stands now: the one appealed against, or by the resolution another in its place."""
    review, standing = await theirs_alone(tx, caller, decision_id, version)
    reviews.moved(review, Command.APPEAL_OUTCOME)  # without an appeal there is none to load
    appeal, act = await store.load_appeal(tx, decision_id, caller), _act(caller)
    if resolution is None:
        ruled, ended, said = appeals.uphold(review, appeal, legal_basis, act.by, act.at)
    else:
        ruled, ended, said = appeals.overturn(review, appeal, legal_basis, act)
    await store.save_decision(tx, ruled.decision)
    await store.save_appeal(tx, ended)
    await outbox.add(tx, said)
    if resolution is None:
        return ruled.decision
    return await _decide(tx, review.decision, standing, replace(resolution, legal_basis=legal_basis), act, final=True)


async def _decide(
    tx: AsyncConnection, before: Decision, standing: Standing, resolution: Resolution, act: Act, *, final: bool = False
) -> Decision:
    case = await _case(tx, before, act)
    sources = await store.load_sources(tx, before.learner_id)
    given = sources.given_by([before]) if resolution.may_take_back else []
    [unit] = case.units
    asked = resolutions.without(knowing(unit, standing), given)
    after, outcome = resolutions.decide(standing, asked, resolution, act, ids.new_id, final=final)
    await store.save(tx, Batch(outcomes=[(case, outcome)], heads={before.learner_id: after.head}))
    await outbox.add(tx, outcome.facts)
    if given:
        await _take_back(tx, after, outcome.decision, ChangeReason.APPEAL if final else ChangeReason.FOLLOWS)
    return outcome.decision


async def _take_back(tx: AsyncConnection, standing: Standing, decision: Decision, reason: ChangeReason) -> None:
    """What a rule had given by the same results, and the person has not."""
    sources, at = await store.load_sources(tx, decision.learner_id), decision.decided_at
    on_record = await find_units(tx, sources, [(decision.qualification_id, decision.unit_id)], at)
    changes = settle(standing, sources, [overruled(sources, decision, on_record)], reason, at, ids.new_id)
    await store.save_changes(tx, decision.learner_id, changes, None)
    await outbox.add(tx, changes.facts)


async def _case(tx: AsyncConnection, decision: Decision, act: Act) -> Case:
    """The transcript or record that was decided on, and the facts on the unit as far as they are known now."""
    if certification := await store.find_certification(tx, decision.transcript_id):
        certified = await find_certified(tx, certification, act.at.date())
        return Case(certified.transcript, [certified])
    issue = decision.transcript_id, decision.transcript_version
    transcript = (await store.find_transcripts(tx, [issue])).get(issue)
    if transcript is None:  # of the oldest reviews
        raise Conflict("What the host confirmed then is not on record any more: have it issue the transcript anew.")
    known = await store.find_known(tx, [transcript])
    units = gather(known, transcript, act.at.date())
    return Case(transcript, [unit for unit in units if unit.agreed.unit_id == decision.unit_id])


def _act(caller: Principal) -> Act:
    return Act(caller.sub, clock.now(), ids.new_id())
