"""The composition root: settings in, service out."""

from services.assessment import api, consumer, tables
from services.assessment.settings import Settings
from shared.service import Service


def service(settings: Settings | None = None) -> Service:
    return Service(
        name="assessment",
        settings=settings or Settings(),
        tables=tables.METADATA,
        routers=api.ROUTERS,
        subscriptions=consumer.SUBSCRIPTIONS,
    )
