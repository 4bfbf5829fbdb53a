import json
import secrets
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlsplit

import sqlalchemy as sa
from cryptography.fernet import Fernet

from deploy.local import databases
from deploy.local.everything import everything
from deploy.local.run import PARTITIONS
from deploy.local.servers import Servers
from deploy.routes import SERVICES as ALL_SERVICES
from services.recognition import handlers as recognition
from shared import envelope, outbox
from shared.auth import Authenticator
from shared.contracts.agreements import LearningAgreementAgreed
from shared.contracts.assessment import TranscriptIssued
from shared.contracts.facts import Fact
from shared.db import SYSTEM, Database
from shared.envelope import Event
from shared.jwks import IssuerKeys
from shared.service import Running
from shared.settings import PlatformSettings
from shared.telemetry import current_traceparent
from shared.topics import create_topics
from tests.bench.sides.side import SERVICES, Counts, Stays, ask, delete_topics
from tests.support.builders import catalogue
from tests.support.builders.agreements import memorandum_activated
from tests.support.notifications import somebody, subscribe

RELAY_ALONE = "relay-"
AT_ONCE = 1_000
CREDIT = "acquis.credit.recognised.v1"
QUEUE_AGAIN = sa.text(
    "WITH queued AS (UPDATE deliveries SET state = 'queued', version = version + 1, next_attempt_at = now())"
    " SELECT pg_notify('deliveries', '')"
)


class Acquis:
    name = "Acquis"
    module = "tests.bench.chain"
    entries = "SELECT count(*) FROM ledger_entries"

    def __init__(self, services: dict[str, Running], platform: PlatformSettings, secret_key: str, target: str) -> None:
        self._services, self._platform, self._secret_key, self._target = services, platform, secret_key, target
        self.databases: Mapping[str, str] = {name: running.database.url for name, running in services.items()}

    def environment(self, *, relay_alone: bool) -> dict[str, str]:
        return {
            "ACQUIS_KAFKA_BOOTSTRAP": self._platform.kafka_bootstrap,
            "ACQUIS_KAFKA_PREFIX": self._prefix(relay_alone=relay_alone),
            "NOTIFICATIONS_SECRET_KEY": self._secret_key,
            "NOTIFICATIONS_ALLOWED_TARGETS": json.dumps([urlsplit(self._target).netloc]),
        } | {f"{name.upper()}_DATABASE_URL": url for name, url in self.databases.items()}

    def transcripts_topic(self, *, relay_alone: bool) -> str:
        return self._prefix(relay_alone=relay_alone) + TranscriptIssued.DECLARED.topic

    def _prefix(self, *, relay_alone: bool) -> str:
        return self._platform.kafka_prefix + (RELAY_ALONE if relay_alone else "")

    async def say(self, transcripts: Sequence[TranscriptIssued]) -> None:
        events = outbox.said(transcripts)
        async with self._services["assessment"].database.transaction(SYSTEM) as tx:
            await outbox.add_events(tx, events)

    async def counts(self) -> Counts:
        published = "SELECT count(*) FROM outbox WHERE type LIKE '%.credit.%' AND published_at IS NOT NULL"
        return Counts(
            ledger_entries=await ask(self, "recognition", self.entries),
            credits=await ask(self, "recognition", "SELECT count(*) FROM credits"),
            transcripts=await ask(self, "recognition", "SELECT count(DISTINCT transcript_id) FROM credits"),
            published=await ask(self, "recognition", published),
        )

    async def queue_webhooks_again(self) -> None:
        async with self._services["notifications"].database.transaction(SYSTEM) as tx:
            await tx.execute(QUEUE_AGAIN)


@asynccontextmanager
async def acquis(servers: Servers, prefix: str, target: str, stays: Stays) -> AsyncIterator[Acquis]:
    """Migrated databases, topics, the reference facts known and one subscription to recognised credits."""
    own, password = f"{prefix}_acquis", secrets.token_hex(12)
    platform = PlatformSettings(
        kafka_bootstrap=servers.kafka_bootstrap, kafka_prefix=f"{own}-", kafka_partitions=PARTITIONS
    )
    secret_key = Fernet.generate_key().decode()
    key: dict[str, Any] = {"secret_key": secret_key}
    settings = {"agreements": key, "notifications": key | {"allowed_targets": {urlsplit(target).netloc}}}
    nobody = Authenticator(IssuerKeys(platform.issuer), platform.audience)
    try:
        await create_topics(platform)
        await create_topics(platform.model_copy(update={"kafka_prefix": f"{own}-{RELAY_ALONE}"}))
        made = everything(servers.database_url, password, platform, nobody, prefix=own, own=settings)
        async with made as services:
            running = {name: services.services[name] for name in SERVICES}
            await tell(running["recognition"].database, stays.agreements)
            home = somebody(org=catalogue.MALTA.institution_id)
            await subscribe(running["notifications"], home, target, event_types=(CREDIT,))
            yield Acquis(running, platform, secret_key, target)
    finally:
        await delete_topics(servers.kafka_bootstrap, f"{own}-")
        for name in ALL_SERVICES:
            await databases.drop(servers.database_url, f"{own}_{name}")


async def tell(database: Database, agreements: Sequence[LearningAgreementAgreed]) -> None:
    """What recognition has to know of catalogue and agreements before a transcript can be judged."""
    async with database.transaction(SYSTEM) as tx:
        await recognition.keep_qualifications(tx, _written(catalogue.QUALIFICATIONS))
        await recognition.keep_comparabilities(tx, _written(catalogue.COMPARABILITIES))
        await recognition.keep_country_policies(tx, _written(catalogue.COUNTRY_POLICIES))
        await recognition.keep_memoranda(tx, _written([memorandum_activated()]))
        for start in range(0, len(agreements), AT_ONCE):
            await recognition.keep_learning_agreements(tx, _written(agreements[start : start + AT_ONCE]))


def _written(facts: Sequence[Fact]) -> list[Event[Any]]:
    return [envelope.write(fact, current_traceparent()) for fact in facts]
