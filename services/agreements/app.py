"""The composition root: settings in, service out."""

from services.agreements import api, consumer, tables, workers
from services.agreements.settings import Settings
from shared.service import Service


def service(settings: Settings | None = None) -> Service:
    settings = settings or Settings()
    return Service(
        name="agreements",
        settings=settings,
        tables=tables.METADATA,
        routers=api.ROUTERS,
        subscriptions=consumer.SUBSCRIPTIONS,
        workers=workers.workers(settings),
    )
