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
from tests.support.running import ApiCaller

pytestmark = [pytest.mark.integration, pytest.mark.asyncio]

PROJECT = "2026-1-MT01-KA121-VET-000012345"
THOUSAND = 1_000
SCHOOL, PARTNER = uuid4(), uuid4()

# One agreement of the world a thousand times over, for a school of its own, besides as many of others.
COPIES = sa.text(
    "INSERT INTO learning_agreements (id, version, state, learner_id, home_id, host_id, memorandum_id, terms,"
    "  content_version, content_hash, hash_profile, signatures)"
    " SELECT gen_random_uuid(), version, CASE n % 4 WHEN 0 THEN 'agreed' ELSE state END, learner_id,"
    "  CASE n % 2 WHEN 0 THEN CAST(:school AS uuid) ELSE gen_random_uuid() END,"
    "  CASE n % 2 WHEN 0 THEN CAST(:partner AS uuid) ELSE gen_random_uuid() END, memorandum_id,"
    "  terms || jsonb_build_object("
    "   'starts_on', to_char(date '2030-01-01' + n % 300, 'YYYY-MM-DD'),"
    "   'ends_on', to_char(date '2030-01-15' + n % 300, 'YYYY-MM-DD'),"
    "   'project_code', CASE n % 20 WHEN 0 THEN CAST(:project AS text) END),"
    "  content_version, content_hash, hash_profile, signatures"
    " FROM learning_agreements, generate_series(0, :last) AS n WHERE id = :id"
)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def school(world: World, agreements: Running) -> AsyncIterator[ApiCaller]:
    drafted = await world.drafted_agreement()
    values = {"school": SCHOOL, "partner": PARTNER, "project": PROJECT, "last": 2 * THOUSAND - 1}
    async with agreements.database.transaction(SYSTEM) as tx:
        await tx.execute(COPIES, values | {"id": UUID(drafted["learning_agreement_id"])})
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


FILTERS: dict[str, LearningAgreementFilter] = {
    "all": LearningAgreementFilter(),
    "state": LearningAgreementFilter(state=State.AGREED),
    "home": LearningAgreementFilter(home_id=SCHOOL),
    "host": LearningAgreementFilter(host_id=PARTNER),
    "project": LearningAgreementFilter(project_code=PROJECT),
    "memorandum": LearningAgreementFilter(memorandum_id=uuid4()),
    "learner": LearningAgreementFilter(learner_id=uuid4()),
}


@pytest.mark.parametrize("name", FILTERS)
@pytest.mark.usefixtures("school")
async def test_a_page_reads_an_index_and_not_the_whole_table(agreements: Running, name: str):
    caller = Principal("coordinator", org=SCHOOL, roles=frozenset({"coordinator"}))
    page = listing(caller, FILTERS[name]).order_by(LEARNING_AGREEMENTS.c.id).limit(51)
    async with agreements.database.transaction(SYSTEM) as tx:
        compiled = page.compile(dialect=tx.dialect, compile_kwargs={"literal_binds": True})
        plan = "\n".join(await tx.scalars(sa.text(f"EXPLAIN {compiled}".replace(":", "\\:"))))
    # Whole-table scans are off for the system, so one would show as a walk along the primary key without a condition.
    assert "Index Cond" in plan, plan
    assert "learning_agreements_pkey" not in plan, plan
