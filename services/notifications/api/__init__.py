"""Where HTTP comes in, one router for each aggregate."""

from services.notifications.api import deliveries, events, subscriptions

ROUTERS = [subscriptions.router, deliveries.router, events.router]
