"""Who may do what about a decision, and who reads the words about a learner: each command by everybody."""

from collections.abc import Callable
from uuid import UUID, uuid4

import httpx2
import pytest
import pytest_asyncio
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from services.recognition import store
from services.recognition.tables import APPEALS, INFORMATION_REQUESTS
from shared.auth import Principal
from shared.db import SYSTEM
from shared.paging import PageRequest
from shared.problems import NotFound
from shared.service import Running
from shared.tenancy import acting_for
from tests.integration.recognition.reviewing import RECOGNISED, UPHELD, Matter, appealed
from tests.support.running import ApiCaller

pytestmark = [pytest.mark.integration, pytest.mark.asyncio]

MAY, ROLE, FOREIGN = 412, 403, 404
"""Whoever may is told first that the version is not the current one."""
COMMANDS: dict[str, object] = {
    "assignment": {},
    "release": None,
    "information-requests": {"question": "?"},
    "information-requests/{request_id}/answer": {"answer": "!"},
    "resolution": RECOGNISED,
    "appeal": {"grounds": "No."},
    "appeal-outcome": UPHELD,
}
WHO: dict[str, tuple[Callable[[Matter], ApiCaller], tuple[int, ...]]] = {
    "recogniser": (lambda it: it.recogniser, (MAY, MAY, MAY, ROLE, MAY, ROLE, ROLE)),
    "appeals officer": (lambda it: it.officer, (ROLE, ROLE, MAY, ROLE, ROLE, ROLE, MAY)),
    "home coordinator": (lambda it: it.home("coordinator"), (ROLE, ROLE, ROLE, ROLE, ROLE, ROLE, ROLE)),
    "host examiner": (lambda it: it.host("examiner"), (ROLE, ROLE, ROLE, MAY, ROLE, ROLE, ROLE)),
    "host coordinator": (lambda it: it.host("coordinator"), (ROLE, ROLE, ROLE, MAY, ROLE, ROLE, ROLE)),
    "host recogniser": (lambda it: it.host("recogniser"), (ROLE, ROLE, ROLE, ROLE, ROLE, ROLE, ROLE)),
    "learner": (lambda it: it.learner, (ROLE, ROLE, ROLE, ROLE, ROLE, MAY, ROLE)),
    "another learner": (
        lambda it: ApiCaller(it.api, None, ("learner",), learner_id=uuid4()),
        (ROLE, ROLE, ROLE, ROLE, ROLE, FOREIGN, ROLE),
    ),
    "stranger with every role": (
        lambda it: ApiCaller(it.api, uuid4(), ("recogniser", "appeals_officer", "examiner", "coordinator")),
        (FOREIGN,) * 7,
    ),
    "operator": (lambda it: it.home("operator"), (ROLE, ROLE, ROLE, ROLE, ROLE, FOREIGN, ROLE)),
}


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def matter(recognition: Running, api: httpx2.AsyncClient) -> Matter:
    """Appealed against, and the host is asked."""
    begun = await appealed(recognition, api)
    asked = await begun.officer.post(f"{begun.path}/information-requests", {"question": "Who was there?"}, version=2)
    assert asked.status_code == 201, asked.text
    return begun


async def request_id(matter: Matter) -> str:
    [asked] = (await matter.officer.get(f"{matter.path}/information-requests")).json()["items"]
    found: str = asked["request_id"]
    return found


@pytest.mark.parametrize("who", WHO)
async def test_only_whom_it_concerns_may(matter: Matter, who: str):
    as_them, expected = WHO[who]
    asked = await request_id(matter)
    for (command, body), status in zip(COMMANDS.items(), expected, strict=True):
        answer = await as_them(matter).post(f"{matter.path}/{command.format(request_id=asked)}", body, version=99)
        assert answer.status_code == status, (command, answer.text)


@pytest.mark.parametrize(("role", "status"), [("recogniser", 403), ("appeals_officer", 409)])
async def test_what_is_appealed_against_is_the_officers_to_ask_about(matter: Matter, role: str, status: int):
    version = (await matter.read())["version"]
    answer = await matter.home(role).post(f"{matter.path}/information-requests", {"question": "?"}, version=version)
    assert answer.status_code == status


def principals(matter: Matter) -> dict[str, tuple[Principal, set[str]]]:
    """With the tables that hold something for them."""
    agreement = matter.told.agreement
    both = {"information_requests", "appeals"}
    countries = frozenset({agreement.home_country})
    return {
        "home": (Principal("home", org=agreement.home_id, roles=frozenset({"recogniser"})), both),
        "learner": (Principal("learner", roles=frozenset({"learner"}), learner_id=agreement.learner_id), both),
        "host": (Principal("host", org=agreement.host_id, roles=frozenset({"examiner"})), {"information_requests"}),
        "body": (Principal("body", roles=frozenset({"competent_body"}), countries=countries), set()),
        "stranger": (Principal("stranger", org=uuid4(), roles=frozenset({"recogniser"})), set()),
        "another": (Principal("another", roles=frozenset({"learner"}), learner_id=uuid4()), set()),
    }


async def test_the_store_alone_keeps_the_words_from_whom_they_are_not_for(recognition: Running, matter: Matter):
    """Row-level security off: the transaction may see everything."""
    decision_id = UUID(matter.decision_id)
    for name, (principal, sees) in principals(matter).items():
        async with recognition.database.transaction(SYSTEM) as tx:
            found = {"information_requests"} if await _asked(tx, decision_id, principal) else set()
            found |= {"appeals"} if await _appealed(tx, decision_id, principal) else set()
        assert found == sees, name


async def test_row_level_security_alone_keeps_them_too(recognition: Running, matter: Matter):
    for name, (principal, sees) in principals(matter).items():
        async with recognition.database.transaction(acting_for(principal)) as tx:
            found = {table.name for table in (INFORMATION_REQUESTS, APPEALS) if await _count(tx, table, matter)}
        assert found == sees, name


async def _asked(tx: AsyncConnection, decision_id: UUID, principal: Principal) -> bool:
    return bool((await store.list_requests(tx, decision_id, principal, PageRequest())).items)


async def _appealed(tx: AsyncConnection, decision_id: UUID, principal: Principal) -> bool:
    try:
        await store.load_appeal(tx, decision_id, principal)
    except NotFound:
        return False
    return True


async def _count(tx: AsyncConnection, table: sa.Table, matter: Matter) -> int:
    mine = sa.select(sa.func.count()).select_from(table).where(table.c.decision_id == UUID(matter.decision_id))
    return int((await tx.execute(mine)).scalar_one())
