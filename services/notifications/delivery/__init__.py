"""Sending webhooks: claim, sign, post, record."""

from services.notifications.delivery.deliverer import Deliverer

__all__ = ["Deliverer"]
