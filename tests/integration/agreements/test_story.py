"""From the draft of a memorandum to the end of a stay: what is said on the way, and what is not."""

from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic_core import to_json

from shared.contracts.agreements import (
    LearningAgreementAgreed,
    LearningAgreementCompleted,
    LearningAgreementSigned,
    LearningAgreementStarted,
    MemorandumActivated,
)
from shared.service import Running
from tests.integration.agreements.conftest import World, step
from tests.support.builders.agreements import (
    learning_agreement_agreed,
    learning_agreement_completed,
    learning_agreement_started,
    memorandum_activated,
)
from tests.support.running import said_about

pytestmark = [pytest.mark.integration, pytest.mark.asyncio]


async def a_whole_stay(world: World) -> dict[str, Any]:
    agreed = await world.agreed()
    started = await step(world.host(), agreed, "start", {"started_on": "2026-03-02"})
    return await step(world.host(), started, "completion", {"completed_on": "2026-03-27"})


async def test_the_facts_of_a_whole_stay_are_as_others_build_them(world: World, agreements: Running):
    """So other services are tested with what this one really says."""
    completed = await a_whole_stay(world)
    today = datetime.now(UTC).date()
    *_, activated = await said_about(agreements, completed["memorandum_id"])
    assert isinstance(activated, MemorandumActivated)
    assert activated == memorandum_activated(
        memorandum_id=activated.memorandum_id, content_hash=activated.content_hash, activated_on=today
    )
    *signed, agreed, started, ended = await said_about(agreements, completed["learning_agreement_id"])
    assert [type(fact) for fact in signed] == [LearningAgreementSigned] * 3
    assert isinstance(agreed, LearningAgreementAgreed)
    assert isinstance(started, LearningAgreementStarted)
    assert isinstance(ended, LearningAgreementCompleted)
    assert agreed == learning_agreement_agreed(
        activated,
        learning_agreement_id=agreed.learning_agreement_id,
        learner_id=agreed.learner_id,
        content_hash=completed["content_hash"],
        agreed_on=today,
    )
    assert started == learning_agreement_started(agreed)
    assert ended == learning_agreement_completed(agreed)


async def test_events_carry_no_names(world: World, agreements: Running):
    completed = await a_whole_stay(world)
    for aggregate in ("learning_agreement_id", "memorandum_id", "learner_id"):
        for fact in await said_about(agreements, completed[aggregate]):
            written = to_json(fact)
            for personal in (b"Marija", b"Zammit-Prova", b"2005-04-01"):
                assert personal not in written
