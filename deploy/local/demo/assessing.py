"""What the hosting school saw: results recorded, and confirmed by somebody else."""

import time
from typing import Any

from deploy.local.demo.client import Client, Resource, until
from deploy.local.demo.route import MALTA_TO_ITALY, Route
from deploy.local.demo.told import Told, known


class Assessing:
    """Its part of the story, written into what is told."""

    def __init__(self, client: Client, told: Told, route: Route = MALTA_TO_ITALY) -> None:
        self._client, self.told, self._route = client, told, route
        self.confirmed_at = 0.0
        """When the last confirmation was sent, as `time.time()`."""

    async def record(self, unit: str, **report: Any) -> None:
        """Everything achieved as agreed, but for what `report` says otherwise; `unit` is a comparability."""
        planned = await self._planned(unit)
        usual = {
            "assessed_on": str(self.told.today),
            "procedure": "followed",
            "results": [{"outcome_id": one["outcome_id"], "result": "achieved"} for one in planned["results"]],
        }
        if planned["state"] == "planned":
            path = f"/v1/assessments/{planned['assessment_id']}/result"
            planned = await self._client.post(
                self.told.staff(self._route.host, "assessor"), path, usual | report, to=planned
            )
        self.told.assessments[unit] = planned

    async def confirm(self) -> None:
        examiner = self.told.staff(self._route.host, "examiner")
        for unit, recorded in self.told.assessments.items():
            path = f"/v1/assessments/{recorded['assessment_id']}/confirmation"
            self.confirmed_at = time.time()
            self.told.assessments[unit] = await self._client.post(examiner, path, to=recorded)

    async def _planned(self, unit: str) -> Resource:
        """The assessment that the agreement plans for the unit: it is there as soon as assessment has heard of it."""
        agreement, assessor = known(self.told.agreement), self.told.staff(self._route.host, "assessor")
        unit_id = self.told.comparabilities[unit]["host_unit_id"]

        async def planned() -> Resource | None:
            listed = f"/v1/assessments?learning_agreement_id={agreement['learning_agreement_id']}"
            found = (await self._client.get(assessor, listed))["items"]
            ids = [one["assessment_id"] for one in found if unit_id in {each["unit_id"] for each in one["results"]}]
            return await self._client.get(assessor, f"/v1/assessments/{ids[0]}") if ids else None

        return await until(planned)
