"""The composition root: settings in, service out."""

from services.agreements import api, consumer, tables
from services.agreements.settings import Settings
from shared.service import Service


def service(settings: Settings | None = None) -> Service:
    return Service(
        name="agreements",
        settings=settings or Settings(),
        tables=tables.METADATA,
        routers=api.ROUTERS,
        subscriptions=consumer.SUBSCRIPTIONS,
    )
