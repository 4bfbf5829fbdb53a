"""The main job as a story: two schools, one learner, and credit that appears at home by itself.

Each step is a thing that somebody does through the API.
"""

import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Self
from uuid import UUID

from pydantic import BaseModel, Field

from deploy.local.demo.client import Actor, Client, Resource, until
from deploy.local.demo.world import COMPARABILITIES, INSTITUTIONS, KINDS, POLICIES, QUALIFICATIONS
from shared import clock, ids

YES = {"confirmed": True, "text": {"en": "As annexed."}}
CONFIRMATIONS = dict.fromkeys(("status", "procedures", "conditions", "comparability", "other_actors"), YES)
UNITS_ABROAD = ("U3", "U2")
"""U3 corresponds in full and is recognised by itself; U2 in part, so that a person is asked."""


@dataclass(frozen=True)
class Step:
    name: str
    title: str
    play: Callable[[], Awaitable[None]]


class Told(BaseModel):
    """What the story has led to so far; whoever keeps it can go on from there another day."""

    today: date = Field(default_factory=lambda: clock.now().date())
    """When the story plays; part of what was said."""
    key: str = Field(default_factory=lambda: str(ids.new_id()))
    """What the idempotency keys are made of."""
    learner_number: int = 1
    steps: list[str] = []
    institutions: dict[str, UUID] = {}
    qualifications: dict[str, Resource] = {}
    comparabilities: dict[str, Resource] = {}
    subscription: Resource | None = None
    memorandum: Resource | None = None
    learner_id: UUID | None = None
    agreement: Resource | None = None
    assessments: dict[str, Resource] = {}

    def of_another_learner(self) -> Self:
        """The same world and memorandum, and nothing yet about the next learner."""
        steps = self.steps[: self.steps.index("draft agreement")]
        return self.model_copy(update={"learner_number": self.learner_number + 1, "steps": steps, "assessments": {}})


class Story:
    """Goes on from what was told; told again from anywhere it gets the same answers and changes nothing."""

    def __init__(self, client: Client, webhook_url: str, told: Told) -> None:
        self._client, self._webhook_url, self.told = client, webhook_url, told
        self.confirmed_at = 0.0

    def steps_left(self) -> list[Step]:
        """What has not been told yet; each step notes itself when it has been played."""
        return [step for step in self.steps() if step.name not in self.told.steps]

    def steps(self) -> list[Step]:
        return [
            Step(
                "register",
                "Competent bodies register the institutions and publish their countries' policies",
                self.register,
            ),
            Step(
                "publish qualifications",
                "Schools publish qualifications with units and learning outcomes",
                self.publish_qualifications,
            ),
            Step(
                "declare comparabilities",
                "Malta declares which units abroad are comparable to its own",
                self.declare_comparabilities,
            ),
            self._step("subscribe", "Malta's awarding council subscribes to recognition events", self.subscribe),
            self._step(
                "sign memorandum", "Malta proposes a memorandum, Malta and Italy approve it", self.sign_memorandum
            ),
            Step(
                "draft agreement", "Malta registers a learner and drafts the learning agreement", self.draft_agreement
            ),
            self._step("sign agreement", "The learner signs, then Malta, then Italy: agreed", self.sign_agreement),
            self._step("start mobility", "The learner arrives in Italy", self.start_mobility),
            self._step("assess", "Italy's assessor plans and records the assessments", self.assess),
            self._step(
                "confirm", "The stay ends; Italy's examiner confirms, which issues the transcript", self.confirm
            ),
        ]

    def _step(self, name: str, title: str, play: Callable[[], Awaitable[None]]) -> Step:
        async def play_and_note() -> None:
            await play()
            self.told.steps.append(name)

        return Step(name, title, play_and_note)

    def body(self, country: str) -> Actor:
        """The competent body of a country."""
        return Actor(f"competent-body-{country.lower()}", ("competent_body",), countries=(country,))

    def staff(self, key: str, role: str) -> Actor:
        """Somebody at an institution."""
        return Actor(f"{role}-{key}", (role,), org=self.told.institutions[key])

    def council(self) -> Actor:
        """Malta's awarding council, as a subscriber."""
        return Actor("council-mt", ("competent_body",), org=self.told.institutions["mt-council"], countries=("MT",))

    def learner(self) -> Actor:
        return Actor("learner", ("learner",), learner_id=self.told.learner_id)

    async def register(self) -> None:
        for key, institution in INSTITUTIONS.items():
            registered = await self._client.post(self.body(institution["country"]), "/v1/institutions", institution)
            self.told.institutions[key] = UUID(registered["institution_id"])
        for policy in POLICIES.values():
            body = self.body(policy["country"])
            draft = await self._client.post(body, "/v1/country-policies", policy)
            await self._client.post(body, f"/v1/country-policies/{draft['country_policy_id']}/publication", to=draft)

    async def publish_qualifications(self) -> None:
        for key, (awarding_body, qualification) in QUALIFICATIONS.items():
            owner = self.staff(qualification["country"].lower(), "coordinator")
            content = qualification | {"awarding_body_id": str(self.told.institutions[awarding_body])}
            draft = await self._client.post(owner, "/v1/qualifications", content)
            path = f"/v1/qualifications/{draft['qualification_id']}/publication"
            self.told.qualifications[key] = await self._client.post(owner, path, to=draft)

    async def declare_comparabilities(self) -> None:
        for key, (extent, host, host_code, home, home_code, kinds) in COMPARABILITIES.items():
            host_unit, home_unit = self._unit(host, host_code), self._unit(home, home_code)
            statement = {
                "home_qualification_id": self.told.qualifications[home]["qualification_id"],
                "home_unit_id": home_unit["unit_id"],
                "host_qualification_id": self.told.qualifications[host]["qualification_id"],
                "host_unit_id": host_unit["unit_id"],
                "extent": extent,
                "outcomes": [
                    {
                        "host_outcome_id": _outcome(host_unit, kind)["outcome_id"],
                        "home_outcome_id": _outcome(home_unit, kind)["outcome_id"],
                    }
                    for kind in kinds
                ],
                "valid_from": "2024-01-01",
            }
            declared = await self._client.post(self.staff(home, "coordinator"), "/v1/comparabilities", statement)
            self.told.comparabilities[key] = declared

    async def subscribe(self) -> None:
        wanted = {"url": self._webhook_url, "event_types": [], "scope": {"countries": ["MT"]}}
        self.told.subscription = await self._client.post(self.council(), "/v1/subscriptions", wanted)

    async def sign_memorandum(self) -> None:
        qualification = self.told.qualifications["mt"]
        units = [unit["unit_id"] for unit in qualification["units"]]
        home, host = (str(self.told.institutions[key]) for key in ("mt", "it"))
        terms = {
            "code": "MT-IT-ICT",
            "parties": [
                {"institution_id": home, "functions": ["validates", "recognises"]},
                {"institution_id": host, "functions": ["provides_training", "assesses"]},
            ],
            "qualifications": [
                {
                    "qualification_id": qualification["qualification_id"],
                    "qualification_version": qualification["version"],
                    "unit_ids": units,
                }
            ],
            "automatic_recognition": [
                {"institution_id": home, "unit_id": unit_id, "policy": "on"} for unit_id in units
            ],
            "two_person_rule": True,
            "confirmations": CONFIRMATIONS,
            "valid_from": str(self.told.today),
            "valid_until": str(self.told.today + timedelta(days=3 * 365)),
        }
        memorandum = await self._client.post(self.staff("mt", "coordinator"), "/v1/memoranda", terms)
        path = f"/v1/memoranda/{memorandum['memorandum_id']}"
        memorandum = await self._client.post(self.staff("mt", "coordinator"), f"{path}/proposals", to=memorandum)
        for party in ("mt", "it"):
            approval = {name: memorandum[name] for name in ("content_version", "content_hash")}
            memorandum = await self._client.post(
                self.staff(party, "signatory"), f"{path}/approvals", approval, to=memorandum
            )
        self.told.memorandum = memorandum

    async def draft_agreement(self) -> None:
        person = {
            "given_name": "Demo",
            "family_name": f"Learner {self.told.learner_number}",
            "birth_date": "2008-04-01",
        }
        learner = await self._client.post(self.staff("mt", "coordinator"), "/v1/learners", person)
        self.told.learner_id = UUID(learner["learner_id"])
        memorandum, qualification = _told(self.told.memorandum), self.told.qualifications["mt"]
        terms = {
            "learner_id": learner["learner_id"],
            "host_id": str(self.told.institutions["it"]),
            "memorandum_id": memorandum["memorandum_id"],
            "memorandum_version": memorandum["content_version"],
            "qualification_id": qualification["qualification_id"],
            "qualification_version": qualification["version"],
            "units": [self._unit_abroad(f"it {code}") for code in UNITS_ABROAD],
            "transcript_policy": "on_completion",
            "starts_on": str(self.told.today),
            "ends_on": str(self.told.today + timedelta(days=30)),
        }
        self.told.agreement = await self._client.post(self.staff("mt", "coordinator"), "/v1/learning-agreements", terms)

    async def sign_agreement(self) -> None:
        signers = {
            "signatures": (self.learner(), self.staff("mt", "signatory")),
            "approval": (self.staff("it", "signatory"),),
        }
        for act, actors in signers.items():
            for actor in actors:
                agreement = _told(self.told.agreement)
                seen = {name: agreement[name] for name in ("content_version", "content_hash")}
                await self._advance_agreement(actor, act, seen)

    async def start_mobility(self) -> None:
        await self._advance_agreement(self.staff("it", "coordinator"), "start", {"started_on": str(self.told.today)})

    async def assess(self) -> None:
        for code in UNITS_ABROAD:
            assessor = self.staff("it", "assessor")
            outcomes = [pair["host_outcome_id"] for pair in self._unit_abroad(f"it {code}")["outcomes"]]
            unit_id = self._unit("it", code)["unit_id"]
            plan = {
                "learning_agreement_id": _told(self.told.agreement)["learning_agreement_id"],
                "method": "work_simulation",
                "outcomes": [{"outcome_id": outcome, "unit_id": unit_id, "weight": "1"} for outcome in outcomes],
            }
            result = {
                "assessed_on": str(self.told.today),
                "procedure": "followed",
                "results": [{"outcome_id": outcome, "result": "achieved"} for outcome in outcomes],
            }
            planned = await self._client.post(assessor, "/v1/assessments", plan)
            path = f"/v1/assessments/{planned['assessment_id']}/result"
            self.told.assessments[code] = await self._client.post(assessor, path, result, to=planned)

    async def confirm(self) -> None:
        completed = {"completed_on": str(self.told.today)}
        await self._advance_agreement(self.staff("it", "coordinator"), "completion", completed)
        for code, recorded in self.told.assessments.items():
            path = f"/v1/assessments/{recorded['assessment_id']}/confirmation"
            self.confirmed_at = time.time()
            self.told.assessments[code] = await self._client.post(self.staff("it", "examiner"), path, to=recorded)

    async def record(self) -> Resource:
        """The home record, once both units have an outcome."""
        path = f"/v1/records/{self.told.learner_id}"

        async def complete() -> Resource | None:
            record = await self._client.find(self.staff("mt", "recogniser"), path)
            done = record is not None and len(record["credits"]) + len(record["reviews"]) == len(UNITS_ABROAD)
            return record if done else None

        return await until(complete)

    async def decisions(self) -> list[Resource]:
        """The decisions on the learner, each with its explanation."""
        recogniser = self.staff("mt", "recogniser")
        found = await self._client.get(recogniser, f"/v1/decisions?learner_id={self.told.learner_id}")
        return [
            await self._client.get(recogniser, f"/v1/decisions/{decision['decision_id']}")
            for decision in found["items"]
        ]

    async def _advance_agreement(self, actor: Actor, act: str, body: Mapping[str, Any]) -> None:
        agreement = _told(self.told.agreement)
        path = f"/v1/learning-agreements/{agreement['learning_agreement_id']}/{act}"
        self.told.agreement = await self._client.post(actor, path, body, to=agreement)

    def _unit(self, qualification: str, code: str) -> dict[str, Any]:
        units: list[dict[str, Any]] = self.told.qualifications[qualification]["units"]
        return next(unit for unit in units if unit["code"] == code)

    def _unit_abroad(self, comparability: str) -> dict[str, Any]:
        declared = self.told.comparabilities[comparability]
        return {
            "unit_id": declared["home_unit_id"],
            "host_unit_id": declared["host_unit_id"],
            "comparability_id": declared["comparability_id"],
            "comparability_version": declared["version"],
            "outcomes": declared["outcomes"],
            "automatic": True,
        }


def _outcome(unit: Mapping[str, Any], kind: str) -> dict[str, Any]:
    return next(outcome for outcome in unit["outcomes"] if outcome["kind"] == KINDS[kind])


def _told(resource: Resource | None) -> Resource:
    if resource is None:
        raise LookupError("this part of the story has not been told yet")
    return resource
