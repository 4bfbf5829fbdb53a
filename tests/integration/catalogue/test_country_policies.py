import asyncio
from datetime import date
from typing import Any
from uuid import uuid4

import pytest

from shared.contracts.catalogue import CountryPolicyPublished
from shared.service import Running
from tests.integration.catalogue.conftest import World, answered
from tests.support.builders.catalogue import MALTA, country_policy
from tests.support.builders.catalogue_bodies import country_policy_body
from tests.support.running import said_about

pytestmark = [pytest.mark.integration, pytest.mark.asyncio]

PATH = "/v1/country-policies"


async def draft(world: World, country: str, **terms: Any) -> dict[str, Any]:
    body = country_policy_body(country_policy(country, **terms))
    return answered(await world.body_of(country).post(PATH, body), 201)


async def publish(world: World, policy: dict[str, Any], version: int = 1):
    path = f"{PATH}/{policy['country_policy_id']}/publication"
    return await world.body_of(policy["country"]).post(path, version=version)


async def test_a_published_policy_is_said_and_readable_by_everybody(world: World, catalogue: Running):
    drafted = await draft(world, "FI", max_share_abroad="0.50", minimum_age=16)
    published = await publish(world, drafted)
    assert answered(published) == drafted | {"state": "published", "version": 2}
    read = await world.coordinator(MALTA).get(f"{PATH}/{drafted['country_policy_id']}")
    assert (answered(read), read.headers["etag"]) == (published.json(), published.headers["etag"])
    (fact,) = await said_about(catalogue, drafted["country_policy_id"])
    assert isinstance(fact, CountryPolicyPublished)
    assert fact.version == 2
    assert country_policy_body(fact) == country_policy_body(
        country_policy("FI", max_share_abroad="0.50", minimum_age=16)
    )


async def test_a_draft_is_the_competent_body_s_own(world: World):
    drafted = await draft(world, "EE")
    path = f"{PATH}/{drafted['country_policy_id']}"
    assert answered(await world.body_of("EE").get(path)) == drafted
    for stranger in (world.body_of("FR"), world.coordinator(MALTA)):
        assert (await stranger.get(path)).status_code == 404
        assert answered(await stranger.get(PATH, country="EE"))["items"] == []
    assert (await world.body_of("FR").post(f"{path}/publication", version=1)).status_code == 404
    assert answered(await world.body_of("EE").get(PATH, country="EE"))["items"] == [drafted]


async def test_only_a_competent_body_of_the_country_writes_its_policy(world: World):
    body = country_policy_body(country_policy("AT"))
    assert (await world.body_of("DE").post(PATH, body)).status_code == 403
    assert (await world.coordinator(MALTA).post(PATH, body)).status_code == 403
    drafted = await draft(world, "AT")
    answered(await publish(world, drafted))
    path = f"{PATH}/{drafted['country_policy_id']}/publication"
    assert (await world.body_of("DE").post(path, version=2)).status_code == 403


async def test_a_draft_is_replaced_as_a_whole_until_it_is_published(world: World):
    drafted = await draft(world, "LT")
    path, body = f"{PATH}/{drafted['country_policy_id']}", country_policy_body(country_policy("LT", appeal_days=14))
    lithuania = world.body_of("LT")
    assert (await lithuania.put(path, body)).status_code == 428
    edited = await lithuania.put(path, body, version=1)
    assert (answered(edited), edited.headers["etag"]) == (drafted | {"appeal_days": 14, "version": 2}, '"2"')
    assert (await lithuania.put(path, body, version=1)).status_code == 412
    for stranger, status in ((world.body_of("FR"), 404), (world.coordinator(MALTA), 403)):
        assert (await stranger.put(path, body, version=2)).status_code == status
    moved = await world.body_of("LT", "LV").put(path, body | {"country": "LV"}, version=2)
    assert (moved.status_code, moved.json()["errors"][0]["pointer"]) == (422, "/country")
    answered(await publish(world, drafted, version=2))
    refused = await lithuania.put(path, body, version=3)
    assert (refused.status_code, refused.json()["state"], refused.json()["possible"]) == (409, "published", [])


async def test_of_an_edit_and_a_publication_at_the_same_moment_one_wins(world: World):
    drafted = await draft(world, "LU")
    path, body = f"{PATH}/{drafted['country_policy_id']}", country_policy_body(country_policy("LU", appeal_days=14))
    both = await asyncio.gather(world.body_of("LU").put(path, body, version=1), publish(world, drafted))
    assert sorted(answer.status_code for answer in both) == [200, 412]


async def test_what_is_published_cannot_be_published_again(world: World):
    drafted = await draft(world, "PL")
    answered(await publish(world, drafted))
    again = await publish(world, drafted, version=2)
    assert (again.status_code, again.json()["state"], again.json()["possible"]) == (409, "published", [])
    assert (await publish(world, drafted, version=1)).status_code == 412


async def test_the_next_policy_ends_the_one_until_further_notice_and_both_are_said(world: World, catalogue: Running):
    first = answered(await publish(world, await draft(world, "RO")))
    second = answered(await publish(world, await draft(world, "RO", valid_from=date(2027, 1, 1))))
    ended = answered(await world.body_of("RO").get(f"{PATH}/{first['country_policy_id']}"))
    assert ended == first | {"valid_until": "2026-12-31", "version": 3}
    *_, fact = await said_about(catalogue, first["country_policy_id"])
    assert isinstance(fact, CountryPolicyPublished)
    assert (fact.version, fact.valid_until) == (3, date(2026, 12, 31))
    for day, in_force in (("2026-12-31", ended), ("2027-01-01", second)):
        found = answered(await world.coordinator(MALTA).get(PATH, country="RO", on=day))
        assert found["items"] == [in_force]
    assert answered(await world.coordinator(MALTA).get(PATH, country="RO", on="2025-12-31"))["items"] == []


async def test_two_policies_are_never_in_force_at_once(world: World, catalogue: Running):
    answered(await publish(world, await draft(world, "PT", valid_until=date(2027, 6, 30))))
    overlapping = await draft(world, "PT", valid_from=date(2027, 6, 30))
    refused = await publish(world, overlapping)
    assert refused.status_code == 409
    assert "2027-06-30" in refused.json()["detail"]
    assert await said_about(catalogue, overlapping["country_policy_id"]) == []


async def test_of_two_published_at_the_same_moment_one_is_refused(world: World):
    drafts = [await draft(world, "NL", valid_until=date(2030, 1, 1)) for _ in range(2)]
    answers = await asyncio.gather(*(publish(world, one) for one in drafts))
    assert sorted(answer.status_code for answer in answers) == [200, 409]


@pytest.mark.parametrize(
    ("pointer", "members"),
    [
        ("/max_share_abroad", {"max_share_abroad": "1.01"}),
        ("/appeal_days", {"appeal_days": 10**18}),
        ("/appeal_days", {"appeal_days": True}),
        ("/valid_from", {"valid_from": 0}),
        ("/valid_from", {"valid_from": "0001-01-01"}),
        ("/valid_until", {"valid_until": "2025-12-31"}),
        ("/unit_recognition", {"unit_recognition": "maybe"}),
    ],
)
async def test_what_is_wrong_is_pointed_at(world: World, pointer: str, members: dict[str, Any]):
    response = await world.body_of("MT").post(PATH, country_policy_body(country_policy("MT")) | members)
    assert response.status_code == 422
    assert [error["pointer"] for error in response.json()["errors"]] == [pointer]


async def test_an_unknown_policy_is_not_found(world: World):
    assert (await world.body_of("MT").get(f"{PATH}/{uuid4()}")).status_code == 404
