"""Agreements on a database of its own, which has heard the demo catalogue; and the people of Malta and Italy."""

from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

import httpx2
import pytest_asyncio

from deploy.local.servers import Servers
from services.agreements.app import service
from shared import envelope
from shared.contracts.catalogue import ComparabilityDeclared, ComparabilityWithdrawn
from shared.contracts.facts import Fact
from shared.kafka import Record
from shared.service import Running
from shared.telemetry import current_traceparent
from tests.support.builders.agreement_bodies import learner_body, learning_agreement_body, memorandum_body, seen
from tests.support.builders.catalogue import FACTS, ITALY, MALTA, MALTA_COUNCIL
from tests.support.learners import SettingsWithKey as Settings
from tests.support.running import ApiCaller, api_of, running_service

MEMORANDA, LEARNERS, AGREEMENTS = "/v1/memoranda", "/v1/learners", "/v1/learning-agreements"


async def hear(agreements: Running, facts: Iterable[Fact]) -> None:
    """Events as the consumer takes them in."""
    events = [envelope.write(fact, current_traceparent()) for fact in facts]
    await agreements.intake.take_in(
        Record("catalogue", 0, place, event.type, event.body) for place, event in enumerate(events)
    )


def withdrawal_of(declared: ComparabilityDeclared) -> ComparabilityWithdrawn:
    return ComparabilityWithdrawn(
        comparability_id=declared.comparability_id,
        version=declared.version + 1,
        home_unit_id=declared.home_unit_id,
        host_unit_id=declared.host_unit_id,
        declared_by=declared.declared_by,
        withdrawn_on=date(2026, 9, 1),
    )


@pytest_asyncio.fixture(scope="package", loop_scope="session")
async def agreements(infrastructure: Servers) -> AsyncIterator[Running]:
    async with running_service(service, Settings, infrastructure.database_url) as running:
        await hear(running, FACTS)
        yield running


@pytest_asyncio.fixture(scope="package", loop_scope="session")
async def api(agreements: Running) -> AsyncIterator[httpx2.AsyncClient]:
    async with api_of(agreements) as http:
        yield http


@dataclass(frozen=True)
class World:
    """Who calls; and how far a memorandum or an agreement has come, by their calls."""

    http: httpx2.AsyncClient
    shared: dict[str, Any] = field(default_factory=dict)

    def home(self, *roles: str) -> ApiCaller:
        return ApiCaller(self.http, MALTA.institution_id, roles or ("coordinator", "signatory"))

    def host(self, *roles: str) -> ApiCaller:
        return ApiCaller(self.http, ITALY.institution_id, roles or ("coordinator", "signatory"))

    def stranger(self) -> ApiCaller:
        return ApiCaller(self.http, MALTA_COUNCIL.institution_id, ("coordinator", "signatory", "recogniser"))

    def learner(self, learner_id: str) -> ApiCaller:
        return ApiCaller(self.http, None, ("learner",), learner_id=UUID(learner_id))

    async def drafted_memorandum(self, **changes: Any) -> dict[str, Any]:
        """Other tests have made some like it: this one is wanted all the same."""
        response = await self.home().post(MEMORANDA, memorandum_body(**changes))
        if response.status_code == 409:
            meant = {"duplicate_of": response.json()["memorandum_id"], "duplicate_because": "Each test has its own."}
            response = await self.home().post(MEMORANDA, memorandum_body(**changes, **meant))
        return answered(response, 201)

    async def proposed_memorandum(self, **changes: Any) -> dict[str, Any]:
        return await step(self.home(), await self.drafted_memorandum(**changes), "proposals")

    async def active_memorandum(self, **changes: Any) -> dict[str, Any]:
        proposed = await self.proposed_memorandum(**changes)
        partly = await step(self.home(), proposed, "approvals", seen(proposed))
        return await step(self.host(), partly, "approvals", seen(proposed))

    async def shared_memorandum(self) -> dict[str, Any]:
        """In force, for who does nothing with it but make agreements under it."""
        if not self.shared:
            self.shared.update(await self.active_memorandum())
        return self.shared

    async def registered_learner(self, **changes: Any) -> dict[str, Any]:
        return answered(await self.home().post(LEARNERS, learner_body(**changes)), 201)

    async def drafted_agreement(self, memorandum: dict[str, Any] | None = None, **changes: Any) -> dict[str, Any]:
        """Of a new learner; under a memorandum in force that many share, unless one is given."""
        memorandum = memorandum or await self.shared_memorandum()
        learner = await self.registered_learner()
        body = learning_agreement_body(learner["learner_id"], memorandum, **changes)
        return answered(await self.home().post(AGREEMENTS, body), 201)

    async def learner_signed(self, memorandum: dict[str, Any] | None = None, **changes: Any) -> dict[str, Any]:
        drafted = await self.drafted_agreement(memorandum, **changes)
        return await step(self.learner(drafted["learner_id"]), drafted, "signatures", seen(drafted))

    async def home_signed(self, memorandum: dict[str, Any] | None = None, **changes: Any) -> dict[str, Any]:
        signed = await self.learner_signed(memorandum, **changes)
        return await step(self.home(), signed, "signatures", seen(signed))

    async def agreed(self, memorandum: dict[str, Any] | None = None, **changes: Any) -> dict[str, Any]:
        signed = await self.home_signed(memorandum, **changes)
        return await step(self.host(), signed, "approval", seen(signed))


@pytest_asyncio.fixture(scope="package", loop_scope="session")
async def world(api: httpx2.AsyncClient) -> World:
    return World(api)


def answered(response: httpx2.Response, status: int = 200) -> dict[str, Any]:
    assert response.status_code == status, response.text
    body: dict[str, Any] = response.json()
    return body


def path_of(resource: dict[str, Any]) -> str:
    if "learning_agreement_id" in resource:
        return f"{AGREEMENTS}/{resource['learning_agreement_id']}"
    return f"{MEMORANDA}/{resource['memorandum_id']}"


async def attempt(
    caller: ApiCaller, resource: dict[str, Any], transition: str, body: dict[str, Any] | None = None
) -> httpx2.Response:
    return await caller.post(f"{path_of(resource)}/{transition}", body, version=resource["version"])


async def step(
    caller: ApiCaller, resource: dict[str, Any], transition: str, body: dict[str, Any] | None = None
) -> dict[str, Any]:
    return answered(await attempt(caller, resource, transition, body))


def refused(response: httpx2.Response, slug: str) -> list[tuple[str, str]]:
    """The pointers and codes of a problem of this type, in their order."""
    problem = response.json()
    assert problem["type"].rpartition("/")[2] == slug, problem
    return [(error["pointer"], error["code"]) for error in problem.get("errors", [])]


async def everything(caller: ApiCaller, path: str, **filters: Any) -> list[dict[str, Any]]:
    """All pages of a list."""
    page = answered(await caller.get(path, limit=200, **filters))
    items = [*page["items"]]
    while page["next"]:
        page = answered(await caller.get(path, limit=200, cursor=page["next"], **filters))
        items += page["items"]
    return items
