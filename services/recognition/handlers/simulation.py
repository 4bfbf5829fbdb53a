"""Asking before departure what would become of results; nothing is written."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.recognition import store
from services.recognition.domain.batches import Case
from services.recognition.domain.expiry import ended
from services.recognition.domain.known import Known, NotKnownYetError, key
from services.recognition.domain.settlement import settle
from services.recognition.domain.simulation import (
    Draft,
    Prediction,
    all_achieved,
    as_if_agreed,
    case_of,
    predict,
    predict_settled,
)
from services.recognition.domain.standing import Standing
from services.recognition.domain.taking_back import has_to_be_settled
from services.recognition.domain.unsettled import after_ending, touched
from services.recognition.handlers.settlement import find_units
from shared import clock, ids
from shared.auth import Principal
from shared.contracts.agreements import LearningAgreementAgreed
from shared.contracts.assessment import AssessmentValue
from shared.contracts.recognition import ChangeReason
from shared.db import SYSTEM, act_for
from shared.problems import NotFound, NotKnownYet

Assumed = Sequence[AssessmentValue]


async def simulate_agreement(
    tx: AsyncConnection, caller: Principal, learning_agreement_id: UUID, assumed: Assumed | None
) -> tuple[Prediction, Assumed]:
    """By the latest version that was agreed, for its learner as they stand; for home and host."""
    await act_for(tx, SYSTEM)
    agreement = await store.load_agreement(tx, learning_agreement_id)
    if caller.org not in {agreement.home_id, agreement.host_id}:
        raise NotFound
    await store.lock_learners(tx, [agreement.learner_id])  # so that all that is read is of one moment
    await store.write_nothing(tx)
    standing = await store.find_standing(tx, agreement.learner_id, clock.now().date())
    known = await store.find_known_for(tx, agreement)
    return await _predict(tx, standing, known, agreement, assumed)


async def simulate_draft(
    tx: AsyncConnection, caller: Principal, draft: Draft, assumed: Assumed | None
) -> tuple[Prediction, Assumed]:
    """As if it were signed today, for a learner of whom nothing counts yet; for home and host."""
    if caller.org not in {draft.home_id, draft.host_id}:
        raise NotFound
    await act_for(tx, SYSTEM)
    await store.write_nothing(tx)
    memorandum = await store.find_memorandum(tx, draft.memorandum_id, draft.memorandum_version)
    if memorandum is None:
        raise NotKnownYet(key("memorandum", draft.memorandum_id, draft.memorandum_version))
    agreed = as_if_agreed(draft, memorandum, clock.now().date(), ids.new_id())
    known = await store.find_known_for(tx, agreed)
    known = replace(known, agreements={(agreed.learning_agreement_id, agreed.content_version): agreed})
    return await _predict(tx, Standing(), known, agreed, assumed)


async def _predict(
    tx: AsyncConnection, standing: Standing, known: Known, agreement: LearningAgreementAgreed, assumed: Assumed | None
) -> tuple[Prediction, Assumed]:
    """What others said is for the service alone: the transaction sees it by now, and cannot write."""
    assessments, at = all_achieved(agreement, ids.new_id) if assumed is None else assumed, clock.now()
    try:
        standing = await _let_go(tx, agreement.learner_id, standing, at)
        case = case_of(known, agreement, assessments, at, ids.new_id)
        if has_to_be_settled(standing, case.units):
            return await _settle(tx, standing, case, at), assessments
    except NotKnownYetError as missing:
        raise NotKnownYet(missing.key) from None
    return predict(standing, case, at, ids.new_id), assessments


async def _let_go(tx: AsyncConnection, learner_id: UUID, standing: Standing, at: datetime) -> Standing:
    """As it will be by then: without parts that are over."""
    if not (places := ended(standing, at.date())):
        return standing
    sources = await store.load_sources(tx, learner_id)
    on_record = await find_units(tx, sources, places, at)
    unsettled = [after_ending(sources, place, on_record) for place in places]
    return settle(standing, sources, unsettled, ChangeReason.FOLLOWS, at, ids.new_id).standing


async def _settle(tx: AsyncConnection, standing: Standing, case: Case, at: datetime) -> Prediction:
    sources = await store.load_sources(tx, case.transcript.learner_id)
    on_record = await find_units(tx, sources, touched(sources, case.transcript.transcript_id, case.units), at)
    return predict_settled(standing, sources, case, on_record, at, ids.new_id)
