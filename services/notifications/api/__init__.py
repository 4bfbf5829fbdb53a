"""Where HTTP comes in, one router for each aggregate."""

from services.notifications.api import contacts, deliveries, events, grants, pages, subscriptions, webhook_keys
from shared.pages import signing_in

ROUTERS = [
    *subscriptions.ROUTERS,
    contacts.router,
    deliveries.router,
    grants.router,
    events.router,
    webhook_keys.router,
    *pages.ROUTERS,
    signing_in.router,
]
