"""What `notifications` owns."""

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg

from shared.tables import new_metadata

METADATA = new_metadata()

SUBSCRIPTIONS = sa.Table(
    "subscriptions",
    METADATA,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("owner_id", sa.Uuid, nullable=False),
    sa.Column("url", sa.Text, nullable=False),
    sa.Column("event_types", pg.ARRAY(sa.Text), nullable=False),
    sa.Column("countries", pg.ARRAY(sa.Text), nullable=False),
    sa.Column("qualification_ids", pg.ARRAY(sa.Uuid), nullable=False),
    sa.Column("description", sa.Text),
    sa.Column("sealed_secret", sa.LargeBinary, nullable=False),
    sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Index("subscriptions_owner", "owner_id", "id"),
    sa.Index("subscriptions_active", "id", postgresql_where=sa.text("state = 'active'")),
)

FEED = sa.Table(
    "feed",
    METADATA,
    sa.Column("position", sa.BigInteger, sa.Identity(always=True), primary_key=True),
    sa.Column("event_id", sa.Uuid, nullable=False),
    sa.Column("type", sa.Text, nullable=False),
    sa.Column("subject", sa.Text, nullable=False),
    sa.Column("key", sa.Text, nullable=False),
    sa.Column("sequence", sa.Integer, nullable=False),
    sa.Column("time", sa.DateTime(timezone=True), nullable=False),
    sa.Column("traceparent", sa.Text, nullable=False),
    sa.Column("body", sa.LargeBinary, nullable=False),
    sa.Column("everyone", sa.Boolean, nullable=False),
    sa.Column("institution_ids", pg.ARRAY(sa.Uuid), nullable=False),
    sa.Column("country", sa.Text),
    sa.Column("qualification_id", sa.Uuid),
    sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
    sa.Index("feed_event_id", "event_id", unique=True),
    sa.Index("feed_taken_at", "taken_at"),
)

DELIVERIES = sa.Table(
    "deliveries",
    METADATA,
    sa.Column("id", sa.Uuid, primary_key=True, server_default=sa.text("new_id()")),
    sa.Column("subscription_id", sa.Uuid, nullable=False),
    sa.Column("owner_id", sa.Uuid, nullable=False),
    sa.Column("position", sa.BigInteger, nullable=False),
    sa.Column("event_id", sa.Uuid, nullable=False),
    sa.Column("type", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False, server_default="queued"),
    sa.Column("version", sa.Integer, nullable=False, server_default="1"),
    sa.Column("failures", sa.Integer, nullable=False, server_default="0"),
    sa.Column("next_attempt_at", sa.DateTime(timezone=True), server_default=sa.func.now()),
    sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
    sa.Index(
        "deliveries_due", "subscription_id", "next_attempt_at", postgresql_where=sa.text("next_attempt_at IS NOT NULL")
    ),
    sa.Index("deliveries_owner", "owner_id", "id"),
    sa.Index("deliveries_subscription", "subscription_id", "id"),
    sa.Index("deliveries_created_at", "created_at"),
)

ATTEMPTS = sa.Table(
    "attempts",
    METADATA,
    sa.Column("delivery_id", sa.Uuid, sa.ForeignKey(DELIVERIES.c.id, ondelete="CASCADE"), primary_key=True),
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("owner_id", sa.Uuid, nullable=False),
    sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("duration_ms", sa.Integer, nullable=False),
    sa.Column("status", sa.SmallInteger),
    sa.Column("error", sa.Text),
)
