"""The catalogue on a database of its own, and the people of the demo world who write in it."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

import httpx2
import pytest_asyncio

from deploy.local.servers import Servers
from services.catalogue.app import service
from services.catalogue.settings import Settings
from shared.contracts.catalogue import Competence, EcvetFunction, InstitutionRegistered, QualificationPublished
from shared.service import Running
from tests.support.builders.catalogue import ITALY, ITALY_ICT, ITALY_REGION, MALTA, MALTA_COUNCIL, MALTA_ICT
from tests.support.builders.catalogue_bodies import institution_body, qualification_body
from tests.support.running import ApiCaller, api_of, running_service


@pytest_asyncio.fixture(scope="package", loop_scope="session")
async def catalogue(infrastructure: Servers) -> AsyncIterator[Running]:
    async with running_service(service, Settings, infrastructure.database_url) as running:
        yield running


@pytest_asyncio.fixture(scope="package", loop_scope="session")
async def api(catalogue: Running) -> AsyncIterator[httpx2.AsyncClient]:
    async with api_of(catalogue) as http:
        yield http


AWARDED_BY = {
    MALTA_COUNCIL.institution_id: MALTA.institution_id,
    ITALY_REGION.institution_id: ITALY.institution_id,
}
AWARDING = Competence(function=EcvetFunction.AWARDS_QUALIFICATIONS, legal_reference="A law")
SCHOOLS = tuple(replace(school, competences=(*school.competences, AWARDING)) for school in (MALTA, ITALY))


@dataclass(frozen=True)
class World:
    """Who writes: each institution's coordinator, and a competent body of each country."""

    http: httpx2.AsyncClient
    ids: Mapping[UUID, UUID]
    """From an institution's id in the builders to the one that it got here."""

    def body_of(self, *countries: str) -> ApiCaller:
        return ApiCaller(self.http, None, ("competent_body",), countries)

    def coordinator(self, institution: InstitutionRegistered) -> ApiCaller:
        return ApiCaller(self.http, self.ids[institution.institution_id], ("coordinator",))

    def body(self, fact: QualificationPublished = MALTA_ICT) -> dict[str, Any]:
        """The qualification as a request, awarded by the school itself; so it takes nobody else's consent."""
        return qualification_body(
            replace(fact, awarding_body_id=self.ids[AWARDED_BY.get(fact.awarding_body_id, fact.awarding_body_id)])
        )

    async def draft(
        self, fact: QualificationPublished = MALTA_ICT, owner: InstitutionRegistered = MALTA
    ) -> dict[str, Any]:
        return answered(await self.coordinator(owner).post("/v1/qualifications", self.body(fact)), 201)

    async def publish(
        self, fact: QualificationPublished = MALTA_ICT, owner: InstitutionRegistered = MALTA
    ) -> dict[str, Any]:
        draft = await self.draft(fact, owner)
        path = f"/v1/qualifications/{draft['qualification_id']}/publication"
        return answered(await self.coordinator(owner).post(path, version=1))

    async def draft_for_council(self) -> dict[str, Any]:
        """Malta's, which its council is to award."""
        body = self.body() | {"awarding_body_id": str(self.ids[MALTA_COUNCIL.institution_id])}
        return answered(await self.coordinator(MALTA).post("/v1/qualifications", body), 201)

    async def consent(self, draft: dict[str, Any], institution_id: str) -> dict[str, Any]:
        """Of its awarding body, for instance, to the draft as it is."""
        path = f"/v1/qualifications/{draft['qualification_id']}/consents"
        caller = ApiCaller(self.http, UUID(institution_id), ("signatory",))
        return answered(await caller.post(path, {"content_hash": draft["content_hash"]}, version=draft["version"]))

    async def publish_italian(self) -> dict[str, Any]:
        return await self.publish(ITALY_ICT, ITALY)


def answered(response: httpx2.Response, status: int = 200) -> dict[str, Any]:
    assert response.status_code == status, response.text
    body: dict[str, Any] = response.json()
    return body


FIELDS = ("0115", "0612", "0613", "0688", "0721", "0722", "0723", "0724", "0732", "0831")
"""Of study, among which the tests look for theirs."""


def summary(qualification: dict[str, Any]) -> dict[str, Any]:
    """As it stands in a list."""
    whole_only = {"units", "content_hash", "consents"}
    return {name: value for name, value in qualification.items() if name not in whole_only}


def request_of(qualification: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """The body of an edit that changes only this."""
    given_here = ("qualification_id", "version", "owner_id", "state", "supersedes_version", "content_hash", "consents")
    return {name: value for name, value in qualification.items() if name not in given_here} | changes


@pytest_asyncio.fixture(scope="package", loop_scope="session")
async def world(api: httpx2.AsyncClient) -> World:
    body = ApiCaller(api, None, ("competent_body",), ("MT", "IT"))
    fields = {"edition": "test", "entries": [{"code": code, "title": {"en": f"Field {code}"}} for code in FIELDS]}
    answered(await ApiCaller(api, None, ("operator",)).put("/v1/frameworks/isced-f", fields, version=1))
    ids = {}
    for fact in (*SCHOOLS, MALTA_COUNCIL, ITALY_REGION):
        registered = answered(await body.post("/v1/institutions", institution_body(fact)), 201)
        ids[fact.institution_id] = UUID(registered["institution_id"])
    return World(api, ids)
