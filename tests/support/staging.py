"""How a stage is built: servers, links to them, all services here but for what runs apart."""

import json
import logging
import secrets
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx2
import sqlalchemy as sa

from deploy.local.demo.client import Client
from deploy.local.everything import Everything, everything
from deploy.local.issuer import DevelopmentIssuer
from deploy.local.launcher import remove
from deploy.local.servers import Servers, embedded_servers
from deploy.local.settings import LocalSettings
from deploy.local.state import State
from shared import process
from shared.auth import Authenticator
from shared.jwks import IssuerKeys
from shared.settings import PlatformSettings
from shared.topics import create_topics
from tests.support.forwarding import Forwarding
from tests.support.infrastructure import own_settings
from tests.support.link import Link
from tests.support.ports import some_free_port
from tests.support.processes import ServiceProcess, running
from tests.support.serving import served
from tests.support.stage import Links, Stage
from tests.support.webhook_receiver import WebhookReceiver, webhook_receiver

APART = (
    ("assessment", "relay"),
    ("recognition", "consume"),
    ("recognition", "relay"),
    ("recognition", "work"),
    ("notifications", "consume"),
    ("notifications", "relay"),
    ("notifications", "work"),
)
"""What runs in processes of its own."""
Apart = Sequence[tuple[str, str]]
"""Service and verb."""
ANSWER_SECONDS = 30


@asynccontextmanager
async def stage(folder: Path) -> AsyncIterator[Stage]:
    settings = settings_of_stage()
    async with stage_on(settings, folder) as made:
        yield made
    remove(settings.home)


def settings_of_stage() -> LocalSettings:
    """Of servers of its own, whatever the environment offers."""
    own = {"database_url": None, "kafka_bootstrap": None, "kafka_advertised_port": some_free_port()}
    return own_settings("faults").model_copy(update=own)


@asynccontextmanager
async def stage_on(settings: LocalSettings, folder: Path, apart: Apart = APART) -> AsyncIterator[Stage]:
    """On servers with these settings, whose home stays; logs go to the folder."""
    async with (
        webhook_receiver() as receiver,
        _links(settings, receiver) as links,
        embedded_servers(settings, logging.getLogger(__name__).info) as servers,
        _stage_on(servers, links, receiver, settings.home, folder, apart) as made,
    ):
        yield made


@asynccontextmanager
async def _links(settings: LocalSettings, receiver: WebhookReceiver) -> AsyncIterator[Links]:
    postgres, kafka, advertised = settings.postgres_port, settings.kafka_port, settings.kafka_advertised_port
    assert postgres
    assert kafka
    assert advertised
    async with (
        Link("PostgreSQL", postgres).listening(some_free_port()) as to_postgres,
        Link("Kafka", kafka).listening(advertised) as to_kafka,
        Link("the subscriber", receiver.port).listening(some_free_port()) as to_receiver,
    ):
        yield Links(to_postgres, to_kafka, to_receiver)


@asynccontextmanager
async def _stage_on(
    servers: Servers, links: Links, receiver: WebhookReceiver, home: Path, folder: Path, apart: Apart
) -> AsyncIterator[Stage]:
    state = State.load(home)
    port = some_free_port()
    issuer = DevelopmentIssuer(f"http://127.0.0.1:{port}/issuer", home)
    prefix = f"stage-{secrets.token_hex(3)}"
    platform = PlatformSettings(
        kafka_bootstrap=servers.kafka_bootstrap,
        kafka_prefix=f"{prefix}.",
        kafka_partitions=3,
        issuer=issuer.url,
        requests_per_minute=1_000_000,
    )
    await create_topics(platform)
    key: dict[str, Any] = {"secret_key": state.secret_key}
    endpoint = WebhookReceiver("127.0.0.1", some_free_port())
    targets = frozenset({links.receiver.target, endpoint.target})
    own = {"agreements": key, "notifications": key | {"allowed_targets": targets}}
    authenticator = Authenticator(IssuerKeys(issuer.url), platform.audience)
    admin_url = sa.make_url(servers.database_url).set(port=links.postgres.port).render_as_string(hide_password=False)
    async with (
        everything(
            admin_url, state.password, platform, authenticator, prefix=prefix.replace("-", "_"), own=own
        ) as services,
        httpx2.AsyncClient(timeout=ANSWER_SECONDS) as ingress,
    ):
        services.app.mount("issuer", issuer.app)
        made = [_apart(services, name, verb, own.get(name, {}), folder) for name, verb in apart]
        for process_ in made:
            if process_.verb == "api":
                services.app.mount(process_.service, Forwarding(ingress, process_.port))
        async with _here(services, port, apart) as http, running(*made):
            client = Client(http, issuer.token, prefix)
            yield Stage(servers, services, {one.name: one for one in made}, client, receiver, endpoint, links)


@asynccontextmanager
async def _here(services: Everything, port: int, apart: Apart) -> AsyncIterator[httpx2.AsyncClient]:
    """The API on a port, and the loops that do not run apart."""
    kinds = {"consume": process.consumers, "relay": process.relays}
    loops = {
        f"{name} {loop}": going
        for name, service in services.services.items()
        for verb, kind in kinds.items()
        if (name, verb) not in apart
        for loop, going in kind(service).items()
    }
    async with served(services.app, loops, port) as http:
        yield http


def _apart(services: Everything, name: str, verb: str, own: Mapping[str, Any], folder: Path) -> ServiceProcess:
    settings = services.services[name].settings
    platform = settings.platform
    environment = {
        f"{name.upper()}_DATABASE_URL": settings.database_url.get_secret_value(),
        "ACQUIS_KAFKA_BOOTSTRAP": platform.kafka_bootstrap,
        "ACQUIS_KAFKA_PREFIX": platform.kafka_prefix,
        "ACQUIS_ISSUER": platform.issuer,
        "ACQUIS_REQUESTS_PER_MINUTE": str(platform.requests_per_minute),
    }
    for setting, value in own.items():
        environment[f"{name.upper()}_{setting.upper()}"] = value if isinstance(value, str) else json.dumps([*value])
    return ServiceProcess(name, verb, environment, folder / f"{name}-{verb}.log")
