"""Facts come in any order, once or again, alone or in batches."""

from datetime import timedelta
from itertools import permutations
from uuid import uuid4

import pytest
import sqlalchemy as sa

from services.assessment.tables import LEARNING_AGREEMENTS, MEMORANDA
from shared.contracts.agreements import LearningAgreementCancelled, LearningAgreementInterrupted
from shared.contracts.registry import Fact
from shared.db import SYSTEM
from tests.support.builders.agreements import (
    agreed_unit,
    comparability_of,
    learning_agreement_agreed,
    learning_agreement_changed,
    learning_agreement_completed,
    learning_agreement_started,
    learning_agreement_step,
    memorandum_activated,
)
from tests.support.running import ApiCaller, tell
from tests.support.stays import Stay, Stays

pytestmark = [pytest.mark.integration, pytest.mark.asyncio]


async def kept(stay: Stay) -> dict[str, object]:
    agreement = sa.select(LEARNING_AGREEMENTS).where(LEARNING_AGREEMENTS.c.id == stay.agreed.learning_agreement_id)
    rule = sa.select(MEMORANDA.c.two_person_rule).where(MEMORANDA.c.id == stay.agreed.memorandum_id)
    async with stay.running.database.transaction(SYSTEM) as tx:
        return {**(await tx.execute(agreement)).one()._asdict(), "rule": await tx.scalar(rule)}


def story(stay: Stay) -> tuple[Fact, ...]:
    return (
        memorandum_activated(memorandum_id=stay.agreed.memorandum_id),
        stay.agreed,
        learning_agreement_started(stay.agreed),
        learning_agreement_completed(stay.agreed),
    )


@pytest.mark.parametrize("order", list(permutations(range(4))))
async def test_in_whatever_order_facts_come_the_same_is_known(stays: Stays, order: tuple[int, ...]):
    stay = Stay(stays.running, stays.http, learning_agreement_agreed(memorandum_activated(memorandum_id=uuid4())))
    facts = story(stay)
    for place in order:
        await tell(stays.running, facts[place])
    known = await kept(stay)
    assert (known["started_on"], known["completed_on"]) == (stay.agreed.starts_on, stay.agreed.ends_on)
    assert (known["content_version"], known["transcript_policy"], known["rule"]) == (1, "on_completion", False)
    assert (await stay.transcript())["state"] == "draft"


async def test_an_older_fact_never_takes_back_a_newer_one(stays: Stays):
    stay = await stays.begin(content_version=2, two_person_rule=True)
    before = await kept(stay)
    older = learning_agreement_agreed(
        memorandum_activated(),
        learning_agreement_id=stay.agreed.learning_agreement_id,
        learner_id=stay.agreed.learner_id,
        content_version=1,
    )
    memorandum = memorandum_activated(memorandum_id=stay.agreed.memorandum_id, two_person_rule=False, version=1)
    await tell(stays.running, older, memorandum)
    assert await kept(stay) == before


async def test_nothing_is_planned_for_an_agreement_of_which_only_the_start_was_heard(stays: Stays):
    stay = Stay(stays.running, stays.http, learning_agreement_agreed(host_id=uuid4()))
    await tell(stays.running, learning_agreement_started(stay.agreed))
    answer = await stay.assessor.post("/v1/assessments", stay.plan_body())
    assert answer.json()["errors"][0]["code"] == "unknown"
    await tell(stays.running, stay.agreed)
    assert (await stay.assessor.post("/v1/assessments", stay.plan_body())).status_code == 201


async def test_a_batch_of_agreements_opens_a_transcript_for_each(stays: Stays):
    host_id = uuid4()
    agreements = [learning_agreement_agreed(host_id=host_id) for _ in range(30)]
    await tell(stays.running, *agreements, *map(learning_agreement_started, agreements))
    found = await ApiCaller(stays.http, host_id, ("examiner",)).get("/v1/transcripts", limit=100)
    assert {item["learner_id"] for item in found.json()["items"]} == {str(one.learner_id) for one in agreements}


async def test_what_was_changed_is_what_is_assessed_from_then_on(stays: Stays):
    stay = await stays.begin()
    before = await stay.transcript()
    changed = learning_agreement_changed(stay.agreed, units=(agreed_unit(comparability_of("U2")),))
    await tell(stays.running, changed)
    assert (await stay.assessor.post("/v1/assessments", stay.plan_body())).status_code == 422
    await Stay(stays.running, stays.http, changed).planned()
    assert await stay.transcript() == before


async def test_a_stay_that_was_interrupted_is_assessed_until_its_last_day(stays: Stays):
    stay = await stays.begin()
    path = await stay.planned()
    last = stay.agreed.starts_on + timedelta(days=3)
    await tell(stays.running, learning_agreement_step(LearningAgreementInterrupted, stay.agreed, last))
    after = stay.result_body(assessed_on=str(last + timedelta(days=1)))
    assert (await stay.assessor.post(f"{path}/result", after, version=1)).status_code == 422
    on_it = stay.result_body(assessed_on=str(last))
    assert (await stay.assessor.post(f"{path}/result", on_it, version=1)).status_code == 200


async def test_nothing_more_is_planned_once_the_agreement_was_cancelled(stays: Stays):
    stay = await stays.begin()
    await tell(stays.running, learning_agreement_step(LearningAgreementCancelled, stay.agreed, stay.agreed.starts_on))
    answer = await stay.assessor.post("/v1/assessments", stay.plan_body())
    assert answer.status_code == 409
    assert str(stay.agreed.starts_on) in answer.json()["detail"]
