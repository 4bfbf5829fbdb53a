"""A learner's stay abroad, told to the assessment service, and the people who deal with it there."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import httpx2
import sqlalchemy as sa

from services.assessment.tables import METADATA
from shared import envelope
from shared.contracts.agreements import LearningAgreementAgreed
from shared.db import SYSTEM
from shared.envelope import Event
from shared.service import Running
from tests.support.builders.agreements import (
    agreed_unit,
    comparability_of,
    learning_agreement_agreed,
    learning_agreement_changed,
    learning_agreement_started,
    memorandum_activated,
)
from tests.support.running import ApiCaller, tell

OUTBOX = METADATA.tables["outbox"]
U3 = comparability_of("U3")


@dataclass(frozen=True)
class Stay:
    """A stay that the service has heard of."""

    running: Running
    http: httpx2.AsyncClient
    agreed: LearningAgreementAgreed

    @property
    def outcomes(self) -> list[UUID]:
        return [pair.host_outcome_id for unit in self.agreed.units for pair in unit.outcomes]

    def host(self, *roles: str) -> ApiCaller:
        """Each set of roles is another person."""
        return ApiCaller(self.http, self.agreed.host_id, roles)

    @property
    def assessor(self) -> ApiCaller:
        return self.host("assessor")

    @property
    def examiner(self) -> ApiCaller:
        return self.host("examiner")

    @property
    def home(self) -> ApiCaller:
        return ApiCaller(self.http, self.agreed.home_id, ("coordinator", "assessor", "examiner"))

    @property
    def learner(self) -> ApiCaller:
        return ApiCaller(self.http, None, ("learner",), learner_id=self.agreed.learner_id)

    def plan_body(self, outcomes: Sequence[UUID] | None = None, **changes: Any) -> dict[str, Any]:
        unit_id = str(self.agreed.units[0].host_unit_id)
        covered = [
            {"outcome_id": str(one), "unit_id": unit_id, "weight": "0.5"}
            for one in (self.outcomes if outcomes is None else outcomes)
        ]
        usual: dict[str, Any] = {"learning_agreement_id": str(self.agreed.learning_agreement_id), "method": "oral"}
        return usual | {"outcomes": covered} | changes

    def result_body(self, outcomes: Sequence[UUID] | None = None, **changes: Any) -> dict[str, Any]:
        results = [{"outcome_id": str(one), "result": "achieved"} for one in outcomes or self.outcomes]
        return {"assessed_on": str(self.agreed.ends_on), "procedure": "followed", "results": results} | changes

    async def planned(self, outcomes: Sequence[UUID] | None = None) -> str:
        """The path of an assessment, planned of these outcomes or of all."""
        answer = await self.assessor.post("/v1/assessments", self.plan_body(outcomes))
        assert answer.status_code == 201, answer.text
        return str(answer.headers["Location"])

    async def recorded(self, outcomes: Sequence[UUID] | None = None) -> str:
        path = await self.planned(outcomes)
        answer = await self.assessor.post(f"{path}/result", self.result_body(outcomes), version=1)
        assert answer.status_code == 200, answer.text
        return path

    async def confirmed(self, outcomes: Sequence[UUID] | None = None) -> str:
        path = await self.recorded(outcomes)
        answer = await self.examiner.post(f"{path}/confirmation", version=2)
        assert answer.status_code == 200, answer.text
        return path

    async def by_plan(self) -> list[dict[str, Any]]:
        """The assessments that there are under the agreement, in their order."""
        under = {"learning_agreement_id": str(self.agreed.learning_agreement_id)}
        return list((await self.home.get("/v1/assessments", **under)).json()["items"])

    async def drop_plan(self) -> None:
        """The agreement is changed and plans nothing any more."""
        await tell(self.running, learning_agreement_changed(self.agreed, assessments=None))

    async def confirmed_by_plan(self) -> list[str]:
        """The paths of what the agreement itself planned, all recorded and confirmed."""
        paths = []
        for one in await self.by_plan():
            path = f"/v1/assessments/{one['assessment_id']}"
            outcomes = [UUID(result["outcome_id"]) for result in one["results"]]
            recorded = await self.assessor.post(f"{path}/result", self.result_body(outcomes), version=one["version"])
            assert recorded.status_code == 200, recorded.text
            confirmed = await self.examiner.post(f"{path}/confirmation", version=one["version"] + 1)
            assert confirmed.status_code == 200, confirmed.text
            paths.append(path)
        return paths

    async def transcript(self) -> dict[str, Any]:
        """How the one transcript of the stay stands."""
        answer = await self.home.get("/v1/transcripts", learning_agreement_id=str(self.agreed.learning_agreement_id))
        [transcript] = answer.json()["items"]
        return dict(transcript)

    async def said(self) -> list[Event[Any]]:
        """What the service said about this stay, in order."""
        mine = OUTBOX.c.key == str(self.agreed.learner_id)
        async with self.running.database.transaction(SYSTEM) as tx:
            payloads = await tx.scalars(sa.select(OUTBOX.c.payload).where(mine).order_by(OUTBOX.c.id))
            return [envelope.read(payload.encode()) for payload in payloads]


@dataclass(frozen=True)
class Stays:
    """Makes stays that nothing else has to do with."""

    running: Running
    http: httpx2.AsyncClient

    async def begin(self, outcomes: int = 3, *, two_person_rule: bool | None = True, **changes: Any) -> Stay:
        """A stay that has begun, with so many outcomes agreed; `two_person_rule` None: its memorandum is unheard of."""
        memorandum = memorandum_activated(memorandum_id=uuid4(), two_person_rule=two_person_rule)
        unit = agreed_unit(U3, outcomes=U3.outcomes[:outcomes])
        usual: dict[str, Any] = {"home_id": uuid4(), "host_id": uuid4(), "units": (unit,)}
        stay = learning_agreement_agreed(memorandum, **usual | changes)
        heard = [] if two_person_rule is None else [memorandum]
        await tell(self.running, *heard, stay, learning_agreement_started(stay))
        return Stay(self.running, self.http, stay)
