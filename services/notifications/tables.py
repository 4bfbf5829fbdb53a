"""What `notifications` owns."""

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg

from shared.tables import new_metadata

METADATA = new_metadata()

SCOPE_GRANTS = sa.Table(
    "scope_grants",
    METADATA,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("grantee_id", sa.Uuid, nullable=False),
    sa.Column("institution_id", sa.Uuid),
    sa.Column("country", sa.Text),
    sa.Column("qualification_ids", pg.ARRAY(sa.Uuid), nullable=False),
    sa.Column("granted_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Index(
        "scope_grants_by_institution",
        "grantee_id",
        "institution_id",
        unique=True,
        postgresql_where=sa.text("state = 'granted' AND institution_id IS NOT NULL"),
    ),
    sa.Index(
        "scope_grants_by_country",
        "grantee_id",
        "country",
        unique=True,
        postgresql_where=sa.text("state = 'granted' AND country IS NOT NULL"),
    ),
    sa.Index("scope_grants_grantee", "grantee_id", "id"),
    sa.Index("scope_grants_institution", "institution_id", "id"),
    sa.Index("scope_grants_country", "country", "id"),
)

SUBSCRIPTIONS = sa.Table(
    "subscriptions",
    METADATA,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("owner_id", sa.Uuid, nullable=False),
    sa.Column("url", sa.Text, nullable=False),
    sa.Column("event_types", pg.ARRAY(sa.Text), nullable=False),
    sa.Column("countries", pg.ARRAY(sa.Text), nullable=False),
    sa.Column("qualification_ids", pg.ARRAY(sa.Uuid), nullable=False),
    sa.Column("institution_ids", pg.ARRAY(sa.Uuid), nullable=False, server_default="{}"),
    sa.Column("own_learners", sa.Boolean, nullable=False, server_default="false"),
    sa.Column("ordered", sa.Boolean, nullable=False, server_default="false"),
    sa.Column("description", sa.Text),
    sa.Column("sealed_secret", sa.LargeBinary, nullable=False),
    sa.Column("sealed_old_secret", sa.LargeBinary),
    sa.Column("old_secret_until", sa.DateTime(timezone=True)),
    sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("failing_since", sa.DateTime(timezone=True)),
    sa.Column("failures", sa.Integer, nullable=False, server_default="0"),
    sa.Column("rests_until", sa.DateTime(timezone=True)),
    sa.Column("warned", sa.Boolean, nullable=False, server_default="false"),
    sa.Column("failed_at", sa.DateTime(timezone=True)),
    sa.Index("subscriptions_owner", "owner_id", "id"),
    sa.Index("subscriptions_active", "id", postgresql_where=sa.text("state = 'active'")),
    sa.Index("subscriptions_failing", "failing_since", postgresql_where=sa.text("failing_since IS NOT NULL")),
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
    sa.Column("home_id", sa.Uuid),
    sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
    sa.Index("feed_event_id", "event_id", unique=True),
    sa.Index("feed_taken_at", "taken_at"),
)

FORGOTTEN = sa.Table("forgotten", METADATA, sa.Column("position", sa.BigInteger, primary_key=True))
"""One row: the last position of the feed that was older than the retention."""

DELIVERIES = sa.Table(
    "deliveries",
    METADATA,
    sa.Column("id", sa.Uuid, primary_key=True, server_default=sa.text("new_id()")),
    sa.Column("subscription_id", sa.Uuid, nullable=False),
    sa.Column("owner_id", sa.Uuid, nullable=False),
    sa.Column("position", sa.BigInteger, nullable=False),
    sa.Column("event_id", sa.Uuid, nullable=False),
    sa.Column("type", sa.Text, nullable=False),
    sa.Column("key", sa.Text),
    sa.Column("ping_body", sa.LargeBinary),
    sa.Column("state", sa.Text, nullable=False, server_default="queued"),
    sa.Column("reason", sa.Text),
    sa.Column("version", sa.Integer, nullable=False, server_default="1"),
    sa.Column("failures", sa.Integer, nullable=False, server_default="0"),
    sa.Column("next_attempt_at", sa.DateTime(timezone=True), server_default=sa.func.now()),
    sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
    sa.Index(
        "deliveries_due", "subscription_id", "next_attempt_at", postgresql_where=sa.text("next_attempt_at IS NOT NULL")
    ),
    sa.Index(
        "deliveries_in_order",
        "subscription_id",
        "key",
        "position",
        postgresql_where=sa.text("next_attempt_at IS NOT NULL AND key IS NOT NULL"),
    ),
    sa.Index("deliveries_dead", "subscription_id", "id", postgresql_where=sa.text("state = 'dead_letter'")),
    sa.Index(
        "deliveries_pings",
        "subscription_id",
        postgresql_where=sa.text("ping_body IS NOT NULL AND next_attempt_at IS NOT NULL"),
    ),
    sa.Index("deliveries_owner", "owner_id", "id"),
    sa.Index("deliveries_subscription", "subscription_id", "id"),
    sa.Index("deliveries_created_at", "created_at"),
)

ATTEMPTS = sa.Table(
    "attempts",
    METADATA,
    sa.Column("delivery_id", sa.Uuid, primary_key=True),
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("owner_id", sa.Uuid, nullable=False),
    sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("duration_ms", sa.Integer, nullable=False),
    sa.Column("status", sa.SmallInteger),
    sa.Column("error", sa.Text),
    sa.Column("url", sa.Text),
    sa.Column("signature", sa.Text),
    sa.Column("response", sa.Text),
    postgresql_partition_by="RANGE (delivery_id)",
)

RELAYED = sa.Table(
    "relayed",
    METADATA,
    sa.Column("topic", sa.Text, primary_key=True),
    sa.Column("position", sa.BigInteger, nullable=False),
)
"""How far the feed was passed on to a topic for consumers outside."""

CONTACTS = sa.Table(
    "contacts",
    METADATA,
    sa.Column("subscription_id", sa.Uuid, primary_key=True),
    sa.Column("owner_id", sa.Uuid, nullable=False),
    sa.Column("sealed_email", sa.LargeBinary),
    sa.Column("language", sa.Text, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
)

NOTICES = sa.Table(
    "notices",
    METADATA,
    sa.Column("id", sa.Uuid, primary_key=True, server_default=sa.text("new_id()")),
    sa.Column("subscription_id", sa.Uuid, nullable=False),
    sa.Column("event_id", sa.Uuid, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("since", sa.DateTime(timezone=True), nullable=False),
    sa.Column("until", sa.DateTime(timezone=True)),
    sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
    sa.Column("next_attempt_at", sa.DateTime(timezone=True), server_default=sa.func.now()),
    sa.Column("sent_at", sa.DateTime(timezone=True)),
    sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
    sa.Index("notices_event_id", "event_id", unique=True),
    sa.Index("notices_due", "next_attempt_at", postgresql_where=sa.text("next_attempt_at IS NOT NULL")),
    sa.Index("notices_created_at", "created_at"),
)
