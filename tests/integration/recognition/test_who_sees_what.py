from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import httpx2
import pytest
import pytest_asyncio
import sqlalchemy as sa

from services.recognition import handlers, store
from shared.auth import Principal
from shared.db import SYSTEM
from shared.paging import PageRequest
from shared.problems import NotFound
from shared.service import Running
from shared.tenancy import acting_for
from tests.support.records import credits_of, decisions_of
from tests.support.running import ApiCaller, tell
from tests.support.stories import Story, documenting, story

pytestmark = [pytest.mark.integration, pytest.mark.asyncio]

TABLES = ("credits", "units_in_progress", "ledger_entries", "completed_qualifications", "decisions", "validations")
OWN_ONLY = (
    "known_memoranda",
    "known_learning_agreements",
    "pending_facts",
    "evaluated_transcripts",
    "transcripts",
    "contributions",
    "ledger_heads",
    "ledger_checkpoint_heads",
)


def home(told: Story) -> Principal:
    return Principal("home", org=told.agreement.home_id, roles=frozenset({"recogniser"}))


def host(told: Story) -> Principal:
    return Principal("host", org=told.agreement.host_id, roles=frozenset({"examiner"}))


def learner(told: Story) -> Principal:
    return Principal("learner", roles=frozenset({"learner"}), learner_id=told.learner_id)


def body(told: Story) -> Principal:
    return Principal("body", roles=frozenset({"competent_body"}), countries=frozenset({told.agreement.home_country}))


def foreign_body(told: Story) -> Principal:
    return Principal("other", roles=frozenset({"competent_body"}), countries=frozenset({told.agreement.host_country}))


def stranger(_: Story) -> Principal:
    return Principal("stranger", org=uuid4(), roles=frozenset({"recogniser"}))


def another_learner(_: Story) -> Principal:
    return Principal("another", roles=frozenset({"learner"}), learner_id=uuid4())


def operator(told: Story) -> Principal:
    return Principal("operator", org=told.agreement.home_id, roles=frozenset({"operator"}))


ALL, DECISIONS, NOTHING = set(TABLES), {"decisions", "validations"}, set[str]()
SEES: dict[Callable[[Story], Principal], set[str]] = {
    home: ALL,
    learner: ALL,
    body: ALL,
    host: DECISIONS,
    foreign_body: NOTHING,
    stranger: NOTHING,
    another_learner: NOTHING,
    operator: NOTHING,
}
HAS_NO_ROLE = {operator}
"""Row-level security knows institutions, not roles."""


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def told(recognition: Running) -> Story:
    """A learner with credits, a unit in progress, a ledger and a complete qualification."""
    told = story("U1", "U2", "U3", "U4", "U5")
    told = replace(
        told,
        home=replace(told.home, units=(told.home.units[0], replace(told.home.units[1], compulsory=False))),
        policy=replace(told.policy, country="MT"),
        agreement=replace(told.agreement, home_country="MT", host_country="IT"),
    )
    await tell(recognition, *told.reference, told.transcript)
    return told


def caller(http: httpx2.AsyncClient, principal: Principal) -> ApiCaller:
    countries = tuple(principal.countries)
    return ApiCaller(http, principal.org, tuple(principal.roles), countries, principal.learner_id)


async def paths(recognition: Running, told: Story) -> dict[str, set[str]]:
    """Every resource of the learner with the table that decides who sees it."""
    [credit] = await credits_of(recognition, told.learner_id)
    decision, *_ = await decisions_of(recognition, told.learner_id)
    return {
        "credits": {f"/v1/credits/{credit.credit_id}", f"/v1/records/{told.learner_id}"},
        "ledger_entries": {f"/v1/ledger/{told.learner_id}"},
        "decisions": {f"/v1/decisions/{decision.decision_id}"},
        "validations": {f"/v1/validations/{decision.validation_id}"},
    }


@pytest.mark.parametrize("who", SEES)
async def test_somebody_elses_resource_is_not_found(
    recognition: Running, api: httpx2.AsyncClient, told: Story, who: Callable[[Story], Principal]
):
    asking = caller(api, who(told))
    for table, found in (await paths(recognition, told)).items():
        for path in found:
            answer = await asking.get(path)
            assert answer.status_code == (200 if table in SEES[who] else 404), path


@pytest.mark.parametrize("who", SEES)
async def test_lists_hold_what_one_may_see(api: httpx2.AsyncClient, told: Story, who: Callable[[Story], Principal]):
    for table in ("credits", "decisions", "validations"):
        answer = await caller(api, who(told)).get(f"/v1/{table}", learner_id=str(told.learner_id))
        assert answer.status_code == 200
        assert bool(answer.json()["items"]) == (table in SEES[who]), table


async def test_without_a_token_there_is_nothing(api: httpx2.AsyncClient, told: Story):
    assert (await api.get(f"/v1/records/{told.learner_id}")).status_code == 401


@pytest.mark.parametrize("who", SEES)
async def test_the_store_alone_hides_what_is_not_for_the_caller(
    recognition: Running, told: Story, who: Callable[[Story], Principal]
):
    """Row-level security off: the transaction may see everything."""
    principal, first = who(told), PageRequest()
    [credit] = await credits_of(recognition, told.learner_id)
    decision, *_ = await decisions_of(recognition, told.learner_id)
    async with recognition.database.transaction(SYSTEM) as tx:
        loads: dict[str, Any] = {
            "credits": store.load_credit(tx, credit.credit_id, principal),
            "decisions": store.load_decision(tx, decision.decision_id, principal),
            "validations": store.load_validation(tx, decision.validation_id, principal),
            "ledger_entries": store.load_ledger(tx, told.learner_id, principal, first),
        }
        held = await store.find_held(tx, principal, told.learner_id)
        loaded = {"units_in_progress": held.in_progress, "completed_qualifications": held.completions}
        found = {table for table, load in loads.items() if await _found(load)}
        assert found | {table for table, rows in loaded.items() if rows} == SEES[who]


async def _found(load: Any) -> bool:
    try:
        return bool(await load)
    except NotFound:
        return False


@pytest.mark.parametrize("who", [who for who in SEES if who not in HAS_NO_ROLE])
async def test_row_level_security_alone_hides_it_too(
    recognition: Running, told: Story, who: Callable[[Story], Principal]
):
    async with recognition.database.transaction(acting_for(who(told))) as tx:
        assert {table for table in TABLES if await _count(tx, table, told.learner_id)} == SEES[who]


async def _count(tx: Any, table: str, learner_id: UUID) -> int:
    rows = sa.select(sa.func.count()).select_from(sa.table(table)).where(sa.column("learner_id") == learner_id)
    return int((await tx.execute(rows)).scalar_one())


@pytest.mark.parametrize("table", OWN_ONLY)
async def test_what_only_the_service_needs_nobody_else_sees(recognition: Running, told: Story, table: str):
    documented = documenting(story())
    await tell(recognition, story().transcript, *documented.reference, documented.transcript)  # so that there is some
    async with recognition.database.transaction(SYSTEM) as tx:
        await handlers.take_checkpoint(tx)
    count = sa.select(sa.func.count()).select_from(sa.table(table))
    async with recognition.database.transaction(acting_for(home(told))) as tx:
        assert (await tx.execute(count)).scalar_one() == 0
    async with recognition.database.transaction(SYSTEM) as tx:
        assert (await tx.execute(count)).scalar_one() > 0


async def test_ones_own_record_may_be_empty(api: httpx2.AsyncClient):
    new = uuid4()
    answer = await ApiCaller(api, None, ("learner",), learner_id=new).get(f"/v1/records/{new}")
    lists = ("credits", "expired", "in_progress", "documented", "reviews", "qualifications")
    assert answer.json() == {"learner_id": str(new), **{name: [] for name in lists}}
