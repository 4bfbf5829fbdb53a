"""`make down`: stop what `make run` started and delete all that it made, here or on servers that it was given."""

from aiokafka.admin import AIOKafkaAdminClient

from deploy.local import launcher
from deploy.local.databases import drop
from deploy.local.everything import PREFIX
from deploy.local.settings import LocalSettings
from deploy.routes import SERVICES
from shared.contracts.registry import TOPICS


async def take_down(settings: LocalSettings) -> None:
    """On given servers the services' databases, roles and topics go; embedded ones go whole."""
    launcher.remove(settings.home)
    if settings.database_url:
        for service in SERVICES:
            await drop(settings.database_url, f"{PREFIX}_{service}")
    if settings.kafka_bootstrap:
        await _delete_topics(settings.kafka_bootstrap)


async def _delete_topics(bootstrap: str) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        if made := set(await admin.list_topics()) & set(TOPICS):
            await admin.delete_topics(sorted(made))
    finally:
        await admin.close()
