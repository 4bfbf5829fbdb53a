"""The composition root: settings in, service out."""

from services.notifications import api, consumer, tables, workers
from services.notifications.settings import Settings
from shared.service import Service


def service(settings: Settings | None = None) -> Service:
    settings = settings or Settings()
    return Service(
        name="notifications",
        settings=settings,
        tables=tables.METADATA,
        routers=api.ROUTERS,
        subscriptions=consumer.SUBSCRIPTIONS,
        workers=workers.workers(settings),
    )
