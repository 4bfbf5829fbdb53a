"""How the agreements with a partner went in a year."""

from typing import Any
from uuid import UUID, uuid4

import pytest

from services.agreements import store
from services.agreements.store.learning_agreement_statistics import counting
from shared.auth import Principal
from shared.contracts.agreements import LearningAgreementAgreed
from shared.db import SYSTEM
from shared.service import Running
from tests.integration.agreements.abroad import change_signed, complemented, completed, extended, started
from tests.integration.agreements.conftest import World, answered, refused, step
from tests.integration.agreements.many import COPIED_YEAR, planned_among_many
from tests.support.builders.catalogue import ITALY, MALTA, MALTA_COUNCIL
from tests.support.builders.recognition import credit_recognised
from tests.support.running import ApiCaller, said_about, tell

pytestmark = [pytest.mark.integration, pytest.mark.asyncio]

STATISTICS, YEAR = "/v1/learning-agreement-statistics", 2026
REASON = {"reason": "The learner fell ill."}


async def counted(caller: ApiCaller, **changes: Any) -> dict[str, int]:
    asked = {"partner_id": str(ITALY.institution_id), "year": YEAR} | changes
    answer = answered(await caller.get(STATISTICS, **asked))
    assert (answer.pop("partner_id"), answer.pop("year")) == (asked["partner_id"], asked["year"])
    assert answer.pop("institution_id") == str(caller.org)
    return answer


async def a_year(world: World, agreements: Running) -> None:
    """Eight agreements, one of which is never agreed, and three of which are cancelled."""
    await world.home_signed()
    await change_signed(world, await extended(world, await world.agreed()))
    await extended(world, await started(world))
    dropped = await step(world.home(), await extended(world, await started(world)), "changes/rejection", REASON)
    await step(world.host(), dropped, "interruption", REASON | {"last_day": "2026-03-10"})
    await complemented(world, await completed(world))
    closed = await complemented(world, await completed(world))
    facts = await said_about(agreements, closed["learning_agreement_id"])
    await tell(agreements, *(credit_recognised(fact) for fact in facts if isinstance(fact, LearningAgreementAgreed)))
    for agreement in (await world.home_signed(), await world.agreed()):
        await step(world.home(), agreement, "cancellation", REASON)


async def test_both_partners_count_the_same(world: World, agreements: Running):
    before = await counted(world.home())
    await a_year(world, agreements)
    after = await counted(world.home())
    assert {name: after[name] - before[name] for name in after} == {
        "agreed": 6,
        "changed": 1,
        "unmodified": 5,
        "cancelled": 1,
        "interrupted": 1,
        "completed": 2,
        "closed": 1,
        "latest_agreed": 3,
        "latest_rejected": 1,
        "latest_awaiting": 2,
    }
    assert await counted(world.host(), partner_id=str(MALTA.institution_id)) == after


async def test_another_year_or_partner_counts_nothing(world: World):
    await world.agreed()
    for other in ({"year": 2031}, {"partner_id": str(uuid4())}):
        assert set((await counted(world.home(), **other)).values()) == {0}
    assert set((await counted(world.stranger())).values()) == {0}


async def test_who_may_ask_and_what(world: World):
    asked = {"partner_id": str(ITALY.institution_id), "year": YEAR}
    assert (await world.home("assessor").get(STATISTICS, **asked)).status_code == 403
    assert (await world.learner(str(uuid4())).get(STATISTICS, **asked)).status_code == 403
    for wrong in ({"year": 1999}, {"year": "soon"}, {"partner_id": "Italy"}):
        refused(await world.home().get(STATISTICS, **asked | wrong), "validation")


async def test_the_store_alone_counts_nothing_for_strangers(world: World, agreements: Running):
    await world.agreed()
    stranger = Principal("operator at home", org=MALTA.institution_id, roles=frozenset({"operator"}))
    elsewhere = Principal("coordinator", org=MALTA_COUNCIL.institution_id, roles=frozenset({"coordinator"}))
    async with agreements.database.transaction(SYSTEM) as tx:
        for caller in (stranger, elsewhere):
            found = await store.count_learning_agreements(tx, caller, ITALY.institution_id, YEAR)
            assert found.agreed == 0


async def test_counting_reads_by_an_index(world: World, agreements: Running):
    """However many agreements there are, only those of the pair and the year are looked at."""
    agreed = await world.agreed()
    caller = Principal("coordinator", org=MALTA.institution_id, roles=frozenset({"coordinator"}))
    query = counting(caller, ITALY.institution_id, COPIED_YEAR)
    id_ = UUID(agreed["learning_agreement_id"])
    plan = await planned_among_many(agreements, id_, MALTA.institution_id, ITALY.institution_id, query)
    assert plan.count("Index Scan on learning_agreements_partners") == plan.count("Index Scan") > 0, plan
    assert "Seq Scan" not in plan, plan
