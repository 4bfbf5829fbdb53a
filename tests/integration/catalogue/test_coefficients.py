"""A French-style qualification: weighted by coefficients, without points, with an optional mobility unit."""

from typing import Any
from uuid import uuid4

import pytest

from tests.integration.catalogue.conftest import World, answered
from tests.support.builders.catalogue import AWARDING_BODY, VET_SCHOOL, institution
from tests.support.builders.catalogue_bodies import institution_body
from tests.support.running import ApiCaller

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


async def test_five_graded_units_with_coefficients_and_a_mobility_unit_are_published(world: World):
    france, ids = world.body_of("FR"), []
    for fact in (LYCEE, ACADEMY):
        body = institution_body(fact) | {"name": f"{fact.name} {uuid4()}"}
        ids.append(answered(await france.post("/v1/institutions", body), 201)["institution_id"])
    lycee, academy = ids
    graded = [a_unit(f"E{at}", coefficient=coefficient) for at, coefficient in enumerate(COEFFICIENTS, start=1)]
    body = {
        "awarding_body_id": academy,
        "country": "FR",
        "title": {"fr": "Bac pro (demo)"},
        "kind": "Baccalauréat professionnel",
        "eqf_level": 4,
        "nqf_level": "4",
        "isced_f": "0612",
        "valid_from": "2026-01-01",
        "units": [*graded, a_unit("MOB", compulsory=False)],
    }
    coordinator = ApiCaller(world.http, lycee, ("coordinator",))
    drafted = answered(await coordinator.post("/v1/qualifications", body), 201)
    path = f"/v1/qualifications/{drafted['qualification_id']}/publication"
    published = answered(await coordinator.post(path, version=1))
    weights = [unit["coefficient"] for unit in published["units"]]
    assert weights == ["3.00", "2.00", "4.00", "3.00", "1.00", None]
    assert [unit["points"] for unit in published["units"]] == [None] * 6
    assert (published["state"], published["points"]) == ("published", None)
