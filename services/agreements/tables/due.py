"""What time has to do; no API shows it."""

import sqlalchemy as sa

from services.agreements.tables.metadata import METADATA

DUE_TRANSITIONS = sa.Table(
    "due_transitions",
    METADATA,
    sa.Column("aggregate", sa.Text, nullable=False),
    sa.Column("aggregate_id", sa.Uuid, primary_key=True),
    sa.Column("command", sa.Text, primary_key=True),
    sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
    sa.Index("due_transitions_due_at", "due_at", "aggregate_id", "command"),
)
