"""Whatever is sent: no answer of 500, and none that the OpenAPI document does not announce."""

import asyncio
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import pytest

from deploy.local.demo.client import Actor
from deploy.routes import SERVICES
from tests.support.fuzzing import fuzz
from tests.support.told_world import ToldWorld, bearer

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio]

HEARD = {200, 201, 204, 304, 409, 412, 422}
"""Statuses of requests that got past the token, the role and the search for the resource."""
FOUND_BY_NOBODY = {"GET /v1/signing-links/{secret}"}
"""Only who was given the secret gets past the search: tests/integration/agreements/test_signing_links.py."""


@pytest.fixture(scope="module")
def another_process() -> Iterator[ProcessPoolExecutor]:
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        yield pool


@pytest.mark.parametrize("service", SERVICES)
async def test_whatever_is_sent_the_answer_is_one_that_the_document_announces(
    told_world: ToldWorld, ids, another_process: ProcessPoolExecutor, service: str
):
    callers = [
        told_world.staff("mt"),
        told_world.staff("it"),
        told_world.staff("mt-council"),
        told_world.told.learner(),
        Actor("operator", ("operator",)),
    ]
    tokens = [bearer(caller)["Authorization"].removeprefix("Bearer ") for caller in callers]
    fuzzing = asyncio.get_running_loop().run_in_executor(another_process, fuzz, told_world.url, service, tokens, ids)
    found = await fuzzing
    assert found.violations == {}
    assert {operation for operation, statuses in found.answered.items() if not statuses & HEARD} <= FOUND_BY_NOBODY
