"""Subscriptions: what is asked for, and their life."""

from services.notifications.api.subscriptions import life, requests

ROUTERS = [requests.router, life.router]
