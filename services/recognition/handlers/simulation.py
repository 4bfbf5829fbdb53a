"""Asking before departure what would become of results; nothing is written."""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.recognition import store
from services.recognition.domain.known import Known, NotKnownYetError, key
from services.recognition.domain.simulation import Draft, Prediction, all_achieved, as_if_agreed, predict
from services.recognition.domain.standing import Standing
from shared import clock, ids
from shared.auth import Principal
from shared.contracts.agreements import LearningAgreementAgreed
from shared.contracts.assessment import AssessmentValue
from shared.db import SYSTEM, act_for
from shared.problems import NotFound, NotKnownYet

Assumed = Sequence[AssessmentValue]


async def simulate_agreement(
    tx: AsyncConnection, caller: Principal, learning_agreement_id: UUID, assumed: Assumed | None
) -> tuple[Prediction, Assumed]:
    """By the latest version that was agreed, for its learner as they stand; for home and host."""
    await _look_only(tx)
    agreement = await store.load_agreement(tx, learning_agreement_id)
    if caller.org not in {agreement.home_id, agreement.host_id}:
        raise NotFound
    standing = await store.find_standing(tx, agreement.learner_id)
    known = await store.find_known_for(tx, agreement)
    return _predict(standing, known, agreement, assumed)


async def simulate_draft(
    tx: AsyncConnection, caller: Principal, draft: Draft, assumed: Assumed | None
) -> tuple[Prediction, Assumed]:
    """As if it were signed today, for a learner of whom nothing counts yet; for home and host."""
    if caller.org not in {draft.home_id, draft.host_id}:
        raise NotFound
    await _look_only(tx)
    memorandum = await store.find_memorandum(tx, draft.memorandum_id, draft.memorandum_version)
    if memorandum is None:
        raise NotKnownYet(key("memorandum", draft.memorandum_id, draft.memorandum_version))
    agreed = as_if_agreed(draft, memorandum, clock.now().date(), ids.new_id())
    known = await store.find_known_for(tx, agreed)
    known = replace(known, agreements={(agreed.learning_agreement_id, agreed.content_version): agreed})
    return _predict(Standing(), known, agreed, assumed)


async def _look_only(tx: AsyncConnection) -> None:
    """What others said is for the service alone; from now on this transaction sees it, and cannot write."""
    await act_for(tx, SYSTEM)
    await store.write_nothing(tx)


def _predict(
    standing: Standing, known: Known, agreement: LearningAgreementAgreed, assumed: Assumed | None
) -> tuple[Prediction, Assumed]:
    assessments = all_achieved(agreement, ids.new_id) if assumed is None else assumed
    try:
        return predict(standing, known, agreement, assessments, clock.now(), ids.new_id), assessments
    except NotKnownYetError as missing:
        raise NotKnownYet(missing.key) from None
