"""What a story has led to so far, and who acts in it."""

from datetime import date
from typing import Any, Self
from uuid import UUID

from pydantic import BaseModel, Field

from deploy.local.demo.client import Actor, Resource
from shared import clock, ids


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

    def unit(self, qualification: str, code: str) -> dict[str, Any]:
        """A unit of a published qualification by its code."""
        units: list[dict[str, Any]] = self.qualifications[qualification]["units"]
        return next(unit for unit in units if unit["code"] == code)

    def code_of(self, unit_id: str) -> str:
        """A unit of Malta's as a person would say it: `U3 Deployment`."""
        units: list[dict[str, Any]] = self.qualifications["mt"]["units"]
        return next(f"{unit['code']} {unit['title']['en']}" for unit in units if unit["unit_id"] == unit_id)

    def outcome_code(self, outcome_id: str) -> str:
        """An outcome of Malta's, e.g. `U2.RA`."""
        outcomes = [one for unit in self.qualifications["mt"]["units"] for one in unit["outcomes"]]
        return next(str(one["code"]) for one in outcomes if one["outcome_id"] == outcome_id)

    def cast(self) -> list[Actor]:
        """Everybody who acted, as the demo's machine clients."""
        roles = ("coordinator", "signatory", "assessor", "examiner", "recogniser")
        schools = [self.staff(key, role) for key in ("mt", "fr", "it", "de") for role in roles]
        return [*schools, self.council(), self.learner()]

    def staff(self, key: str, role: str) -> Actor:
        """Somebody at an institution."""
        return Actor(f"{role}-{key}", (role,), org=self.institutions[key])

    def council(self) -> Actor:
        """Malta's awarding council, as a subscriber."""
        return Actor("council-mt", ("competent_body",), org=self.institutions["mt-council"], countries=("MT",))

    def learner(self) -> Actor:
        return Actor("learner", ("learner",), learner_id=self.learner_id)


def body_of(country: str) -> Actor:
    """The competent body of a country."""
    return Actor(f"competent-body-{country.lower()}", ("competent_body",), countries=(country,))


def known(resource: Resource | None) -> Resource:
    """What must have been told by now."""
    if resource is None:
        raise LookupError("this part of the story has not been told yet")
    return resource
