"""Composition root."""

from services.recognition import api, consumer, tables, workers
from services.recognition.settings import Settings
from shared.service import Service


def service(settings: Settings | None = None) -> Service:
    return Service(
        name="recognition",
        settings=settings or Settings(),
        tables=tables.METADATA,
        routers=api.ROUTERS,
        subscriptions=consumer.SUBSCRIPTIONS,
        workers=[workers.MEND, workers.RECONSIDER, workers.CHECKPOINT, workers.EXPIRE],
    )
