from dataclasses import replace
from typing import Any

import pytest

from tests.integration.catalogue.conftest import World, answered
from tests.support.builders.catalogue import ITALY, MALTA, MALTA_ICT

pytestmark = [pytest.mark.integration, pytest.mark.asyncio]

FOUR = MALTA_ICT.units[:4]
HOURS = (250, 375, 500, 375)
IMPORTANCE, COMPLEXITY = (2, 3, 4, 3), (1, 3, 4, 2)


async def a_draft(world: World) -> dict[str, Any]:
    """The units of domain.md 4.12, which have no points yet."""
    units = [replace(unit, points=None, notional_hours=hours) for unit, hours in zip(FOUR, HOURS, strict=True)]
    return await world.draft(replace(MALTA_ICT, units=tuple(units), points=None))


def points(proposal: dict[str, Any]) -> list[str]:
    return [unit["points"] for unit in proposal["units"]]


async def test_points_are_offered_by_hours_or_by_weight_and_nothing_changes(world: World):
    draft = await a_draft(world)
    path, malta = f"/v1/qualifications/{draft['qualification_id']}", world.coordinator(MALTA)
    by_hours = answered(await malta.post(f"{path}/points-proposal", {"years": "1"}))
    assert by_hours["points"] == "60.0"
    assert points(by_hours) == ["10.0", "15.0", "20.0", "15.0"]
    weights = [
        {"unit_id": unit["unit_id"], "importance": importance, "complexity": complexity}
        for unit, importance, complexity in zip(draft["units"], IMPORTANCE, COMPLEXITY, strict=True)
    ]
    by_weight = answered(await malta.post(f"{path}/points-proposal", {"points": "60", "weights": weights}))
    assert points(by_weight) == ["9.0", "16.0", "21.0", "14.0"]
    assert [unit["share"] for unit in by_weight["units"]] == ["0.1500", "0.2625", "0.3500", "0.2375"]
    in_tenths = {"points": "60", "weights": weights, "step": "0.1"}
    assert points(answered(await malta.post(f"{path}/points-proposal", in_tenths)))[1] in {"15.7", "15.8"}
    assert answered(await malta.get(path)) == draft


async def test_they_are_offered_to_who_designs_it_alone(world: World):
    path = f"/v1/qualifications/{(await a_draft(world))['qualification_id']}/points-proposal"
    assert (await world.coordinator(ITALY).post(path, {})).status_code == 404
    published = await world.publish()
    path = f"/v1/qualifications/{published['qualification_id']}/points-proposal"
    assert (await world.coordinator(ITALY).post(path, {})).status_code == 403
    assert points(answered(await world.coordinator(MALTA).post(path, {}))) == ["30.0", "25.0", "30.0", "25.0", "10.0"]


@pytest.mark.parametrize(
    ("pointer", "body"),
    [
        ("/points", {}),
        ("/step", {"points": "7.5"}),
        ("/step", {"points": "7.5", "step": "2"}),
        ("/weights", {"points": "60", "weights": []}),
        ("/alphas", {"points": "60", "weights": [], "alphas": {"effort": "0.4"}}),
        ("/years", {"points": "60", "years": "1"}),
    ],
)
async def test_what_is_wrong_is_pointed_at(world: World, pointer: str, body: dict[str, Any]):
    path = f"/v1/qualifications/{(await a_draft(world))['qualification_id']}/points-proposal"
    refused = await world.coordinator(MALTA).post(path, body)
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["pointer"] == pointer
