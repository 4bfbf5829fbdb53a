"""What was heard, and what waits for something that was not."""

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg

from services.recognition.tables.metadata import METADATA


def _known(name: str, *more: sa.schema.SchemaItem) -> sa.Table:
    """Facts of other services, by id and version, as they were said; a version never changes."""
    return sa.Table(
        name,
        METADATA,
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("version", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("data", pg.JSONB, nullable=False),
        *more,
    )


KNOWN_QUALIFICATIONS = _known("known_qualifications")
KNOWN_COMPARABILITIES = _known("known_comparabilities")
KNOWN_WITHDRAWALS = _known("known_withdrawals")
KNOWN_MEMORANDA = _known(
    "known_memoranda",
    sa.Index(
        "known_memoranda_said", "data", postgresql_using="gin", postgresql_ops={"data": "jsonb_path_ops"}
    ),  # who recognises under one is asked without knowing which
)
KNOWN_LEARNING_AGREEMENTS = _known("known_learning_agreements")
KNOWN_STEPS = _known("known_steps", sa.Column("type", sa.Text, nullable=False))
"""What became of memoranda and learning agreements besides."""
KNOWN_COUNTRY_POLICIES = _known(
    "known_country_policies",
    sa.Column("country", sa.Text, nullable=False),
    sa.Index("known_country_policies_country", "country"),
)

KNOWN_GRADE_TABLES = _known(
    "known_grade_tables",
    sa.Column("institution_id", sa.Uuid, nullable=False),
    sa.Index("known_grade_tables_institution", "institution_id"),
)

PENDING_FACTS = sa.Table(
    "pending_facts",
    METADATA,
    sa.Column("event_id", sa.Uuid, primary_key=True),
    sa.Column("type", sa.Text, nullable=False),
    sa.Column("body", sa.Text, nullable=False),
    sa.Column("waits_for", sa.Text, nullable=False),
    sa.Column("traceparent", sa.Text, nullable=False),
    sa.Column("parked_at", sa.DateTime(timezone=True), nullable=False),
    sa.Index("pending_facts_waits_for", "waits_for"),
)

EVALUATED_TRANSCRIPTS = sa.Table(
    "evaluated_transcripts",
    METADATA,
    sa.Column("transcript_id", sa.Uuid, primary_key=True),
    sa.Column("version", sa.Integer, nullable=False),
)
"""The latest issue of each transcript that was evaluated; issues are evaluated one after the other."""

TRANSCRIPTS = sa.Table(
    "transcripts",
    METADATA,
    sa.Column("transcript_id", sa.Uuid, primary_key=True),
    sa.Column("version", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("learner_id", sa.Uuid, nullable=False),
    sa.Column("standing", sa.Text, nullable=False),
    sa.Column("content_hash", sa.Text),
    sa.Column("data", pg.JSONB, nullable=False),
    sa.Index("transcripts_learner", "learner_id"),
)
"""Every word of a host that was evaluated: `standing` is issued, corrected or withdrawn, the last version's holds."""

DOCUMENTED_TRANSCRIPTS = sa.Table(
    "documented_transcripts",
    METADATA,
    sa.Column("transcript_id", sa.Uuid, primary_key=True),
    sa.Column("version", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("data", pg.JSONB, nullable=False),
)
"""What `transcripts` took the place of; not written any more, and read for what was until then."""
