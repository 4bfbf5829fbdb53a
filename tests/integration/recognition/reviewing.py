"""A unit under review, and everybody who has a say in it."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import httpx2

from shared.contracts.assessment import Procedure
from shared.contracts.facts import Fact
from shared.service import Running
from tests.support.builders.assessment import assessment_value, transcript_issued
from tests.support.records import said_of
from tests.support.running import ApiCaller, tell
from tests.support.stories import Story, story

LAW = "S.L. 327.431, regulation 5"
WORDS = "Ask Ada, who was there."
REFUSED = {"verdict": "refused", "legal_basis": LAW}
RECOGNISED = {"verdict": "recognised"}
UPHELD = {"outcome": "upheld", "legal_basis": LAW}
OVERTURNED = {"outcome": "overturned", "legal_basis": LAW, "resolution": RECOGNISED}


@dataclass(frozen=True)
class Matter:
    """What is decided about one unit of a learner."""

    recognition: Running
    api: httpx2.AsyncClient
    told: Story
    decision_id: str

    @property
    def path(self) -> str:
        return f"/v1/decisions/{self.decision_id}"

    def home(self, *roles: str) -> ApiCaller:
        """Each choice of roles is another person."""
        return ApiCaller(self.api, self.told.agreement.home_id, roles)

    def host(self, *roles: str) -> ApiCaller:
        return ApiCaller(self.api, self.told.agreement.host_id, roles)

    @property
    def recogniser(self) -> ApiCaller:
        return self.home("recogniser")

    @property
    def colleague(self) -> ApiCaller:
        return self.home("recogniser", "coordinator")

    @property
    def officer(self) -> ApiCaller:
        return self.home("appeals_officer")

    @property
    def learner(self) -> ApiCaller:
        return ApiCaller(self.api, None, ("learner",), learner_id=self.told.learner_id)

    async def read(self, decision_id: str | None = None) -> dict[str, Any]:
        answer = await self.recogniser.get(f"/v1/decisions/{decision_id or self.decision_id}")
        found: dict[str, Any] = answer.json()
        return found

    async def said(self) -> list[Fact]:
        return await said_of(self.recognition, self.told.learner_id)

    async def slugs(self) -> list[str]:
        return [fact.DECLARED.type.removeprefix("acquis.").removesuffix(".v1") for fact in await self.said()]


def deviating(told: Story, **changes: Any) -> Any:
    """Everything achieved, otherwise than agreed: no rule recognises that."""
    value = assessment_value(told.agreement, procedure=Procedure.DEVIATED)
    return transcript_issued(told.agreement, value, **changes)


async def under_review(recognition: Running, api: httpx2.AsyncClient) -> Matter:
    told = story("U3")
    await tell(recognition, *told.reference, deviating(told))
    return await matter_of(recognition, api, told, "manual_review")


async def in_progress(recognition: Running, api: httpx2.AsyncClient) -> Matter:
    """A rule has recognised a part of the unit."""
    told = story("U2")
    await tell(recognition, *told.reference, told.transcript)
    return await matter_of(recognition, api, told, "partially_recognised")


async def refused(recognition: Running, api: httpx2.AsyncClient) -> Matter:
    matter = await under_review(recognition, api)
    answer = await matter.recogniser.post(f"{matter.path}/resolution", REFUSED, version=1)
    assert answer.status_code == 201, answer.text
    return Matter(recognition, api, matter.told, answer.json()["decision_id"])


async def appealed(recognition: Running, api: httpx2.AsyncClient) -> Matter:
    matter = await refused(recognition, api)
    answer = await matter.learner.post(f"{matter.path}/appeal", {"grounds": WORDS}, version=1)
    assert answer.status_code == 200, answer.text
    return matter


async def matter_of(recognition: Running, api: httpx2.AsyncClient, told: Story, state: str) -> Matter:
    mine = ApiCaller(api, told.agreement.home_id, ("recogniser",))
    [found] = (await mine.get("/v1/decisions", state=state, learner_id=str(told.learner_id))).json()["items"]
    return Matter(recognition, api, told, str(UUID(found["decision_id"])))
