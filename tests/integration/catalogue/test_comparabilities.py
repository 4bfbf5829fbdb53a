import asyncio
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import pytest
import pytest_asyncio
import sqlalchemy as sa
from pydantic_core import to_jsonable_python
from sqlalchemy.exc import IntegrityError

from services.catalogue.tables import COMPARABILITIES
from shared.clock import now
from shared.contracts.catalogue import ComparabilityDeclared, ComparabilityWithdrawn, Extent
from shared.db import SYSTEM
from shared.service import Running
from tests.integration.catalogue.conftest import World, answered, request_of
from tests.support.builders.catalogue import ITALY, MALTA, MALTA_COUNCIL, comparability
from tests.support.builders.catalogue_bodies import answered_qualification, comparability_body
from tests.support.running import ApiCaller, said_about

pytestmark = [pytest.mark.integration, pytest.mark.asyncio]

PATH = "/v1/comparabilities"
TURNED = [(*sides, what) for sides in (("home", "host"), ("host", "home")) for what in ("qualification", "unit")]


@pytest_asyncio.fixture(loop_scope="session")
async def statement(world: World) -> ComparabilityDeclared:
    """That U1 of a qualification published in Italy is worth U1 of one published in Malta."""
    home = answered_qualification(await world.publish())
    host = answered_qualification(await world.publish_italian())
    return comparability(home, "U1", host, "U1", Extent.FULL)


@pytest_asyncio.fixture(loop_scope="session")
async def council_s_statement(world: World) -> ComparabilityDeclared:
    """The same, where the home qualification is awarded by the council."""
    draft = await world.draft_for_council()
    await world.consent(draft, draft["awarding_body_id"])
    path = f"/v1/qualifications/{draft['qualification_id']}/publication"
    home = answered_qualification(answered(await world.coordinator(MALTA).post(path, version=2)))
    host = answered_qualification(await world.publish_italian())
    return comparability(home, "U1", host, "U1", Extent.FULL)


async def declare(world: World, statement: ComparabilityDeclared) -> dict[str, Any]:
    return answered(await world.coordinator(MALTA).post(PATH, comparability_body(statement)), 201)


async def test_what_is_declared_is_said_and_readable_by_everybody(
    world: World, catalogue: Running, statement: ComparabilityDeclared
):
    body = comparability_body(statement)
    response = await world.coordinator(MALTA).post(PATH, body)
    declared = answered(response, 201)
    assert {name: declared[name] for name in body} == body
    read = await ApiCaller(world.http, uuid4(), ("examiner",)).get(response.headers["location"])
    assert (answered(read), read.headers["etag"]) == (declared, '"1"')
    (fact,) = await said_about(catalogue, declared["comparability_id"])
    assert isinstance(fact, ComparabilityDeclared)
    assert fact.declared_by == world.ids[MALTA.institution_id]
    assert comparability_body(fact) == body


async def test_who_awards_the_home_qualification_may_declare_too_and_nobody_else(
    world: World, council_s_statement: ComparabilityDeclared
):
    body = comparability_body(council_s_statement)
    answered(await world.coordinator(MALTA_COUNCIL).post(PATH, body | {"valid_until": "2026-12-31"}), 201)
    signatory = ApiCaller(world.http, world.ids[MALTA.institution_id], ("signatory",))
    answered(await signatory.post(PATH, body | {"valid_from": "2027-01-01"}), 201)
    host = await world.coordinator(ITALY).post(PATH, body)
    assert (host.status_code, host.json()["type"].rpartition("/")[2]) == (403, "not-competent")
    assert (await ApiCaller(world.http, None, ("coordinator",)).post(PATH, body)).status_code == 403


async def test_a_draft_is_nothing_to_compare_with(world: World, statement: ComparabilityDeclared):
    draft = await world.draft()
    for side in ("home", "host"):
        body = comparability_body(statement) | {f"{side}_qualification_id": draft["qualification_id"]}
        refused = await world.coordinator(MALTA).post(PATH, body)
        assert refused.status_code == 422
        assert refused.json()["errors"][0]["pointer"] == f"/{side}_qualification_id"


async def test_a_full_comparability_leaves_no_required_outcome_out(world: World, statement: ComparabilityDeclared):
    less = replace(statement, outcomes=statement.outcomes[1:])
    refused = await world.coordinator(MALTA).post(PATH, comparability_body(less))
    assert refused.status_code == 422
    assert refused.json()["errors"][0] == {
        "pointer": "/outcomes",
        "code": "required_outcome_missing",
        "detail": "Nothing stands for U1.K, so not full.",
    }
    await declare(world, replace(less, extent=Extent.PARTIAL))


async def test_who_declared_it_withdraws_it_once(world: World, catalogue: Running, statement: ComparabilityDeclared):
    declared = await declare(world, statement)
    path = f"{PATH}/{declared['comparability_id']}/withdrawal"
    assert (await world.coordinator(MALTA).post(path, version=2)).status_code == 412
    assert (await world.coordinator(MALTA_COUNCIL).post(path, version=1)).status_code == 403
    withdrawn = await world.coordinator(MALTA).post(path, version=1)
    today = now().date()
    assert answered(withdrawn) == declared | {"state": "withdrawn", "version": 2, "withdrawn_on": str(today)}
    again = await world.coordinator(MALTA).post(path, version=2)
    assert (again.status_code, again.json()["state"]) == (409, "withdrawn")
    _, fact = await said_about(catalogue, declared["comparability_id"])
    assert isinstance(fact, ComparabilityWithdrawn)
    assert (fact.version, fact.withdrawn_on) == (2, today)


async def test_a_next_version_does_not_make_what_its_own_side_declared_untrue_without_a_word(
    world: World, statement: ComparabilityDeclared
):
    declared = await declare(world, statement)
    path, malta = f"/v1/qualifications/{statement.home_qualification_id}", world.coordinator(MALTA)
    draft = answered(await malta.post(f"{path}/versions", version=2), 201)
    others = [unit for unit in draft["units"] if unit["unit_id"] != declared["home_unit_id"]]
    answered(await malta.put(path, request_of(draft, units=others, points=None), version=3))
    refused = await malta.post(f"{path}/publication", version=4)
    (wrong,) = refused.json()["errors"]
    assert (refused.status_code, wrong["code"]) == (422, "declared_comparable")
    assert declared["comparability_id"] in wrong["detail"]
    answered(await malta.post(f"{PATH}/{declared['comparability_id']}/withdrawal", version=1))
    answered(await malta.post(f"{path}/publication", version=4))


async def test_no_stranger_keeps_a_version_back_and_who_compared_with_it_is_warned(
    world: World, statement: ComparabilityDeclared
):
    declared = await declare(world, statement)
    path, italy = f"/v1/qualifications/{statement.host_qualification_id}", world.coordinator(ITALY)
    draft = answered(await italy.post(f"{path}/versions", version=2), 201)
    others = [unit for unit in draft["units"] if unit["unit_id"] != declared["host_unit_id"]]
    answered(await italy.put(path, request_of(draft, units=others), version=3))
    answered(await italy.post(f"{path}/publication", version=4))
    warned = answered(await world.coordinator(MALTA).get(f"{PATH}/{declared['comparability_id']}"))
    assert (declared["warnings"], warned) == ([], declared | {"warnings": ["LO_MISSING"]})
    listed = answered(await world.coordinator(MALTA).get(PATH, home_unit_id=declared["home_unit_id"]))
    assert listed["items"] == [warned]


async def test_the_database_alone_keeps_what_was_declared(
    world: World, catalogue: Running, statement: ComparabilityDeclared
):
    declared = await declare(world, statement)
    this = sa.update(COMPARABILITIES).where(COMPARABILITIES.c.comparability_id == UUID(declared["comparability_id"]))
    async with catalogue.database.transaction(str(world.ids[ITALY.institution_id])) as tx:
        assert (await tx.execute(this.values(version=9))).rowcount == 0
    async with catalogue.database.transaction(SYSTEM) as tx:
        with pytest.raises(IntegrityError, match="may change"):
            await tx.execute(this.values(extent="partial"))
    path = f"{PATH}/{declared['comparability_id']}/withdrawal"
    answered(await world.coordinator(MALTA).post(path, version=1))
    async with catalogue.database.transaction(SYSTEM) as tx:
        assert (await tx.execute(this.values(state="declared"))).rowcount == 0


async def test_two_declarations_never_hold_of_two_units_at_once(
    world: World, council_s_statement: ComparabilityDeclared
):
    body = comparability_body(council_s_statement)
    both = await asyncio.gather(*(world.coordinator(one).post(PATH, body) for one in (MALTA, MALTA_COUNCIL)))
    declared, refused = sorted(both, key=lambda response: response.status_code)
    assert (declared.status_code, refused.status_code) == (201, 409)
    comparability_id = declared.json()["comparability_id"]
    assert refused.json()["comparability_id"] == comparability_id
    assert comparability_id in refused.json()["detail"]
    declarer = world.coordinator(MALTA if both[0] is declared else MALTA_COUNCIL)
    answered(await declarer.post(f"{PATH}/{comparability_id}/withdrawal", version=1))
    answered(await world.coordinator(MALTA).post(PATH, body), 201)


async def test_the_other_direction_is_another_statement(world: World, statement: ComparabilityDeclared):
    await declare(world, statement)
    turned = comparability_body(statement) | {
        **{f"{one}_{what}_id": getattr(statement, f"{other}_{what}_id") for one, other, what in TURNED},
        "outcomes": [
            {"home_outcome_id": str(pair.host_outcome_id), "host_outcome_id": str(pair.home_outcome_id)}
            for pair in statement.outcomes
        ],
    }
    answered(await world.coordinator(ITALY).post(PATH, to_jsonable_python(turned)), 201)


async def test_conditions_are_said_and_levels_are_compared(
    world: World, catalogue: Running, statement: ComparabilityDeclared
):
    conditions = {"en": "With a week on the ticket system"}
    declared = await declare(world, replace(statement, conditions=conditions))
    assert (declared["home_eqf_level"], declared["host_eqf_level"], declared["warnings"]) == (4, 4, ["CONDITION_OPEN"])
    (fact,) = await said_about(catalogue, declared["comparability_id"])
    assert isinstance(fact, ComparabilityDeclared)
    assert fact.conditions == conditions


async def test_the_list_can_be_of_one_unit(world: World, statement: ComparabilityDeclared):
    declared = await declare(world, statement)
    for unit in ("home_unit_id", "host_unit_id"):
        assert answered(await world.coordinator(ITALY).get(PATH, **{unit: declared[unit]}))["items"] == [declared]
        assert answered(await world.coordinator(ITALY).get(PATH, **{unit: str(uuid4())}))["items"] == []


async def test_an_unknown_comparability_is_not_found(world: World):
    assert (await world.coordinator(MALTA).get(f"{PATH}/{uuid4()}")).status_code == 404
