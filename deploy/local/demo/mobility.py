"""A learner's stay abroad as home, host and learner agree on it, live through it and write it down."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from deploy.local.demo.client import Actor, Client, Resource
from deploy.local.demo.route import MALTA_TO_ITALY, Route
from deploy.local.demo.told import Told, known

FAMILY_NAME = "Borg"
IN_DETAIL: dict[str, Any] = {
    "activity_type": "short_term",
    "mode": "physical",
    "language": {"code": "it", "level": "B1"},
    "documentation": ["Training record", "Europass Mobility"],
    "reintegration": "Two afternoons with the class teacher.",
    "provisions": "What is not achieved abroad is taught and assessed at home in the following term.",
}


class Mobility:
    """Their part of the story, written into what is told."""

    def __init__(self, client: Client, told: Told, route: Route = MALTA_TO_ITALY) -> None:
        self._client, self.told, self._route = client, told, route

    async def register(self) -> None:
        person = {
            "given_name": "Ġanni",
            "family_name": f"{FAMILY_NAME}-{self.told.learner_number}",
            "birth_date": "2006-04-01",
        }
        learner = await self._client.post(self._home("coordinator"), "/v1/learners", person)
        self.told.learner_id = UUID(learner["learner_id"])

    async def draft(self) -> None:
        await self.register()
        memorandum, qualification = known(self.told.memorandum), self.told.qualifications[self._route.qualification]
        terms = {
            "learner_id": str(self.told.learner_id),
            "host_id": str(self.told.institutions[self._route.host]),
            "memorandum_id": memorandum["memorandum_id"],
            "memorandum_version": memorandum["content_version"],
            "qualification_id": qualification["qualification_id"],
            "qualification_version": qualification["version"],
            "units": [self.unit_abroad(unit) for unit in self._route.units],
            "transcript_policy": "on_completion",
            "starts_on": str(self.told.today),
            "ends_on": str(self.told.today + timedelta(days=30)),
            "assessments": [self._assessment(unit) for unit in self._route.units],
            **IN_DETAIL,
        }
        self.told.agreement = await self._client.post(self._home("coordinator"), "/v1/learning-agreements", terms)

    async def sign(self) -> None:
        await self._sign_by_link()
        await self._sign("signatures", self._home("signatory"))
        await self._sign("approval", self._host("signatory"))

    async def _sign_by_link(self) -> None:
        """Home hands the link over; whoever holds it reads what is to be signed, and signs exactly that."""
        coordinator = self._home("coordinator")
        link = await self._client.post(coordinator, f"{self._agreement_path}/signing-links", {"side": "learner"})
        opened = await self._client.get(None, link["path"])
        await self._client.post(None, f"{link['path']}/signature", _seen(opened))
        self.told.agreement = await self._client.get(coordinator, self._agreement_path)

    async def _sign(self, act: str, actor: Actor) -> None:
        await self._advance_agreement(actor, act, _seen(known(self.told.agreement)))

    async def start(self) -> None:
        await self._advance_agreement(self._host("coordinator"), "start", {"started_on": str(self.told.today)})

    async def complete(self) -> None:
        completed = {"completed_on": str(self.told.today)}
        await self._advance_agreement(self._host("coordinator"), "completion", completed)

    async def complement(self) -> None:
        learnt = [
            pair["host_outcome_id"] for unit in self.units_agreed() for pair in self.unit_abroad(unit)["outcomes"]
        ]
        account = {
            "programme": "Rollout and support of workstations in the host's own departments.",
            "tasks": ["Prepared and rolled out workstation images", "Traced recurrent faults and kept the log"],
            "host_outcome_ids": learnt,
            "evaluations": [
                {"method": "work_simulation", "criteria": "The unit's checklist.", "host_outcome_ids": learnt}
            ],
            "hours": 40,
        }
        coordinator = self._host("coordinator")
        before = await self._client.get(coordinator, self._agreement_path)
        path = f"{self._agreement_path}/complement"
        complement = await self._client.put(coordinator, path, account, to=before)
        for actor in (self.told.learner(), self._host("signatory")):
            complement = await self._client.post(actor, f"{path}/signatures", _seen(complement), to=complement)

    def _assessment(self, comparability: str) -> dict[str, Any]:
        """What was agreed on how the host's unit is assessed."""
        unit = self.unit_abroad(comparability)
        return {
            "host_unit_id": unit["host_unit_id"],
            "host_outcome_ids": [pair["host_outcome_id"] for pair in unit["outcomes"]],
            "method": "work_simulation",
            "criteria": "The unit's checklist.",
        }

    async def _advance_agreement(self, actor: Actor, act: str, body: Mapping[str, Any]) -> None:
        path = f"{self._agreement_path}/{act}"
        self.told.agreement = await self._client.post(actor, path, body, to=known(self.told.agreement))

    @property
    def _agreement_path(self) -> str:
        return f"/v1/learning-agreements/{known(self.told.agreement)['learning_agreement_id']}"

    def units_agreed(self) -> list[str]:
        """The comparabilities of the units that the agreement is about, as it was last read."""
        agreed = {unit["unit_id"] for unit in known(self.told.agreement)["units"]}
        return [unit for unit in self._route.units if self.told.comparabilities[unit]["home_unit_id"] in agreed]

    def _home(self, role: str) -> Actor:
        return self.told.staff(self._route.home, role)

    def _host(self, role: str) -> Actor:
        return self.told.staff(self._route.host, role)

    def unit_abroad(self, comparability: str) -> dict[str, Any]:
        declared = self.told.comparabilities[comparability]
        return {
            "unit_id": declared["home_unit_id"],
            "host_unit_id": declared["host_unit_id"],
            "comparability_id": declared["comparability_id"],
            "comparability_version": declared["version"],
            "outcomes": declared["outcomes"],
            "automatic": True,
        }


def _seen(content: Resource) -> dict[str, Any]:
    """What a signature is bound to."""
    return {name: content[name] for name in ("content_version", "content_hash")}
