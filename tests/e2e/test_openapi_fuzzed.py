"""Whatever is sent: no answer of 500, and none that the OpenAPI document does not announce."""

import asyncio
import os
from collections.abc import AsyncIterator, Mapping
from concurrent.futures import Future, ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context

import pytest
import pytest_asyncio

from deploy.local.demo.client import Actor
from deploy.routes import SERVICES
from tests.support.fuzzing import Findings, fuzz
from tests.support.told_world import ToldWorld, bearer

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio, pytest.mark.xdist_group("told world")]

HEARD = {200, 201, 204, 304, 409, 412, 422}
"""Statuses of requests that got past the token, the role and the search for the resource."""
FOUND_BY_NOBODY = {"GET /v1/signing-links/{secret}"}
"""Only who was given the secret gets past the search: tests/integration/agreements/test_signing_links.py."""


LONGEST_FIRST = sorted(SERVICES, key=lambda service: service != "agreements")
THOROUGH = "ACQUIS_TEST_THOROUGH" in os.environ
AT_ONCE = 3
"""What is sent is made in processes of their own, while the services answer in this one."""


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def fuzzed(told_world: ToldWorld, ids: dict[str, str]) -> AsyncIterator[Mapping[str, Future[Findings]]]:
    """All services at once; each test waits for its own."""
    callers = [
        told_world.staff("mt"),
        told_world.staff("it"),
        told_world.staff("mt-council"),
        told_world.told.learner(),
        Actor("operator", ("operator",)),
    ]
    tokens = [bearer(caller)["Authorization"].removeprefix("Bearer ") for caller in callers]
    pool = ProcessPoolExecutor(AT_ONCE, mp_context=get_context("spawn"))
    ask = partial(fuzz, tokens=tokens, ids=ids, thorough=THOROUGH)
    yield {service: pool.submit(ask, told_world.url, service) for service in LONGEST_FIRST}
    await asyncio.to_thread(pool.shutdown, cancel_futures=True)  # what still asks is answered by this loop


@pytest.mark.parametrize("service", SERVICES)
async def test_whatever_is_sent_the_answer_is_one_that_the_document_announces(
    fuzzed: Mapping[str, Future[Findings]], service: str
):
    found = await asyncio.wrap_future(fuzzed[service])
    assert found.violations == {}, "\n\n".join(found.violations.values())
    assert {operation for operation, statuses in found.answered.items() if not statuses & HEARD} <= FOUND_BY_NOBODY
