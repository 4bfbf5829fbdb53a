"""Whom to ask at an institution: for who has signed in, never in events."""

import asyncio
from typing import Any

import pytest
import sqlalchemy as sa

from services.catalogue.tables import INSTITUTION_CONTACTS
from shared.service import Running
from tests.integration.catalogue.conftest import World, answered
from tests.integration.catalogue.test_duplicates import PATH, a_school, register
from tests.support.builders.catalogue import ITALY, MALTA
from tests.support.running import ApiCaller, said_about

pytestmark = [pytest.mark.integration, pytest.mark.asyncio]

EMPTY = {"kind": "general", "name": None, "position": None, "email": None, "phone": None, "web": None, "info": None}


def a_contact(**members: Any) -> dict[str, Any]:
    return EMPTY | {"kind": "signing", "name": "Maria Borg", "email": "maria@marsa.example"} | members


async def test_contacts_are_given_by_the_institution_and_read_by_who_has_signed_in(world: World, catalogue: Running):
    path = f"{PATH}/{world.ids[MALTA.institution_id]}/contacts"
    empty = await world.coordinator(ITALY).get(path)
    before = answered(empty)
    assert (before["contacts"], before["version"], empty.headers["etag"]) == ([], 0, '"0"')
    body = {"contacts": [a_contact(info={"en": "Mornings", "mt": "Filgħodu"}, phone="+356 2100 0000")]}
    given = await world.coordinator(MALTA).put(path, body, version=0)
    assert answered(given) == before | body | {"version": 1}
    assert given.headers["etag"] == '"1"'
    for anybody in (world.coordinator(ITALY), ApiCaller(world.http, None, ("learner",))):
        assert answered(await anybody.get(path)) == given.json()
    assert (await world.http.get(path)).status_code == 401
    facts = await said_about(catalogue, world.ids[MALTA.institution_id])
    assert "Maria Borg" not in repr(facts)
    assert len(facts) == 1  # its registration: nothing has to be approved again


async def test_contacts_are_replaced_and_forgotten(world: World):
    school = await register(world, a_school())
    path = f"{PATH}/{school['institution_id']}/contacts"
    answered(await world.body_of("MT").put(path, {"contacts": [a_contact()]}, version=0))
    assert (await world.body_of("MT").put(path, {"contacts": []}, version=0)).status_code == 412
    assert answered(await world.body_of("MT").put(path, {"contacts": []}, version=1))["contacts"] == []
    assert answered(await world.body_of("MT").get(path))["version"] == 2
    read = answered(await world.body_of("MT").get(f"{PATH}/{school['institution_id']}"))
    assert read["version"] == 1


async def test_nobody_else_gives_them(world: World):
    path = f"{PATH}/{world.ids[MALTA.institution_id]}/contacts"
    for stranger in (world.coordinator(ITALY), world.body_of("IT")):
        assert (await stranger.put(path, {"contacts": []}, version=0)).status_code == 403
    assert (await world.body_of("MT").put(path, {"contacts": []})).status_code == 428


async def test_of_two_who_give_the_first_ones_at_the_same_moment_one_wins(world: World):
    school = await register(world, a_school())
    path = f"{PATH}/{school['institution_id']}/contacts"
    answers = await asyncio.gather(
        *(world.body_of("MT").put(path, {"contacts": [a_contact()]}, version=0) for _ in range(2))
    )
    first, second = sorted(answer.status_code for answer in answers)
    assert first == 200
    assert second in {409, 412}


@pytest.mark.parametrize(
    ("pointer", "members"),
    [
        ("/contacts/0/email", {"email": "maria"}),
        ("/contacts/0/phone", {"phone": "call me"}),
        ("/contacts/0/web", {"web": "javascript:alert(1)"}),
        ("/contacts/0/kind", {"kind": "friend"}),
        ("/contacts/0/info/xx", {"info": {"xx": "-"}}),
        ("/contacts/0", {"email": None}),
    ],
)
async def test_what_is_wrong_is_pointed_at_and_not_repeated(world: World, pointer: str, members: dict[str, Any]):
    path = f"{PATH}/{world.ids[MALTA.institution_id]}/contacts"
    version = answered(await world.coordinator(MALTA).get(path))["version"]
    response = await world.coordinator(MALTA).put(path, {"contacts": [a_contact(**members)]}, version=version)
    assert response.status_code == 422
    assert [error["pointer"] for error in response.json()["errors"]] == [pointer]
    assert "Maria" not in response.text


async def test_the_database_alone_lets_nobody_write_those_of_others(world: World, catalogue: Running):
    school = await register(world, a_school())
    answered(await world.body_of("MT").put(f"{PATH}/{school['institution_id']}/contacts", {"contacts": []}, version=0))
    for somebody in (None, "IT", str(world.ids[ITALY.institution_id])):
        async with catalogue.database.transaction(somebody) as tx:
            assert (await tx.execute(sa.update(INSTITUTION_CONTACTS).values(version=9))).rowcount == 0
