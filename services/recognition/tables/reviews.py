"""What people do about decisions."""

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg

from services.recognition.tables.metadata import METADATA

INFORMATION_REQUESTS = sa.Table(
    "information_requests",
    METADATA,
    sa.Column("request_id", sa.Uuid, primary_key=True),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("decision_id", sa.Uuid, nullable=False),
    sa.Column("learner_id", sa.Uuid, nullable=False),
    sa.Column("home_id", sa.Uuid, nullable=False),
    sa.Column("host_id", sa.Uuid, nullable=False),
    sa.Column("question", sa.Text),
    sa.Column("asked_by", sa.Text, nullable=False),
    sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("answer", sa.Text),
    sa.Column("answered_by", sa.Text),
    sa.Column("answered_at", sa.DateTime(timezone=True)),
    sa.Index("information_requests_decision", "decision_id", "request_id"),
    sa.Index("information_requests_learner", "learner_id"),
    sa.Index(
        "information_requests_one_at_a_time",
        "decision_id",
        unique=True,
        postgresql_where=sa.text("answered_at IS NULL"),
    ),
)
"""The words can be taken away and leave what was done: they are about a learner."""

APPEALS = sa.Table(
    "appeals",
    METADATA,
    sa.Column("appeal_id", sa.Uuid, primary_key=True),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("decision_id", sa.Uuid, nullable=False),
    sa.Column("learner_id", sa.Uuid, nullable=False),
    sa.Column("home_id", sa.Uuid, nullable=False),
    sa.Column("unit_id", sa.Uuid, nullable=False),
    sa.Column("against", sa.Text, nullable=False),
    sa.Column("against_by", sa.Text),
    sa.Column("grounds", sa.Text),
    sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("ruling", pg.JSONB(none_as_null=True)),
    sa.UniqueConstraint("decision_id", name="appeals_once"),
    sa.Index("appeals_learner", "learner_id", "unit_id"),
)
