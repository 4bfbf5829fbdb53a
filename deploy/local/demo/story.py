"""The main job as a story: two schools, one learner, and credit that appears at home by itself.

Each step is a thing that somebody does through the API.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from deploy.local.demo.assessing import Assessing
from deploy.local.demo.client import Client, Resource, until
from deploy.local.demo.mobility import Mobility
from deploy.local.demo.partners import Partners
from deploy.local.demo.route import MALTA_TO_ITALY
from deploy.local.demo.told import Told


@dataclass(frozen=True)
class Step:
    name: str
    title: str
    play: Callable[[], Awaitable[None]]


class Story:
    """Goes on from what was told; told again from anywhere it gets the same answers and changes nothing."""

    def __init__(self, client: Client, webhook_url: str, told: Told) -> None:
        self._client, self._webhook_url, self.told = client, webhook_url, told
        self.mobility, self.assessing = Mobility(client, told), Assessing(client, told)

    def steps_left(self) -> list[Step]:
        """What has not been told yet; each step notes itself when it has been played."""
        return [step for step in self._steps() if step.name not in self.told.steps]

    def _steps(self) -> list[Step]:
        partners = Partners(self._client, self.told)
        steps: dict[str, tuple[str, Callable[[], Awaitable[None]]]] = {
            "register": (
                "Competent bodies register the institutions and publish their countries' policies",
                partners.register,
            ),
            "publish grades": (
                "Malta, France and Germany publish how grades are distributed at their schools",
                partners.publish_grades,
            ),
            "publish qualifications": (
                "Schools publish qualifications with units and learning outcomes",
                partners.publish_qualifications,
            ),
            "declare comparabilities": (
                "Malta declares which units abroad are comparable to its own",
                partners.declare_comparabilities,
            ),
            "subscribe": (
                "Malta's awarding council subscribes to recognition events",
                lambda: partners.subscribe(self._webhook_url),
            ),
            "sign memorandum": (
                "Malta proposes a memorandum, Malta and Italy approve it",
                partners.sign_memorandum,
            ),
            "draft agreement": (
                "Malta registers a learner and drafts the learning agreement",
                self.mobility.draft,
            ),
            "sign agreement": (
                "The learner signs by a link, without an account, then Malta, then Italy: agreed",
                self.mobility.sign,
            ),
            "start mobility": ("The learner arrives in Italy", self.mobility.start),
            "assess": ("Italy's assessor records the assessments that were agreed", self.assess),
            "confirm": (
                "The stay ends; Italy's examiner confirms, which issues the transcript",
                self.confirm,
            ),
            "complement": (
                "Italy writes down what really took place; the learner and Italy sign it",
                self.mobility.complement,
            ),
        }
        return [self._noting(name, title, play) for name, (title, play) in steps.items()]

    def _noting(self, name: str, title: str, play: Callable[[], Awaitable[None]]) -> Step:
        async def play_and_note() -> None:
            await play()
            self.told.steps.append(name)

        return Step(name, title, play_and_note)

    async def assess(self) -> None:
        for unit in self.mobility.units_agreed():
            await self.assessing.record(unit)

    async def confirm(self) -> None:
        await self.mobility.complete()
        await self.assessing.confirm()

    async def record(self) -> Resource:
        """The home record, once both units have an outcome."""
        path = f"/v1/records/{self.told.learner_id}"

        async def complete() -> Resource | None:
            record = await self._client.find(self.told.staff("mt", "recogniser"), path)
            found = [*record["credits"], *record["in_progress"]] if record else []
            return record if len(found) == len(MALTA_TO_ITALY.units) else None

        return await until(complete)

    async def decisions(self) -> list[Resource]:
        """The decisions on the learner, each with its explanation."""
        recogniser = self.told.staff("mt", "recogniser")
        found = await self._client.get(recogniser, f"/v1/decisions?learner_id={self.told.learner_id}")
        return [
            await self._client.get(recogniser, f"/v1/decisions/{decision['decision_id']}")
            for decision in found["items"]
        ]
