"""The chains of entries, and the checkpoints of their ends."""

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg

from services.recognition.tables.metadata import METADATA

LEDGER_ENTRIES = sa.Table(
    "ledger_entries",
    METADATA,
    sa.Column("learner_id", sa.Uuid, primary_key=True),
    sa.Column("position", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("entry_id", sa.Uuid, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("credit_id", sa.Uuid, nullable=False),
    sa.Column("decision_id", sa.Uuid, nullable=False),
    sa.Column("home_id", sa.Uuid, nullable=False),
    sa.Column("home_country", sa.Text, nullable=False),
    sa.Column("qualification_id", sa.Uuid, nullable=False),
    sa.Column("unit_id", sa.Uuid, nullable=False),
    # No scale: the hash covers the points as they were given, so they must never be rounded.
    sa.Column("points", sa.Numeric),
    sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("previous_hash", sa.Text, nullable=False),
    sa.Column("hash", sa.Text, nullable=False),
    sa.Column("reverses", sa.Uuid),
    sa.Index(
        "ledger_entries_reversed_once",
        "reverses",
        unique=True,
        postgresql_where=sa.text("reverses IS NOT NULL"),
    ),
)
"""Only ever inserted: the application has no right to more, and a trigger refuses it to everybody."""

LEDGER_HEADS = sa.Table(
    "ledger_heads",
    METADATA,
    sa.Column("learner_id", sa.Uuid, primary_key=True),
    sa.Column("position", sa.Integer, nullable=False),
    sa.Column("hash", sa.Text, nullable=False),
)
"""The end of each chain; whoever evaluates a learner's transcript holds its row."""

LEDGER_CHECKPOINTS = sa.Table(
    "ledger_checkpoints",
    METADATA,
    sa.Column("checkpoint_id", sa.Uuid, primary_key=True),
    sa.Column("number", sa.Integer, nullable=False),
    sa.Column("previous_root", sa.Text, nullable=False),
    sa.Column("root", sa.Text, nullable=False),
    sa.Column("heads", sa.Integer, nullable=False),
    sa.Column("entries", sa.BigInteger, nullable=False),
    sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
    # What a proof needs of the tree: 48 bytes for a thousand chains.
    sa.Column("block_starts", pg.ARRAY(sa.Uuid), nullable=False),
    sa.Column("block_roots", pg.ARRAY(sa.LargeBinary), nullable=False),
    sa.UniqueConstraint("number", name="ledger_checkpoints_number"),
)
"""Only ever inserted too, like the ends of chains that they cover."""

LEDGER_CHECKPOINT_HEADS = sa.Table(
    "ledger_checkpoint_heads",
    METADATA,
    sa.Column("learner_id", sa.Uuid, primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("position", sa.Integer, nullable=False),
    sa.Column("hash", sa.Text, nullable=False),
)
"""The ends of the chains that had grown since the checkpoint before; the others are where an earlier one has them."""
