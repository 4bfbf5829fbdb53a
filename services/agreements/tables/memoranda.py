import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from services.agreements.tables.metadata import METADATA

MEMORANDA = sa.Table(
    "memoranda",
    METADATA,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("drafted_by", sa.Uuid, nullable=False),
    sa.Column("party_ids", ARRAY(sa.Uuid), nullable=False),
    sa.Column("terms", JSONB, nullable=False),
    sa.Column("codes", JSONB, nullable=False),
    sa.Column("content_version", sa.Integer, nullable=False),
    sa.Column("content_hash", sa.Text, nullable=False),
    sa.Column("hash_profile", sa.Text, nullable=False),
    sa.Column("approvals", JSONB, nullable=False),
    sa.Column("ending", JSONB(none_as_null=True)),
    sa.Column("proposed_by", sa.Uuid),
    sa.Column("contents", sa.Integer, nullable=False, server_default=sa.text("1")),
    sa.Column("countries", ARRAY(sa.Text), nullable=False, server_default=sa.text("'{}'")),
    sa.Column("amendment", JSONB(none_as_null=True)),
    sa.Column("suspensions", JSONB, nullable=False, server_default=sa.text("'[]'")),
    sa.Column("notice", JSONB(none_as_null=True)),
    sa.Column("general_info", JSONB, nullable=False, server_default=sa.text("'{}'")),
    sa.Column("override", JSONB(none_as_null=True)),
    sa.Index("memoranda_party_ids", "party_ids", postgresql_using="gin"),
    sa.Index("memoranda_countries", "countries", postgresql_using="gin"),
)

MEMORANDUM_VERSIONS = sa.Table(
    "memorandum_versions",
    METADATA,
    sa.Column("memorandum_id", sa.Uuid, sa.ForeignKey(MEMORANDA.c.id), primary_key=True),
    sa.Column("content_version", sa.Integer, primary_key=True),
    sa.Column("content_hash", sa.Text, nullable=False),
    sa.Column("hash_profile", sa.Text, nullable=False),
    sa.Column("terms", JSONB, nullable=False),
    sa.Column("proposed_by", sa.Uuid, nullable=False),
    sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("changed_from", sa.Integer),
    sa.Column("changes", JSONB(none_as_null=True)),
    sa.Column("approvals", JSONB(none_as_null=True)),
    sa.Column("in_force_at", sa.DateTime(timezone=True)),
    sa.Column("superseded_at", sa.DateTime(timezone=True)),
    sa.Column("dropped_at", sa.DateTime(timezone=True)),
)

MEMORANDUM_HISTORY = sa.Table(
    "memorandum_history",
    METADATA,
    sa.Column("memorandum_id", sa.Uuid, sa.ForeignKey(MEMORANDA.c.id, ondelete="CASCADE"), primary_key=True),
    sa.Column("version", sa.Integer, primary_key=True),
    sa.Column("command", sa.Text, nullable=False),
    sa.Column("institution_id", sa.Uuid),
    sa.Column("actor", sa.Text),
    sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("content_version", sa.Integer, nullable=False),
    sa.Column("reason", sa.Text),
    sa.Column("before", JSONB(none_as_null=True)),
)
