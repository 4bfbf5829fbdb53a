"""Every state, every command, everybody: who is let through, against a table written out by hand."""

from typing import Any
from uuid import uuid4

import pytest

from tests.support.builders.agreements import planned_item
from tests.support.running import ApiCaller
from tests.support.stays import U3, Stay, Stays

pytestmark = [pytest.mark.integration, pytest.mark.asyncio]

BECAUSE = {"reason": "Because."}
# Who may, of: the host's assessor, examiner, coordinator; who assesses in its place; home; the learner; a stranger.
WHO = ("assessor", "examiner", "coordinator", "delegate", "home", "learner", "stranger")
MAY: dict[str, tuple[bool, ...]] = {
    "conduct": (True, False, False, True, False, False, False),
    "absence": (True, False, False, True, False, False, False),
    "result": (True, False, False, True, False, False, False),
    "moderation": (False, True, False, False, False, False, False),
    "confirmation": (False, True, False, False, False, False, False),
    "contest": (False, False, False, False, False, True, False),
    "review": (False, True, False, False, False, False, False),
    "resit": (True, True, False, False, False, False, False),
    "annulment": (False, True, False, False, False, False, False),
}
# Possible in: planned, conducted, recorded, moderated, confirmed, contested, absent, annulled, obsolete.
STATES = ("planned", "conducted", "recorded", "moderated", "confirmed", "contested", "absent", "annulled", "obsolete")
POSSIBLE: dict[str, tuple[str, ...]] = {
    "conduct": ("planned",),
    "absence": ("planned",),
    "result": ("planned", "conducted"),
    "moderation": ("recorded",),
    "confirmation": ("recorded", "moderated"),
    "contest": ("confirmed",),
    "review": ("contested",),
    "resit": ("confirmed", "absent", "annulled"),
    "annulment": ("planned", "conducted", "recorded", "moderated", "confirmed", "contested", "absent"),
}
WAYS: dict[str, tuple[str, ...]] = {
    "planned": (),
    "conducted": ("conduct",),
    "recorded": ("result",),
    "moderated": ("result", "moderation"),
    "confirmed": ("result", "confirmation"),
    "contested": ("result", "confirmation", "contest"),
    "absent": ("absence",),
    "annulled": ("annulment",),
    "obsolete": (),
}


class Everybody:
    def __init__(self, stay: Stay) -> None:
        assert stay.agreed.assessments
        self.stay = stay
        self.callers = {
            "assessor": stay.assessor,
            "examiner": stay.examiner,
            "coordinator": stay.host("coordinator"),
            "delegate": ApiCaller(stay.http, stay.agreed.assessments[0].assessing_id, ("assessor", "examiner")),
            "home": stay.home,
            "learner": stay.learner,
            "stranger": ApiCaller(stay.http, uuid4(), ("assessor", "examiner")),
            "reviewer": stay.host("examiner", "signatory"),
        }

    def body(self, command: str) -> Any:
        result = self.stay.result_body()
        result["results"][0]["result"] = "not_achieved"
        held = {"held_on": str(self.stay.agreed.starts_on)}
        return {
            **dict.fromkeys(("conduct", "absence"), held),
            **dict.fromkeys(("contest", "annulment"), BECAUSE),
            "moderation": {},
            "resit": {},
            "result": result,
            "review": {"grounds": "Fair."},
            "confirmation": None,
        }[command]

    async def ask(self, who: str, path: str, command: str, version: int) -> Any:
        return await self.callers[who].post(f"{path}/{command}", self.body(command), version=version)

    async def bring(self, path: str, state: str) -> int:
        """To this state; its version then."""
        version = 1
        for version, command in enumerate(WAYS[state], start=2):
            who = "learner" if command == "contest" else "assessor" if MAY[command][0] else "examiner"
            done = await self.ask(who, path, command, version - 1)
            assert done.status_code == 200, done.text
        return version


async def in_state(stays: Stays, state: str) -> tuple[Everybody, str, int]:
    stay = await stays.begin(assessments=(planned_item(U3, assessing_id=uuid4()),))
    everybody = Everybody(stay)
    [given] = await stay.by_plan()
    path = f"/v1/assessments/{given['assessment_id']}"
    if state != "obsolete":
        return everybody, path, await everybody.bring(path, state)
    await stay.drop_plan()
    return everybody, path, 2


@pytest.mark.parametrize("state", STATES)
async def test_who_may_not_is_told_so_in_every_state_and_who_may_what_is_possible(stays: Stays, state: str):
    everybody, path, version = await in_state(stays, state)
    assert (await everybody.stay.home.get(path)).json()["state"] == state
    for command, may in MAY.items():
        for who, allowed in zip(WHO, may, strict=True):
            if allowed and state in POSSIBLE[command]:
                continue
            answer = await everybody.ask(who, path, command, version)
            expected = 409 if allowed else 404 if who == "stranger" else 403
            assert answer.status_code == expected, (who, command, answer.text)
    assert (await everybody.stay.home.get(path)).json()["version"] == version


@pytest.mark.parametrize(
    ("command", "state", "who"),
    [
        (command, state, who)
        for command, states in POSSIBLE.items()
        for state in states
        for who, allowed in zip(WHO, MAY[command], strict=True)
        if allowed
    ],
)
async def test_who_may_does_what_is_possible(stays: Stays, command: str, state: str, who: str):
    everybody, path, version = await in_state(stays, state)
    caller = "reviewer" if command == "review" else who
    answer = await everybody.ask(caller, path, command, version)
    assert answer.status_code == (201 if command == "resit" else 200), answer.text
    assert (await everybody.stay.home.get(path)).json()["version"] == version + 1
