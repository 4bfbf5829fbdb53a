"""The topics: declared by the published facts, created by this command, never by accident.

`python -m shared.topics` creates what is missing and leaves what exists as it is.
"""

import asyncio

import typer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import TopicAlreadyExistsError, for_code

from shared.contracts.registry import TOPICS
from shared.kafka.sign_in import sign_in
from shared.refusals import in_one_sentence
from shared.settings import PlatformSettings

FOR_EVER = {"retention.ms": "-1", "cleanup.policy": "delete"}
"""Facts are kept without end, so that any service can be rebuilt from them."""


async def create_topics(platform: PlatformSettings) -> list[str]:
    """Create the topics that are missing and name them."""
    admin = AIOKafkaAdminClient(bootstrap_servers=platform.kafka_bootstrap, **sign_in(platform))
    await admin.start()
    try:
        existing = set(await admin.list_topics())
        missing = [topic for name in TOPICS if (topic := platform.kafka_prefix + name) not in existing]
        if missing:
            response = await admin.create_topics([_new(topic, platform) for topic in missing])
            _raise_errors(response.topic_errors)
        return missing
    finally:
        await admin.close()


def _new(topic: str, platform: PlatformSettings) -> NewTopic:
    return NewTopic(topic, platform.kafka_partitions, platform.kafka_replication, topic_configs=FOR_EVER)


def _raise_errors(errors: list[tuple[str, int, str | None]]) -> None:
    for topic, code, *message in errors:
        kind = for_code(code)
        if code and kind is not TopicAlreadyExistsError:
            raise kind(f"{topic}: {message}")


def main() -> None:
    """Create the topics that Acquis speaks on, if they are missing."""
    with in_one_sentence():
        created = asyncio.run(create_topics(PlatformSettings()))
    for topic in created:
        typer.echo(f"created {topic}")


if __name__ == "__main__":
    typer.run(main)
