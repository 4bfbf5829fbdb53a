import asyncio
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID, uuid4

import httpx2
import pytest
import pytest_asyncio

from deploy.verify_ledger import Export, check_chain, check_proof
from services.recognition import handlers
from services.recognition.domain import checkpoints
from services.recognition.domain.checkpoints import Checkpoint
from services.recognition.workers import CHECKPOINT
from shared.contracts.recognition import LedgerCheckpointed
from shared.db import SYSTEM
from shared.service import Running
from tests.support.running import ApiCaller, api_of, said_about, tell
from tests.support.statements import statements
from tests.support.stories import Story, story

pytestmark = [pytest.mark.integration, pytest.mark.asyncio]

CHECKPOINTS = "/v1/ledger/checkpoints"


@pytest_asyncio.fixture(loop_scope="session")
async def http(alone: Running) -> AsyncIterator[httpx2.AsyncClient]:
    async with api_of(alone) as client:
        yield client


async def with_credits(running: Running, *codes: str) -> Story:
    told = story(*codes or ("U1", "U3"))
    await tell(running, *told.reference, told.transcript)
    return told


async def taken(running: Running) -> Checkpoint | None:
    async with running.database.transaction(SYSTEM) as tx:
        return await handlers.take_checkpoint(tx)


def operator(http: httpx2.AsyncClient) -> ApiCaller:
    return ApiCaller(http, None, ("operator",))


def learner(http: httpx2.AsyncClient, learner_id: UUID) -> ApiCaller:
    return ApiCaller(http, None, ("learner",), learner_id=learner_id)


async def exported(http: httpx2.AsyncClient, learner_id: UUID, checkpoint: int | None = None) -> Export:
    """As the learner gets it."""
    asking = learner(http, learner_id)
    page = (await asking.get(f"/v1/ledger/{learner_id}")).json()
    proof = await asking.get(f"/v1/ledger/{learner_id}/proof", **({"checkpoint": checkpoint} if checkpoint else {}))
    assert proof.status_code == 200, proof.text
    return Export(page["items"], proof.json())


def holds(export: Export, root: str) -> bool:
    check_chain(export.entries)
    check_proof(export.entries, export.proof, root)
    return True


async def test_a_checkpoint_is_kept_and_published(alone: Running, http: httpx2.AsyncClient):
    told = await with_credits(alone)
    response = await operator(http).post(CHECKPOINTS)
    assert response.status_code == 201
    found = response.json()
    assert (found["number"], found["heads"], found["entries"]) == (1, 1, 2)
    assert (response.headers["Location"], response.headers["ETag"]) == (f"{CHECKPOINTS}/1", '"1"')
    [fact] = await said_about(alone, found["checkpoint_id"])
    assert isinstance(fact, LedgerCheckpointed)
    assert (fact.number, fact.root, fact.previous_root) == (1, found["root"], found["previous_root"])
    anybody = learner(http, uuid4())
    assert (await anybody.get(f"{CHECKPOINTS}/1")).json() == found
    assert (await anybody.get(CHECKPOINTS)).json() == {"items": [found], "next": None}
    assert holds(await exported(http, told.learner_id), found["root"])


async def test_while_nothing_changes_there_is_no_new_one(alone: Running, http: httpx2.AsyncClient):
    response = await operator(http).post(CHECKPOINTS)
    assert (response.status_code, response.json()["state"]) == (409, "empty")
    await with_credits(alone)
    first = await operator(http).post(CHECKPOINTS)
    again = await operator(http).post(CHECKPOINTS)
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json() == first.json()
    assert len(await said_about(alone, first.json()["checkpoint_id"])) == 1


async def test_the_worker_takes_one_when_something_has_changed(alone: Running, http: httpx2.AsyncClient):
    for number in (1, 2):
        await with_credits(alone)
        for _ in range(2):
            assert await CHECKPOINT.run(alone) == 0
        items = (await operator(http).get(CHECKPOINTS)).json()["items"]
        assert [item["number"] for item in items] == list(range(1, number + 1))
    assert items[1]["previous_root"] == items[0]["root"]


async def test_two_at_once_take_one(alone: Running):
    await with_credits(alone)
    found = await asyncio.gather(*(taken(alone) for _ in range(3)))
    assert [one.number for one in found if one] == [1]


async def test_a_chain_that_has_grown_since_is_still_proved_against_a_past_checkpoint(
    alone: Running, http: httpx2.AsyncClient, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("services.recognition.store.checkpoints.BLOCK", 2)
    monkeypatch.setattr(checkpoints, "BLOCK", 2)
    roots: dict[int, str] = {}
    learners: dict[int, list[UUID]] = {}
    everybody: list[UUID] = []
    for number in (1, 2, 3):
        everybody += [(await with_credits(alone)).learner_id for _ in range(3)]
        learners[number] = list(everybody)
        checkpoint = await taken(alone)
        assert checkpoint
        assert (checkpoint.number, checkpoint.heads) == (number, 3 * number)
        roots[number] = checkpoint.root
    for number, covered in learners.items():
        for learner_id in covered:
            assert holds(await exported(http, learner_id, number), roots[number])
    late = learner(http, everybody[-1])
    too_early = await late.get(f"/v1/ledger/{everybody[-1]}/proof", checkpoint=1)
    assert (too_early.status_code, "no chain of this learner" in too_early.json()["detail"]) == (404, True)
    assert (await late.get(f"/v1/ledger/{everybody[-1]}/proof", checkpoint=4)).status_code == 404


async def test_a_checkpoint_and_a_proof_read_a_block_at_a_time(
    alone: Running, http: httpx2.AsyncClient, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("services.recognition.store.checkpoints.BLOCK", 4)
    monkeypatch.setattr(checkpoints, "BLOCK", 4)
    told = [await with_credits(alone) for _ in range(9)]
    with statements() as sent:
        assert await taken(alone)
    assert len([one for one in sent if "FROM ledger_heads" in one]) == 4  # three blocks, and none
    with statements() as sent:
        await exported(http, told[0].learner_id)
    assert len([one for one in sent if "ledger_checkpoint_heads" in one]) == 1


async def test_who_may_not_see_the_chain_gets_no_proof(alone: Running, http: httpx2.AsyncClient):
    told = await with_credits(alone)
    assert await taken(alone)
    path, agreed = f"/v1/ledger/{told.learner_id}/proof", told.agreement
    answers: dict[str, Any] = {
        "learner": learner(http, told.learner_id),
        "home": ApiCaller(http, agreed.home_id, ("recogniser",)),
        "host": ApiCaller(http, agreed.host_id, ("recogniser",)),
        "operator": ApiCaller(http, agreed.home_id, ("operator",)),
        "another learner": learner(http, uuid4()),
        "a stranger": ApiCaller(http, uuid4(), ("recogniser",)),
    }
    statuses = {who: (await caller.get(path)).status_code for who, caller in answers.items()}
    assert {who for who, status in statuses.items() if status == 200} == {"learner", "home"}
    assert set(statuses.values()) == {200, 404}


@pytest.mark.parametrize("role", ["recogniser", "competent_body", "learner"])
async def test_only_an_operator_takes_one(api: httpx2.AsyncClient, role: str):
    assert (await ApiCaller(api, uuid4(), (role,)).post(CHECKPOINTS)).status_code == 403


@pytest.mark.parametrize("number", ["0", "2147483648", "latest"])
async def test_what_is_no_number_is_no_checkpoint(api: httpx2.AsyncClient, number: str):
    assert (await operator(api).get(f"{CHECKPOINTS}/{number}")).status_code == 422


async def test_a_checkpoint_that_was_not_taken_is_not_found(api: httpx2.AsyncClient):
    assert (await operator(api).get(f"{CHECKPOINTS}/2147483647")).status_code == 404
