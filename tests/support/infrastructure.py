"""PostgreSQL and Kafka for the tests: those in the environment, else in Docker, else the embedded ones.

A conftest.py takes the fixture in with `pytest_plugins = ["tests.support.infrastructure"]`.
"""

import contextlib
import gc
import logging
import os
import warnings
from collections.abc import AsyncIterator

import pytest_asyncio
from docker.errors import DockerException, ImageNotFound  # type: ignore[import-untyped] # it publishes no types
from testcontainers.community.postgres import PostgresContainer
from testcontainers.core.config import testcontainers_config
from testcontainers.core.container import DockerContainer
from testcontainers.core.docker_client import DockerClient
from testcontainers.core.wait_strategies import LogMessageWaitStrategy

from deploy.local.launcher import remove
from deploy.local.servers import Servers, embedded_servers
from deploy.local.settings import LocalSettings
from tests.support.ports import some_free_port

POSTGRES_IMAGE = os.environ.get("ACQUIS_TEST_POSTGRES_IMAGE", "postgres:17")
KAFKA_IMAGE = os.environ.get("ACQUIS_TEST_KAFKA_IMAGE", "apache/kafka:4.3.1")

RYUK_IMAGE = testcontainers_config.ryuk_image
"""What testcontainers clears up with."""


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def infrastructure() -> AsyncIterator[Servers]:
    """`database_url` (an administrator's), `kafka_bootstrap`, and if embedded the handles `postgres` and `kafka`."""
    own = own_settings(f"test-{os.environ.get('PYTEST_XDIST_WORKER', 'all')}")
    with contextlib.ExitStack() as containers:
        async with embedded_servers(filled_from_docker(own, containers), logging.getLogger(__name__).info) as servers:
            yield servers
        if servers.own:
            remove(own.home)


def own_settings(name: str) -> LocalSettings:
    """Of servers in a home of that name."""
    ports = {"postgres_port": some_free_port(), "kafka_port": some_free_port()}
    return LocalSettings().apart(name).model_copy(update=ports)


def filled_from_docker(settings: LocalSettings, containers: contextlib.ExitStack) -> LocalSettings:
    """The settings with an address for each server that had none, if Docker has the images or gets them."""
    found: dict[str, str] = {}
    missing = [name for name in ("database_url", "kafka_bootstrap") if getattr(settings, name) is None]
    if not missing or not docker_has_the_images():
        return settings
    if "database_url" in missing:
        postgres = PostgresContainer(POSTGRES_IMAGE, username="acquis", dbname="postgres", driver=None)
        found["database_url"] = containers.enter_context(postgres).get_connection_url()
    if "kafka_bootstrap" in missing:
        found["kafka_bootstrap"] = containers.enter_context(ApacheKafka()).bootstrap
    return settings.model_copy(update=found)


def docker_has_the_images() -> bool:
    wanted = {POSTGRES_IMAGE, KAFKA_IMAGE} | (set() if testcontainers_config.ryuk_disabled else {RYUK_IMAGE})
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)  # where no engine is, its client leaves its socket open
        try:
            with contextlib.closing(DockerClient().client) as engine:
                for image in wanted:
                    try:
                        engine.images.get(image)
                    except ImageNotFound:
                        engine.images.pull(image)
                return True
        except DockerException:
            return False
        finally:
            gc.collect()


class ApacheKafka(DockerContainer):
    """testcontainers' own KafkaContainer knows the images of another vendor only."""

    def __init__(self) -> None:
        super().__init__(KAFKA_IMAGE)
        port = some_free_port()
        self.bootstrap = f"{self.get_docker_client().host()}:{port}"
        self.with_bind_ports(9092, port)
        self.with_envs(
            KAFKA_NODE_ID="1",
            KAFKA_PROCESS_ROLES="broker,controller",
            KAFKA_CONTROLLER_LISTENER_NAMES="CONTROLLER",
            KAFKA_CONTROLLER_QUORUM_VOTERS="1@localhost:9093",
            KAFKA_LISTENERS="PLAINTEXT://:9092,CONTROLLER://:9093",
            KAFKA_LISTENER_SECURITY_PROTOCOL_MAP="PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
            KAFKA_ADVERTISED_LISTENERS=f"PLAINTEXT://{self.bootstrap}",
            KAFKA_AUTO_CREATE_TOPICS_ENABLE="false",
            KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR="1",
            KAFKA_TRANSACTION_STATE_LOG_REPLICATION_FACTOR="1",
            KAFKA_TRANSACTION_STATE_LOG_MIN_ISR="1",
            KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS="0",
        )
        self.waiting_for(LogMessageWaitStrategy("Kafka Server started").with_startup_timeout(60))
