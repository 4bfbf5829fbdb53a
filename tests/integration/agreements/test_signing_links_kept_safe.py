"""What keeps a link from being guessed, leaked or used for more than it is for."""

import asyncio
from typing import Any
from uuid import UUID, uuid4

import httpx2
import pytest
import sqlalchemy as sa
from sqlalchemy.exc import ProgrammingError
from structlog.testing import capture_logs

from services.agreements import store
from services.agreements.api import signing_links
from services.agreements.handlers.signing_links import hash_of
from services.agreements.tables import LEARNERS, LEARNING_AGREEMENTS, METADATA, SIGNING_LINKS
from shared.auth import Principal
from shared.db import SYSTEM
from shared.paging import PageRequest
from shared.problems import NotFound
from shared.service import Running
from shared.token_buckets import TokenBuckets
from tests.integration.agreements.conftest import World, answered, everything, refused
from tests.integration.agreements.test_signing_links import linked, links_of, sign
from tests.support.builders.catalogue import ITALY, MALTA, MALTA_COUNCIL
from tests.support.locks import until_somebody_waits_for_a_lock

pytestmark = [pytest.mark.integration, pytest.mark.asyncio]


async def test_only_a_hash_of_the_secret_is_in_the_database(world: World, agreements: Running):
    link = await linked(world, await world.drafted_agreement())
    answered(await world.http.get(link["path"]))
    answered(await sign(world, link))
    async with agreements.database.transaction(SYSTEM) as tx:
        for name in METADATA.tables:
            text = str(await tx.scalar(sa.text(f"SELECT string_agg(t::text, ' ') FROM {name} t")))  # noqa: S608 - our own names
            assert link["secret"] not in text, name


async def test_it_is_known_who_made_a_link_when_it_was_opened_and_used_and_from_where(world: World):
    drafted = await world.drafted_agreement()
    link = await linked(world, drafted)
    assert (link["opened_at"], link["opened_from"], link["used_at"]) == (None, None, None)
    for _ in range(2):
        answered(await world.http.get(link["path"]))
    answered(await sign(world, link))
    (listed,) = await everything(world.home(), links_of(drafted))
    assert link["made_at"] < listed["opened_at"] < listed["used_at"]
    assert listed["state"] == "used"
    assert listed["opened_from"] == listed["used_from"]
    assert "127.0.0.1" not in str(listed)
    exported = answered(await world.home().get(f"/v1/learners/{drafted['learner_id']}/export"))
    assert [entry["what"] for entry in exported["history"]] == ["registered", "link_made", "exported"]
    assert exported["agreements"][0]["signing_links"] == [listed]


async def test_the_secret_is_in_no_log_and_no_problem(world: World):
    link = await linked(world, await world.drafted_agreement())
    with capture_logs() as logged:
        answered(await world.http.get(link["path"]))
        answered(await sign(world, link))
        problems = [await sign(world, link), await sign(world, link, {"content_version": "x"})]
    assert link["secret"] not in str(logged) + "".join(problem.text for problem in problems)


async def test_whoever_takes_a_link_back_waits_for_who_is_at_work_on_its_agreement(world: World, agreements: Running):
    """As whoever signs by it or erases its learner does: in another order they would wait for each other."""
    drafted = await world.drafted_agreement()
    link = await linked(world, drafted)
    path = f"{links_of(drafted)}/{link['link_id']}/revocation"
    this, one = LEARNING_AGREEMENTS.c.id == drafted["learning_agreement_id"], SIGNING_LINKS.c.id == link["link_id"]
    async with agreements.database.transaction(SYSTEM) as tx:
        await tx.execute(sa.select(LEARNING_AGREEMENTS.c.id).where(this).with_for_update())
        revoking = asyncio.create_task(world.home().post(path, version=1))
        await until_somebody_waits_for_a_lock(agreements.database)
        await tx.execute(sa.select(SIGNING_LINKS.c.id).where(one).with_for_update(nowait=True))
    answered(await revoking)


@pytest.mark.parametrize("limit", ["PER_LINK", "PER_ADDRESS"])
async def test_who_tries_too_often_has_to_wait(world: World, limit: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(signing_links, "PER_LINK", TokenBuckets(1000))
    monkeypatch.setattr(signing_links, "PER_ADDRESS", TokenBuckets(1000))
    monkeypatch.setattr(signing_links, limit, TokenBuckets(2))
    link = await linked(world, await world.drafted_agreement())
    for _ in range(2):
        answered(await world.http.get(link["path"]))
    response = await sign(world, link)
    assert (response.status_code, int(response.headers["retry-after"]) > 0) == (429, True)
    refused(response, "rate-limited")
    other = await world.http.get(f"/v1/signing-links/{uuid4()}")
    assert other.status_code == (404 if limit == "PER_LINK" else 429)


async def test_answers_are_kept_by_nobody_on_the_way(world: World):
    link = await linked(world, await world.drafted_agreement())
    response: httpx2.Response = await world.http.get(link["path"])
    assert (response.headers["cache-control"], response.headers["referrer-policy"]) == ("no-store", "no-referrer")


async def test_the_store_alone_shows_strangers_no_links(world: World, agreements: Running):
    drafted = await world.drafted_agreement()
    link = await linked(world, drafted)
    agreement_id, link_id = UUID(drafted["learning_agreement_id"]), UUID(link["link_id"])
    async with agreements.database.transaction(SYSTEM) as tx:
        for stranger in (
            Principal("host", org=ITALY.institution_id, roles=frozenset({"coordinator"})),
            Principal("elsewhere", org=MALTA_COUNCIL.institution_id, roles=frozenset({"coordinator"})),
            Principal("operator", org=MALTA.institution_id, roles=frozenset({"operator"})),
            Principal("another learner", roles=frozenset({"learner"}), learner_id=uuid4()),
        ):
            with pytest.raises(NotFound):
                await store.load_signing_link(tx, agreement_id, link_id, stranger)
            found = await store.list_signing_links(tx, agreement_id, stranger, PageRequest())
            assert found.items == []


async def rows_seen_by(agreements: Running, whom: Any, link: dict[str, Any]) -> bool:
    this = sa.select(SIGNING_LINKS.c.id).where(SIGNING_LINKS.c.id == link["link_id"])
    async with agreements.database.transaction(whom and str(whom)) as tx:
        return bool((await tx.execute(this)).all())


async def test_the_database_alone_shows_a_link_to_home_the_learner_and_who_has_the_secret(
    world: World, agreements: Running
):
    drafted = await world.drafted_agreement()
    link, other = await linked(world, drafted), await linked(world, await world.drafted_agreement())
    expected = {
        MALTA.institution_id: True,
        drafted["learner_id"]: True,
        hash_of(link["secret"]): True,
        hash_of(other["secret"]): False,
        ITALY.institution_id: False,
        None: False,
        SYSTEM: True,
    }
    for whom, sees in expected.items():
        assert await rows_seen_by(agreements, whom, link) is sees, whom


async def test_who_has_a_secret_acts_for_its_learner_alone(world: World, agreements: Running):
    drafted, other = await world.drafted_agreement(), await world.drafted_agreement()
    link = await linked(world, drafted)
    async with agreements.database.transaction(None) as tx:
        await store.find_signing_link(tx, hash_of(link["secret"]))
        assert {str(id_) for id_ in await tx.scalars(sa.select(LEARNERS.c.id))} == {drafted["learner_id"]}
        found = await tx.scalars(sa.select(LEARNING_AGREEMENTS.c.id))
        assert {str(id_) for id_ in found} == {drafted["learning_agreement_id"]}
        assert other["learning_agreement_id"] != drafted["learning_agreement_id"]


async def test_the_database_alone_lets_nobody_write_history_or_links_for_others(world: World, agreements: Running):
    drafted = await world.drafted_agreement()
    await linked(world, drafted)
    async with agreements.database.transaction(str(MALTA_COUNCIL.institution_id)) as tx:
        assert (await tx.execute(sa.update(SIGNING_LINKS).values(version=99))).rowcount == 0
    note = sa.text(
        "INSERT INTO learner_history (id, learner_id, home_id, what, done_by, done_at, details)"
        " VALUES (:id, :learner_id, :home_id, 'changed', 'x', now(), '{}')"
    )
    values = {"id": uuid4(), "learner_id": drafted["learner_id"], "home_id": MALTA.institution_id}
    async with agreements.database.transaction(str(MALTA_COUNCIL.institution_id)) as tx:
        with pytest.raises(ProgrammingError, match="row-level security"):
            await tx.execute(note, values)
    async with agreements.database.transaction(None) as tx:
        for right in ("UPDATE", "DELETE", "TRUNCATE"):
            may = sa.text("SELECT has_table_privilege('learner_history', :right)")
            assert await tx.scalar(may, {"right": right}) is False
