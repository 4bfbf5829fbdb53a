"""A thousand agreements of a school come in pages, each page by an index."""

from collections.abc import AsyncIterator
from uuid import UUID, uuid4

import pytest
import pytest_asyncio
import sqlalchemy as sa

from services.agreements.domain.learning_agreements import State
from services.agreements.store.learning_agreements import LearningAgreementFilter, listing
from services.agreements.tables import LEARNING_AGREEMENTS
from shared.auth import Principal
from shared.db import SYSTEM
from shared.service import Running
from tests.integration.agreements.conftest import AGREEMENTS, World, everything
from tests.integration.agreements.many import PROJECT, copy, planned_among_many
from tests.support.running import ApiCaller

pytestmark = [pytest.mark.integration, pytest.mark.asyncio]

THOUSAND = 1_000
SCHOOL, PARTNER = uuid4(), uuid4()


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def school(world: World, agreements: Running) -> AsyncIterator[ApiCaller]:
    """Of its own, with a thousand agreements besides as many of others."""
    drafted = await world.drafted_agreement()
    pairs = [(SCHOOL, PARTNER), (uuid4(), uuid4())]
    async with agreements.database.transaction(SYSTEM) as tx:
        await copy(tx, UUID(drafted["learning_agreement_id"]), pairs, 2 * THOUSAND)
    yield ApiCaller(world.http, SCHOOL, ("coordinator",))
    async with agreements.database.transaction(SYSTEM) as tx:
        of_school = LEARNING_AGREEMENTS.c.terms["starts_on"].astext.startswith("2030")
        await tx.execute(sa.delete(LEARNING_AGREEMENTS).where(of_school))


async def test_all_pages_together_are_everything_once(school: ApiCaller):
    found = await everything(school, AGREEMENTS)
    ids = [one["learning_agreement_id"] for one in found]
    assert len(ids) == len(set(ids)) == THOUSAND
    assert ids == sorted(ids)


@pytest.mark.parametrize(
    ("filters", "count"),
    [
        ({"state": "agreed"}, 500),
        ({"home_id": str(SCHOOL), "state": "draft"}, 500),
        ({"host_id": str(PARTNER)}, THOUSAND),
        ({"host_id": str(SCHOOL)}, 0),
        ({"project_code": PROJECT}, 100),
        ({"from": "2030-09-01"}, None),
        ({"until": "2029-12-31"}, 0),
        ({"from": "2030-03-01", "until": "2030-03-31"}, None),
    ],
)
async def test_a_list_has_what_is_asked_for(school: ApiCaller, filters: dict[str, str], count: int | None):
    found = await everything(school, AGREEMENTS, **filters)
    if count is None:
        assert 0 < len(found) < THOUSAND
        first, last = filters.get("from", ""), filters.get("until", "9")
        assert all(one["ends_on"] >= first and one["starts_on"] <= last for one in found)
    else:
        assert len(found) == count


@pytest.mark.parametrize(
    "query", [{"project_code": "KA121"}, {"from": "tomorrow"}, {"state": "lost"}, {"home_id": "Marsa"}]
)
async def test_what_is_no_filter_is_refused(school: ApiCaller, query: dict[str, str]):
    response = await school.get(AGREEMENTS, **query)
    assert response.status_code == 422
    assert response.json()["errors"][0]["pointer"] == next(iter(query))


ONE_OF_MANY, ANOTHER = uuid4(), uuid4()
FILTERS: dict[str, LearningAgreementFilter] = {
    "all": LearningAgreementFilter(),
    "state": LearningAgreementFilter(state=State.AGREED),
    "home": LearningAgreementFilter(home_id=ONE_OF_MANY),
    "host": LearningAgreementFilter(host_id=ANOTHER),
    "project": LearningAgreementFilter(project_code=PROJECT),
    "memorandum": LearningAgreementFilter(memorandum_id=uuid4()),
    "learner": LearningAgreementFilter(learner_id=uuid4()),
}


@pytest.mark.parametrize("name", FILTERS)
async def test_a_page_reads_an_index_and_not_the_whole_table(world: World, agreements: Running, name: str):
    drafted = await world.drafted_agreement()
    caller = Principal("coordinator", org=ONE_OF_MANY, roles=frozenset({"coordinator"}))
    page = listing(caller, FILTERS[name]).order_by(LEARNING_AGREEMENTS.c.id).limit(51)
    id_ = UUID(drafted["learning_agreement_id"])
    plan = await planned_among_many(agreements, id_, ONE_OF_MANY, ANOTHER, page)
    # Whole-table scans are off for the system, so one would show as a walk along the primary key without a condition.
    assert "Index Cond" in plan, plan
    assert "learning_agreements_pkey" not in plan, plan
