"""A learner, and a recogniser at home who certifies, corrects and revokes."""

from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

import httpx2

from services.recognition.domain.history import CreditState
from services.recognition.tables import UNITS_IN_PROGRESS
from shared.contracts.catalogue import Unit
from shared.contracts.facts import Fact
from shared.service import Running
from tests.support.records import credits_of, rows_of, said_of
from tests.support.running import ApiCaller, tell
from tests.support.stories import Story, story

LAW = "S.L. 327.431, regulation 5"
FRAUD = {"reason": "fraud", "legal_basis": LAW}


@dataclass(frozen=True)
class Learner:
    recognition: Running
    api: httpx2.AsyncClient
    told: Story
    recogniser_roles: tuple[str, ...] = ("recogniser",)
    """Each choice of roles is another person."""

    @property
    def recogniser(self) -> ApiCaller:
        return ApiCaller(self.api, self.told.agreement.home_id, self.recogniser_roles)

    def unit(self, code: str = "U3") -> Unit:
        return next(one for one in self.told.home.units if one.code == code)

    def outcomes(self, code: str = "U3") -> list[str]:
        return [str(one.outcome_id) for one in self.unit(code).outcomes]

    def achieved(self, code: str = "U3", **changes: Any) -> dict[str, Any]:
        return {
            "kind": "microcredential",
            "learner_id": str(self.told.learner_id),
            "qualification_id": str(self.told.home.qualification_id),
            "qualification_version": self.told.home.version,
            "unit_id": str(self.unit(code).unit_id),
            "outcome_ids": self.outcomes(code),
            "assessed_on": "2026-03-20",
            "legal_basis": LAW,
        } | changes

    async def certify(self, code: str = "U3", **changes: Any) -> dict[str, Any]:
        answer = await self.recogniser.post("/v1/decisions", self.achieved(code, **changes))
        assert answer.status_code == 201, answer.text
        return dict(answer.json())

    async def read(self, decision_id: str) -> dict[str, Any]:
        return dict((await self.recogniser.get(f"/v1/decisions/{decision_id}")).json())

    async def decisions(self) -> list[dict[str, Any]]:
        found = await self.recogniser.get("/v1/decisions", learner_id=str(self.told.learner_id))
        return list(found.json()["items"])

    async def states(self) -> list[str]:
        return [one["state"] for one in await self.decisions()]

    async def preview(self, decision: dict[str, Any]) -> dict[str, Any]:
        path = f"/v1/decisions/{decision['decision_id']}/revocation-preview"
        answer = await self.recogniser.post(path, version=decision["version"])
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    async def revoke(self, decision: dict[str, Any], token: str, **changes: Any) -> httpx2.Response:
        path = f"/v1/decisions/{decision['decision_id']}/revocation"
        return await self.recogniser.post(path, FRAUD | {"token": token} | changes, version=decision["version"])

    async def revoke_as_previewed(self, decision: dict[str, Any], **changes: Any) -> list[dict[str, Any]]:
        """What was previewed."""
        preview = await self.preview(decision)
        answer = await self.revoke(decision, preview["token"], **changes)
        assert answer.status_code == 200, answer.text
        return list(preview["consequences"])

    async def correct(self, decision: dict[str, Any], **wanted: Any) -> httpx2.Response:
        path = f"/v1/decisions/{decision['decision_id']}/correction"
        return await self.recogniser.post(path, wanted | {"legal_basis": LAW}, version=decision["version"])

    async def record(self) -> dict[str, Any]:
        return dict((await self.recogniser.get(f"/v1/records/{self.told.learner_id}")).json())

    async def said(self) -> list[Fact]:
        return await said_of(self.recognition, self.told.learner_id)

    async def counted(self) -> list[UUID]:
        """The records and transcripts by which units count."""
        found = await credits_of(self.recognition, self.told.learner_id)
        return [one.transcript_id for one in found if one.state == CreditState.ACTIVE]

    async def held(self) -> list[int]:
        """Of how many outcomes each unit in progress is held."""
        return [
            len(one.held_outcome_ids)
            for one in await rows_of(self.recognition, UNITS_IN_PROGRESS, self.told.learner_id)
        ]


async def learner(recognition: Running, api: httpx2.AsyncClient, told: Story | None = None) -> Learner:
    """Of whom nothing is known but the qualification, which only U3 is compulsory for."""
    told = told or story("U3")
    units = tuple(replace(unit, compulsory=unit.code == "U3") for unit in told.home.units)
    told = replace(told, home=replace(told.home, units=units))
    await tell(recognition, *told.reference)
    return Learner(recognition, api, told)
