"""A French-style qualification: weighted by coefficients, without points, with an optional mobility unit."""

from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest

from shared.contracts.catalogue import AccumulationRules, QualificationPublished
from shared.service import Running
from tests.integration.catalogue.conftest import World, answered
from tests.support.builders.catalogue import AWARDING_BODY, MALTA, VET_SCHOOL, institution
from tests.support.builders.catalogue_bodies import institution_body
from tests.support.running import ApiCaller, said_about

pytestmark = [pytest.mark.integration, pytest.mark.asyncio]

COEFFICIENTS = ("3", "2", "4", "3", "1")
"""Of sample-data.md Q3, whose worked mean is 11.15 (domain.md 4.4)."""
LAW = "Code de l'éducation (demo)"
LYCEE = institution("fr", "Lycée Pro des Deux Rives", "E99900002", *VET_SCHOOL, law=LAW)
ACADEMY = institution("fr-academy", "Académie (demo)", "E99900006", *AWARDING_BODY, law=LAW)


def a_unit(code: str, **members: Any) -> dict[str, Any]:
    outcome = {"code": f"{code}.S", "kind": "skill", "statement": {"fr": "Diagnostique une panne"}}
    valid = {"eqf_level": 4, "valid_from": "2026-01-01"}
    return {"code": code, "title": {"fr": f"Épreuve {code}"}, "outcomes": [outcome], **valid, **members}


async def bac_pro(world: World) -> tuple[ApiCaller, dict[str, Any]]:
    """Who drafts it, and its body: a bonus above 10.5, and a first unit that eliminates below 5."""
    france, ids = world.body_of("FR"), []
    for fact in (LYCEE, ACADEMY):
        body = institution_body(fact) | {"name": f"{fact.name} {uuid4()}"}
        ids.append(answered(await france.post("/v1/institutions", body), 201)["institution_id"])
    lycee, academy = ids
    graded = [a_unit(f"E{at}", coefficient=coefficient) for at, coefficient in enumerate(COEFFICIENTS, start=1)]
    graded[0] |= {"eliminatory_mark": "5", "credit_validity_years": 5}
    body = {
        "awarding_body_id": academy,
        "country": "FR",
        "title": {"fr": "Bac pro (demo)"},
        "kind": "Baccalauréat professionnel",
        "eqf_level": 4,
        "nqf_level": "4",
        "isced_f": "0612",
        "accumulation": {"pass_mark": "10", "pass_mark_inclusive": True, "bonus_mark": "10.5"},
        "valid_from": "2026-01-01",
        "units": [*graded, a_unit("MOB", compulsory=False, bonus=True)],
    }
    return ApiCaller(world.http, lycee, ("coordinator",)), body


async def test_five_graded_units_with_coefficients_and_a_mobility_unit_are_published(world: World, catalogue: Running):
    coordinator, body = await bac_pro(world)
    drafted = answered(await coordinator.post("/v1/qualifications", body), 201)
    path = f"/v1/qualifications/{drafted['qualification_id']}/publication"
    consented = await world.consent(drafted, drafted["awarding_body_id"])
    published = answered(await coordinator.post(path, version=consented["version"]))
    weights = [unit["coefficient"] for unit in published["units"]]
    assert weights == ["3.00", "2.00", "4.00", "3.00", "1.00", None]
    assert [unit["points"] for unit in published["units"]] == [None] * 6
    assert (published["state"], published["points"]) == ("published", None)
    rules = {"pass_mark": "10.00", "pass_mark_inclusive": True, "bonus_mark": "10.50"}
    assert published["accumulation"] == rules | {"second_result": None, "partial_points": None}
    first, *_, mobility = published["units"]
    assert (first["eliminatory_mark"], first["credit_validity_years"], mobility["bonus"]) == ("5.00", 5, True)
    assert answered(await coordinator.get(f"/v1/qualifications/{drafted['qualification_id']}")) == published
    [said] = await said_about(catalogue, drafted["qualification_id"])
    assert isinstance(said, QualificationPublished)
    assert said.accumulation == AccumulationRules(
        pass_mark=Decimal(10), pass_mark_inclusive=True, bonus_mark=Decimal("10.5")
    )
    assert (said.units[0].eliminatory_mark, said.units[5].bonus) == (Decimal(5), True)


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"pass_mark": "-1"}, "/accumulation/pass_mark"),
        ({"pass_mark": 10}, "/accumulation/pass_mark"),
        ({"partial_points": "half"}, "/accumulation/partial_points"),
        ({"pass_grade": "10"}, "/accumulation/pass_grade"),
    ],
)
async def test_rules_that_make_no_sense_are_not_drafted(world: World, changes: dict[str, Any], pointer: str):
    body = world.body() | {"accumulation": changes}
    refused = await world.coordinator(MALTA).post("/v1/qualifications", body)
    assert refused.status_code == 422
    assert [error["pointer"] for error in refused.json()["errors"]] == [pointer]
