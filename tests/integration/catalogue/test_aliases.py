"""Each partner's own code for an institution stays usable (domain.md 3.7, #113)."""

from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa

from services.catalogue import store
from services.catalogue.tables import INSTITUTION_ALIASES
from shared.auth import Principal
from shared.db import SYSTEM
from shared.problems import NotFound
from shared.service import Running
from tests.integration.catalogue.conftest import World, answered
from tests.integration.catalogue.test_duplicates import PATH, a_school, register
from tests.support.builders.catalogue import ITALY, MALTA
from tests.support.running import ApiCaller

pytestmark = [pytest.mark.integration, pytest.mark.asyncio]


def a_code() -> str:
    return f"P-{uuid4().int % 10**9}"


async def give(caller: ApiCaller, institution: dict[str, Any], **body: Any):
    return await caller.post(f"{PATH}/{institution['institution_id']}/aliases", body)


async def test_an_institution_is_found_by_the_caller_s_own_code(world: World):
    school, code = await register(world, a_school()), a_code()
    response = await give(world.coordinator(ITALY), school, code=code)
    alias = answered(response, 201)
    read = await world.coordinator(ITALY).get(response.headers["location"])
    assert (answered(read), read.headers["etag"]) == (alias, '"1"')
    assert alias["given_by"] == str(world.ids[ITALY.institution_id])
    assert answered(await world.coordinator(ITALY).get(PATH, code=code))["items"] == [school]
    # to others it means nothing
    assert answered(await world.coordinator(MALTA).get(PATH, code=code))["items"] == []
    assert answered(await world.coordinator(MALTA).get(f"{PATH}/{school['institution_id']}/aliases"))["items"] == []
    assert (await world.coordinator(MALTA).get(response.headers["location"])).status_code == 404
    assert (await world.coordinator(MALTA).delete(response.headers["location"], version=1)).status_code == 404


async def test_a_code_stands_for_one_institution_only_but_each_partner_has_its_own(world: World):
    one, other, code = await register(world, a_school()), await register(world, a_school()), a_code()
    answered(await give(world.coordinator(ITALY), one, code=code), 201)
    again = await give(world.coordinator(ITALY), other, code=code)
    assert (again.status_code, one["institution_id"] in again.json()["detail"]) == (409, True)
    answered(await give(world.coordinator(MALTA), other, code=code), 201)
    assert answered(await world.coordinator(MALTA).get(PATH, code=code))["items"] == [other]


async def test_a_competent_body_gives_codes_of_a_scheme_that_everybody_may_use(world: World):
    school, code = await register(world, a_school()), a_code()
    alias = answered(await give(world.body_of("MT"), school, code=code, scheme="schac"), 201)
    assert (alias["given_by"], alias["scheme"]) == (None, "schac")
    for anybody in (world.coordinator(ITALY), ApiCaller(world.http, None, ("operator",))):
        assert answered(await anybody.get(PATH, code=code))["items"] == [school]
    assert (await give(world.body_of("MT"), school, code=code, scheme="schac")).status_code == 409
    assert (await give(world.body_of("IT"), school, code=a_code(), scheme="schac")).status_code == 403
    assert (await give(world.coordinator(ITALY), school, code=a_code(), scheme="schac")).status_code == 403
    assert (await give(world.body_of("MT"), school, code=a_code())).status_code == 403  # it is no institution
    path = f"{PATH}/{school['institution_id']}/aliases/{alias['alias_id']}"
    assert (await world.body_of("IT").delete(path, version=1)).status_code == 403
    assert (await world.coordinator(MALTA).delete(path, version=1)).status_code == 403
    assert (await world.body_of("MT").delete(path, version=2)).status_code == 412
    assert (await world.body_of("MT").delete(path, version=1)).status_code == 204


async def test_only_a_registered_institution_gives_codes_of_its_own(world: World):
    school = await register(world, a_school())
    nobody = ApiCaller(world.http, uuid4(), ("coordinator",))
    assert (await give(nobody, school, code=a_code())).status_code == 403


async def test_a_removed_code_is_free_again(world: World):
    one, other, code = await register(world, a_school()), await register(world, a_school()), a_code()
    alias = answered(await give(world.coordinator(ITALY), one, code=code), 201)
    path = f"{PATH}/{one['institution_id']}/aliases/{alias['alias_id']}"
    assert (await world.coordinator(ITALY).delete(path, version=1)).status_code == 204
    assert (await world.coordinator(ITALY).get(path)).status_code == 404
    answered(await give(world.coordinator(ITALY), other, code=code), 201)


async def test_aliases_come_in_pages(world: World):
    school = await register(world, a_school())
    made = [answered(await give(world.coordinator(ITALY), school, code=a_code()), 201) for _ in range(3)]
    path = f"{PATH}/{school['institution_id']}/aliases"
    first = answered(await world.coordinator(ITALY).get(path, limit=2))
    second = answered(await world.coordinator(ITALY).get(path, limit=2, cursor=first["next"]))
    assert first["items"] + second["items"] == made


async def test_institutions_are_found_by_what_else_they_have(world: World):
    pic, oid = f"{uuid4().int % 10**9:09}", f"E{uuid4().int % 10**8:08}"
    competence = {"function": "allocates_points", "legal_reference": "-"}
    school = await register(world, a_school(country="CY", pic=pic, oid=oid, competences=[competence]))
    await register(world, a_school(country="CY", competences=[competence | {"function": "assesses"}]))
    for filters in ({"pic": pic}, {"oid": oid}, {"country": "CY", "function": "allocates_points"}):
        assert answered(await world.coordinator(MALTA).get(PATH, **filters))["items"] == [school]
    for wrong in ({"pic": "1"}, {"oid": "X"}, {"function": "sings"}, {"country": "XX"}, {"code": "é"}):
        (name,) = wrong
        answer = await world.coordinator(MALTA).get(PATH, **wrong)
        assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, name)


async def test_each_belt_alone_keeps_a_partner_s_codes_from_others(world: World, catalogue: Running):
    school, code = await register(world, a_school()), a_code()
    alias = answered(await give(world.coordinator(ITALY), school, code=code), 201)
    alias_id, school_id = UUID(alias["alias_id"]), UUID(school["institution_id"])
    strangers = [
        Principal("elsewhere", org=uuid4(), roles=frozenset({"coordinator"})),
        Principal("body", roles=frozenset({"competent_body"}), countries=frozenset({"MT", "IT"})),
        Principal("operator", roles=frozenset({"operator"})),
    ]
    async with catalogue.database.transaction(SYSTEM) as tx:
        for stranger in strangers:
            with pytest.raises(NotFound):
                await store.load_alias(tx, school_id, alias_id, stranger)
    this = sa.select(INSTITUTION_ALIASES).where(INSTITUTION_ALIASES.c.alias_id == alias_id)
    removal = sa.delete(INSTITUTION_ALIASES).where(INSTITUTION_ALIASES.c.alias_id == alias_id)
    for somebody in (None, "MT", "IT", str(world.ids[MALTA.institution_id])):
        async with catalogue.database.transaction(somebody) as tx:
            assert (await tx.execute(this)).all() == []
            assert (await tx.execute(removal)).rowcount == 0
    async with catalogue.database.transaction(str(world.ids[ITALY.institution_id])) as tx:
        assert len((await tx.execute(this)).all()) == 1
