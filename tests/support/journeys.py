"""Learners of all partners on their way, by HTTP alone."""

import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Self

from deploy.local.demo.assessing import Assessing
from deploy.local.demo.client import Actor, RefusedError, Resource, until
from deploy.local.demo.mobility import Mobility
from deploy.local.demo.partners import Partners
from deploy.local.demo.route import MALTA_TO_ITALY, Route
from deploy.local.demo.told import Told
from tests.support.stage import Stage

MEMORANDA = "SELECT id FROM known_memoranda WHERE data @> CAST(:said AS jsonb)"


class Journey:
    """One learner, from the agreement to what stands in the record at home."""

    def __init__(self, stage: Stage, told: Told, route: Route) -> None:
        self.stage, self.told, self.route = stage, told, route
        self.mobility, self._assessing = Mobility(stage.client, told, route), Assessing(stage.client, told, route)

    @classmethod
    async def begun(cls, stage: Stage, route: Route = MALTA_TO_ITALY) -> Self:
        """Agreed, and the learner has arrived."""
        journey = await cls.at_home(stage, route)
        await journey.mobility.draft()
        await journey.mobility.sign()
        await journey.mobility.start()
        return journey

    @classmethod
    async def at_home(cls, stage: Stage, route: Route) -> Self:
        """Under the memorandum, and not agreed on anything."""
        journey = cls(stage, (await stage.story()).told, route)
        await Partners(stage.client, journey.told).sign_memorandum(route)
        await journey.mobility.register()
        await until(journey._home_may_recognise)
        return journey

    async def _home_may_recognise(self) -> bool:
        """Once recognition has heard of their memorandum."""
        qualification = {"qualification_id": self.told.qualifications[self.route.qualification]["qualification_id"]}
        party = {"institution_id": str(self.told.institutions[self.route.home])}
        said = json.dumps({"qualifications": [qualification], "parties": [party]})
        return bool(await self.stage.rows("recognition", MEMORANDA, said=said))

    async def ended(self, **reports: Mapping[str, Any]) -> Self:
        """All assessed and confirmed, as agreed but for what is reported on a unit, by its code at home."""
        for unit in self.mobility.units_agreed():
            await self._assessing.record(unit, **reports.get(self._code(unit), {}))
        await self.mobility.complete()
        await self._assessing.confirm()
        return self

    def unit_id(self, code: str) -> str:
        """Of the home's unit."""
        return str(self.told.unit(self.route.qualification, code)["unit_id"])

    def assessment(self, code: str) -> Resource:
        return next(found for unit, found in self.told.assessments.items() if self._code(unit) == code)

    def home(self, role: str) -> Actor:
        return self.told.staff(self.route.home, role)

    def host(self, role: str) -> Actor:
        return self.told.staff(self.route.host, role)

    async def record(self, so_that: Callable[[Resource], bool]) -> Resource:
        """The record at home as soon as it is like that."""

        async def as_wanted() -> Resource | None:
            found = await self.stage.client.find(self.home("recogniser"), f"/v1/records/{self.told.learner_id}")
            return found if found and so_that(found) else None

        return await until(as_wanted)

    async def decision(self, code: str, state: str) -> Resource:
        """The decision on the unit as soon as there is one in that state."""
        listed = f"/v1/decisions?learner_id={self.told.learner_id}&state={state}"

        async def decided() -> Resource | None:
            found = (await self.stage.client.get(self.home("recogniser"), listed))["items"]
            ids = [one["decision_id"] for one in found if one["unit_id"] == self.unit_id(code)]
            return await self.read(f"/v1/decisions/{ids[-1]}") if ids else None

        return await until(decided)

    async def read(self, path: str) -> Resource:
        return await self.stage.client.get(self.home("recogniser"), path)

    async def act(self, actor: Actor, resource: Resource, path: str, body: Mapping[str, Any] | None = None) -> Resource:
        return await self.stage.client.post(actor, path, body, to=resource)

    async def said(self, type_: str) -> list[bytes]:
        """The webhooks of a type about the learner, once there is one."""

        async def received() -> list[bytes]:
            return self.stage.events_received(type_, self.told.learner_id)

        return await until(received)

    def _code(self, unit: str) -> str:
        home_unit_id = self.told.comparabilities[unit]["home_unit_id"]
        units: list[dict[str, Any]] = self.told.qualifications[self.route.qualification]["units"]
        return next(str(one["code"]) for one in units if one["unit_id"] == home_unit_id)


async def refusal(attempt: Awaitable[Any]) -> str:
    """The problem that comes of it, by the last word of its type."""
    try:
        await attempt
    except RefusedError as refused:
        return str(refused.problem["type"]).rpartition("/")[2]
    raise AssertionError("it was not refused")
