"""Composition root."""

from services.catalogue import api, tables
from services.catalogue.settings import Settings
from shared.service import Service


def service(settings: Settings | None = None) -> Service:
    return Service(name="catalogue", settings=settings or Settings(), tables=tables.METADATA, routers=api.ROUTERS)
