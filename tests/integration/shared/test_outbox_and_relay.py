import asyncio
import re
from collections.abc import Iterable
from contextlib import suppress
from uuid import uuid4

import pytest
import sqlalchemy as sa
from aiokafka.admin import AIOKafkaAdminClient
from prometheus_client import generate_latest

from shared import outbox
from shared import relay as relay_module
from shared.contracts.recognition import ReasonCode
from shared.db import SYSTEM, Database
from shared.kafka import Producer
from shared.kafka import producer as producer_module
from shared.kafka.producer import Message
from shared.settings import PlatformSettings
from shared.telemetry import Metrics
from tests.support.delivery import MakeRelay, fact, numbers, published, say, waiting
from tests.support.notifications import review

TO_ANOTHER_TOPIC = (
    "INSERT INTO outbox (aggregatetype, aggregateid, type, payload, key, event_id, traceparent)"
    " VALUES ('subscription', '1', 'acquis.subscription.disabled.v1', '{}', '1', gen_random_uuid(), '')"
)

pytestmark = [pytest.mark.integration, pytest.mark.asyncio]


async def test_the_reasons_that_published_facts_give_are_counted(database: Database, make_relay: MakeRelay):
    metrics, two = Metrics("test"), (ReasonCode.LO_MISSING, ReasonCode.LEVEL_BELOW)
    await say(database, fact(), review(reasons=two), review(reasons=two[:1]))
    assert await make_relay(metrics=metrics).publish() == 3
    counted = re.findall(
        r"^acquis_fact_reasons_total\{(.*)\} (.*)$", generate_latest(metrics.registry).decode(), re.MULTILINE
    )
    assert dict(counted) == {
        'reason="LO_MISSING",type="acquis.review.required.v1"': "2.0",
        'reason="LEVEL_BELOW",type="acquis.review.required.v1"': "1.0",
    }


async def test_a_fact_is_published_with_its_bytes_key_and_headers(
    database: Database, platform: PlatformSettings, make_relay: MakeRelay
):
    said = fact()
    await say(database, said)
    assert await make_relay().publish() == 1
    (record,) = await published(platform, 1)
    async with database.transaction(SYSTEM) as tx:
        row = (await tx.execute(sa.text("SELECT payload, event_id, published_at FROM outbox"))).one()
    assert record.value == row.payload.encode()
    assert record.key == str(said.comparability_id).encode()
    assert dict(record.headers)["ce_id"] == str(row.event_id).encode()
    assert dict(record.headers)["ce_type"] == b"acquis.comparability.withdrawn.v1"
    assert row.published_at is not None


async def test_facts_of_one_key_are_published_in_the_order_they_were_said(
    database: Database, platform: PlatformSettings, make_relay: MakeRelay
):
    keys = [uuid4() for _ in range(5)]
    for number in range(1, 21):
        await say(database, *(fact(key, number) for key in keys))
    publishing = make_relay(batch=7)
    while await waiting(database):
        await publishing.publish()
    records = await published(platform, 100)
    assert [numbers(records, key) for key in keys] == [list(range(1, 21))] * 5


async def test_a_fact_that_is_committed_late_is_not_lost(
    database: Database, platform: PlatformSettings, make_relay: MakeRelay
):
    publishing, late, early = make_relay(), fact(), fact()
    async with database.transaction(SYSTEM) as slow:
        await outbox.add(slow, [late])  # gets the lower id
        await say(database, early)
        assert await publishing.publish() == 1
    assert await publishing.publish() == 1
    records = await published(platform, 2)
    assert {record.key for record in records} == {str(said.comparability_id).encode() for said in (early, late)}


async def test_what_is_rolled_back_is_never_said(database: Database):
    with suppress(ZeroDivisionError):
        async with database.transaction(SYSTEM) as tx:
            await outbox.add(tx, [fact()])
            raise ZeroDivisionError
    assert await waiting(database) == 0


async def test_a_second_relay_stands_by(database: Database, make_relay: MakeRelay):
    await say(database, fact())
    async with database.transaction(SYSTEM) as active:
        await active.execute(relay_module.TRY_LOCK, {"shard": 0})
        assert await make_relay().publish() == 0
    assert await make_relay().publish() == 1
    assert await waiting(database) == 0


async def test_shards_share_the_keys_without_gap_or_overlap(database: Database, make_relay: MakeRelay):
    await say(database, *(fact() for _ in range(50)))
    shares = [await make_relay(shard=shard, shards=3).publish() for shard in range(3)]
    assert sum(share or 0 for share in shares) == 50
    assert all(shares)
    assert await waiting(database) == 0


async def test_while_the_broker_is_away_nothing_is_marked_and_nothing_lost(
    database: Database, platform: PlatformSettings, make_relay: MakeRelay, unused_tcp_port: int
):
    await say(database, fact(), fact())
    assert await make_relay(bootstrap=f"127.0.0.1:{unused_tcp_port}").publish() is None
    assert await waiting(database) == 2
    assert await make_relay().publish() == 2
    assert len(await published(platform, 2)) == 2


class InterruptedProducer(Producer):
    """Loses its broker after two acknowledgements."""

    async def send(self, messages: Iterable[Message]) -> int:
        return await super().send(list(messages)[:2])


async def test_only_the_acknowledged_prefix_is_marked(
    database: Database, platform: PlatformSettings, make_relay: MakeRelay
):
    key = uuid4()
    await say(database, *(fact(key, number) for number in range(1, 6)))
    interrupted = make_relay(producer=InterruptedProducer(platform.kafka_bootstrap, "interrupted"))
    assert await interrupted.publish() is None
    assert await waiting(database) == 3
    assert await make_relay().publish() == 3
    assert numbers(await published(platform, 5), key) == [1, 2, 3, 4, 5]


async def delete_topic(platform: PlatformSettings, topic: str) -> None:
    name, admin = platform.kafka_prefix + topic, AIOKafkaAdminClient(bootstrap_servers=platform.kafka_bootstrap)
    await admin.start()
    await admin.delete_topics([name])
    while name in await admin.list_topics():  # noqa: ASYNC110 - the answer may come before the deed
        await asyncio.sleep(0.02)
    await admin.close()


async def test_a_fact_that_cannot_be_handed_over_holds_up_what_is_behind_it_and_floods_nothing(
    database: Database, platform: PlatformSettings, make_relay: MakeRelay, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(producer_module, "PATIENCE", 4.0)
    await delete_topic(platform, "acquis.notifications.v1")
    await say(database, *(fact() for _ in range(5)))
    async with database.transaction(SYSTEM) as tx:
        await tx.execute(sa.text(TO_ANOTHER_TOPIC))
    await say(database, fact())
    relay = make_relay()
    for _ in range(2):
        assert await relay.publish() is None
    assert await waiting(database) == 2
    assert len(await published(platform, 5)) == 5


async def test_a_new_fact_wakes_the_relay_at_once(
    database: Database, platform: PlatformSettings, make_relay: MakeRelay, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(relay_module, "POLL_SECONDS", 3600)
    running = asyncio.create_task(make_relay().run())
    try:
        await say(database, fact())
        assert len(await asyncio.wait_for(published(platform, 1), 20)) == 1
        await say(database, fact())
        assert len(await asyncio.wait_for(published(platform, 2), 20)) == 2
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


async def test_published_facts_are_pruned_and_waiting_ones_stay(database: Database, make_relay: MakeRelay):
    await say(database, fact())
    await make_relay().publish()
    await say(database, fact())
    async with database.transaction(SYSTEM) as tx:
        tomorrow = await tx.scalar(sa.text("SELECT now() + interval '1 day'"))
        assert await outbox.prune(tx, tomorrow, 10) == 1
    assert await waiting(database) == 1
