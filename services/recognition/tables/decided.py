"""What was decided, and what came of it."""

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg

from services.recognition.tables.metadata import METADATA


def _about() -> list[sa.Column[object]]:
    """What every row about a unit of a learner names; those who may see it among them."""
    return [
        sa.Column("learner_id", sa.Uuid, nullable=False),
        sa.Column("home_id", sa.Uuid, nullable=False),
        sa.Column("home_country", sa.Text, nullable=False),
        sa.Column("host_id", sa.Uuid, nullable=False),
        sa.Column("host_country", sa.Text, nullable=False),
        sa.Column("qualification_id", sa.Uuid, nullable=False),
        sa.Column("unit_id", sa.Uuid, nullable=False),
        sa.Column("learning_agreement_id", sa.Uuid, nullable=False),
        sa.Column("transcript_id", sa.Uuid, nullable=False),
        sa.Column("transcript_version", sa.Integer, nullable=False),
    ]


VALIDATIONS = sa.Table(
    "validations",
    METADATA,
    sa.Column("validation_id", sa.Uuid, primary_key=True),
    sa.Column("version", sa.Integer, nullable=False),
    *_about(),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("outcomes", pg.JSONB, nullable=False),
    sa.Column("completed_at", sa.DateTime(timezone=True), nullable=False),
    sa.Index("validations_learner", "learner_id", "validation_id"),
    sa.Index("validations_home", "home_id", "validation_id"),
    sa.Index("validations_host", "host_id", "validation_id"),
    sa.Index("validations_home_country", "home_country", "validation_id"),
)

DECISIONS = sa.Table(
    "decisions",
    METADATA,
    sa.Column("decision_id", sa.Uuid, primary_key=True),
    sa.Column("version", sa.Integer, nullable=False),
    *_about(),
    sa.Column("qualification_version", sa.Integer, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("mode", sa.Text),
    sa.Column("validation_id", sa.Uuid, nullable=False),
    sa.Column("memorandum_id", sa.Uuid, nullable=False),
    sa.Column("memorandum_version", sa.Integer, nullable=False),
    sa.Column("memorandum_hash", sa.Text, nullable=False),
    sa.Column("learning_agreement_version", sa.Integer, nullable=False),
    sa.Column("learning_agreement_hash", sa.Text, nullable=False),
    sa.Column("transcript_hash", sa.Text, nullable=False),
    sa.Column("country_policy_id", sa.Uuid),
    sa.Column("country_policy_version", sa.Integer),
    sa.Column("reasons", pg.ARRAY(sa.Text), nullable=False),
    sa.Column("trace", pg.JSONB, nullable=False),
    sa.Column("assessed_on", sa.Date, nullable=False),
    sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("superseded_by", sa.Uuid),
    # The idempotency key of domain.md 4.1, and the policy: with another one the engine may decide otherwise.
    sa.UniqueConstraint(
        "learner_id",
        "unit_id",
        "transcript_id",
        "transcript_version",
        "country_policy_id",
        "country_policy_version",
        name="decisions_once_a_policy",
        postgresql_nulls_not_distinct=True,
    ),
    sa.Index(
        "decisions_open",
        "learner_id",
        postgresql_where=sa.text("state IN ('manual_review', 'documented_only', 'partially_recognised')"),
    ),
    sa.Index(
        "decisions_documented",
        "home_country",
        "decision_id",
        postgresql_where=sa.text("state = 'documented_only'"),
    ),
    sa.Index("decisions_home", "home_id", "decision_id"),
    sa.Index("decisions_host", "host_id", "decision_id"),
    sa.Index("decisions_home_country", "home_country", "decision_id"),
)

CREDITS = sa.Table(
    "credits",
    METADATA,
    sa.Column("credit_id", sa.Uuid, primary_key=True),
    sa.Column("version", sa.Integer, nullable=False),
    *_about(),
    sa.Column("qualification_version", sa.Integer, nullable=False),
    sa.Column("decision_id", sa.Uuid, nullable=False),
    sa.Column("points", sa.Numeric),
    sa.Column("grade", sa.Text),
    sa.Column("grade_scale", sa.Text),
    sa.Column("conversion", pg.JSONB(none_as_null=True)),
    sa.Column("mode", sa.Text, nullable=False),
    sa.Column("memorandum_id", sa.Uuid, nullable=False),
    sa.Column("memorandum_version", sa.Integer, nullable=False),
    sa.Column("learning_agreement_version", sa.Integer, nullable=False),
    sa.Column("country_policy_id", sa.Uuid, nullable=False),
    sa.Column("country_policy_version", sa.Integer, nullable=False),
    sa.Column("assessed_on", sa.Date, nullable=False),
    sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("ledger_position", sa.Integer, nullable=False),
    sa.Column("ledger_hash", sa.Text, nullable=False),
    sa.UniqueConstraint("learner_id", "qualification_id", "unit_id", name="credits_count_once"),
    sa.Index("credits_home", "home_id", "credit_id"),
    sa.Index("credits_home_country", "home_country", "credit_id"),
)

UNITS_IN_PROGRESS = sa.Table(
    "units_in_progress",
    METADATA,
    sa.Column("credit_id", sa.Uuid, primary_key=True),
    sa.Column("version", sa.Integer, nullable=False),
    *_about(),
    sa.Column("qualification_version", sa.Integer, nullable=False),
    sa.Column("decision_id", sa.Uuid, nullable=False),
    sa.Column("held_outcome_ids", pg.ARRAY(sa.Uuid), nullable=False),
    sa.Column("needed_outcome_ids", pg.ARRAY(sa.Uuid), nullable=False),
    sa.Column("needed_optional", sa.Integer, nullable=False),
    sa.Column("assessed_on", sa.Date, nullable=False),
    sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
    sa.UniqueConstraint("learner_id", "qualification_id", "unit_id", name="units_in_progress_once"),
)
"""What is held of units that do not count yet; of one that counts, the credit is among `credits` instead."""

DOCUMENTED_TRANSCRIPTS = sa.Table(
    "documented_transcripts",
    METADATA,
    sa.Column("transcript_id", sa.Uuid, primary_key=True),
    sa.Column("version", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("data", pg.JSONB, nullable=False),
)
"""Issues of which a unit was documented only: what to decide on anew when the country's policy changes."""

COMPLETED_QUALIFICATIONS = sa.Table(
    "completed_qualifications",
    METADATA,
    sa.Column("learner_id", sa.Uuid, primary_key=True),
    sa.Column("qualification_id", sa.Uuid, primary_key=True),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("home_id", sa.Uuid, nullable=False),
    sa.Column("home_country", sa.Text, nullable=False),
    sa.Column("completed_on", sa.Date, nullable=False),
    sa.Column("unit_ids", pg.ARRAY(sa.Uuid), nullable=False),
)
