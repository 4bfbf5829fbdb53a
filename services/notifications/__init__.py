"""Notifications: tells everyone who is entitled to know.

Owns subscriptions, the event feed, deliveries and their attempts. Hears every published fact. Says when a subscription
was verified, only fails, or was disabled.
"""
