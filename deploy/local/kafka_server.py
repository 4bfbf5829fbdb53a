"""Apache Kafka as a child process: one node that is broker and controller (KRaft), on the Java of a wheel."""

import asyncio
import base64
import shutil
import signal
import uuid
from collections.abc import Callable
from pathlib import Path

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from deploy.local.kafka_jars import fetch_jars
from deploy.local.processes import run_program
from deploy.local.server import Server
from deploy.local.settings import LocalSettings

# Small and quick on one machine: few threads, a compact log cleaner, a short session so that a killed broker may come
# back soon, and no waiting for more members when a consumer group forms.
PROPERTIES = """\
process.roles=broker,controller
node.id=1
controller.listener.names=CONTROLLER
controller.quorum.voters=1@127.0.0.1:{controller_port}
listeners=PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller_port}
advertised.listeners=PLAINTEXT://{advertised}
log.dirs={data}
auto.create.topics.enable=false
num.partitions=6
group.initial.rebalance.delay.ms=0
offsets.topic.replication.factor=1
offsets.topic.num.partitions=4
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=4
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
num.network.threads=2
num.io.threads=2
background.threads=2
log.cleaner.dedupe.buffer.size=2097152
broker.heartbeat.interval.ms=500
broker.session.timeout.ms=3000
"""
JAVA_OPTIONS = [
    "-Xmx256m",
    "-XX:+UseSerialGC",
    "-XX:TieredStopAtLevel=1",  # the second compiler costs more at the start than it gains on so small a broker
    "-Dlog4j2.statusLoggerLevel=OFF",
    "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
    "-Dorg.slf4j.simpleLogger.showDateTime=true",
    "-Dorg.slf4j.simpleLogger.dateTimeFormat=yyyy-MM-dd HH:mm:ss,SSS",
]


async def kafka_answers(bootstrap: str) -> bool:
    return await cluster_that_answers(bootstrap) is not None


async def cluster_that_answers(bootstrap: str) -> str | None:
    """The id of the cluster that has a broker there."""
    host, port = bootstrap.rsplit(":", 1)
    try:  # aiokafka logs an error for each refused connection, so ask first whether there is anyone
        _, writer = await asyncio.open_connection(host, int(port))
        writer.close()
        await writer.wait_closed()
    except OSError:
        return None
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    try:
        await admin.start()
        cluster = await admin.describe_cluster()
        return str(cluster["cluster_id"]) if cluster["brokers"] else None
    except (KafkaError, OSError):
        return None
    finally:
        await admin.close()


def new_cluster_id() -> str:
    return base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")


class KafkaServer(Server):
    name = "Kafka"
    directory = "kafka"
    stop_signal = signal.SIGTERM

    def __init__(self, settings: LocalSettings, port: int, controller_port: int, say: Callable[[str], None]) -> None:
        super().__init__(settings.home, say)
        self.bootstrap = f"127.0.0.1:{settings.kafka_advertised_port or port}"
        self._data = self.folder / "data"
        self._port = port
        self._controller_port = controller_port
        self._settings = settings
        self._java: list[str | Path] = []

    async def prepare(self) -> None:
        jars = await fetch_jars(self._settings.jars or self._settings.home / "jars", self._settings.maven_url, self.say)
        self._java = [self._settings.java, *JAVA_OPTIONS, "-cp", ":".join(map(str, jars))]
        if not self._data.exists():
            await self._format()

    async def _format(self) -> None:
        """Renamed only when complete, so that an interrupted first start leaves nothing that looks finished."""
        unfinished = self._data.with_suffix(".part")
        shutil.rmtree(unfinished, ignore_errors=True)
        options = f"--cluster-id={new_cluster_id()}", f"--config={self._properties(unfinished)}"
        tool = [*self._java, "kafka.tools.StorageTool", "format", *options]
        await run_program(tool, self.log, self.identity)
        unfinished.rename(self._data)

    def _properties(self, data: Path) -> Path:
        file = self.folder / "server.properties"
        ports = {"port": self._port, "controller_port": self._controller_port}
        file.write_text(PROPERTIES.format(data=data, advertised=self.bootstrap, **ports))
        return file

    def command(self) -> list[str | Path]:
        return [*self._java, "kafka.Kafka", self._properties(self._data)]

    @property
    def ports(self) -> tuple[int, int]:
        return self._port, self._controller_port

    async def answers(self) -> bool:
        cluster = await cluster_that_answers(f"127.0.0.1:{self._port}")
        return cluster is not None and f"cluster.id={cluster}" in self._formatted().splitlines()

    def _formatted(self) -> str:
        """What Kafka wrote down when the folder was formatted."""
        return (self._data / "meta.properties").read_text()
