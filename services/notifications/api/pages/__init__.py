"""Pages for subscribers: what the API tells and does, with the same sign-in and rights, for people."""

from services.notifications.api.pages import deliveries, subscriptions

ROUTERS = [subscriptions.router, deliveries.router]
