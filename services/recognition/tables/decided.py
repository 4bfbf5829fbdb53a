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
    sa.Column("kind", sa.Text, nullable=False, server_default="mobility"),
    sa.Column("decided_by", sa.Text),
    sa.Column("legal_basis", sa.Text),
    sa.Column("appeal_until", sa.Date),
    sa.Column("transcript_issued_at", sa.DateTime(timezone=True)),
    sa.Column("assigned_to", sa.Text),
    # The idempotency key of domain.md 4.1, and the policy: with another one the engine may decide otherwise.
    sa.Index(
        "decisions_once_a_policy",
        "learner_id",
        "unit_id",
        "transcript_id",
        "transcript_version",
        "country_policy_id",
        "country_policy_version",
        unique=True,
        postgresql_nulls_not_distinct=True,
        postgresql_where=sa.text("state NOT IN ('superseded', 'revoked')"),
    ),
    sa.Index("decisions_learner", "learner_id", "decision_id"),
    sa.Index(
        "decisions_open",
        "learner_id",
        postgresql_where=sa.text(
            "state IN"
            " ('manual_review', 'documented_only', 'partially_recognised', 'evidence_only', 'refused', 'appealed')"
        ),
    ),
    sa.Index(
        "decisions_documented",
        "home_country",
        "decision_id",
        postgresql_where=sa.text("state = 'documented_only'"),
    ),
    sa.Index(
        "decisions_waiting_at_home",
        "home_id",
        "decision_id",
        postgresql_where=sa.text("state IN ('manual_review', 'appealed')"),
    ),
    sa.Index(
        "decisions_waiting_of_host",
        "host_id",
        "decision_id",
        postgresql_where=sa.text("state IN ('manual_review', 'appealed')"),
    ),
    sa.Index("decisions_home", "home_id", "decision_id"),
    sa.Index("decisions_host", "host_id", "decision_id"),
    sa.Index("decisions_home_country", "home_country", "decision_id"),
    sa.Index("decisions_home_decided", "home_id", "decided_at"),
    sa.Index("decisions_country_decided", "home_country", "decided_at"),
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
    sa.Column("state", sa.Text, nullable=False, server_default="active"),
    sa.Column("valid_until", sa.Date),
    sa.Column("kind", sa.Text),
    sa.Index(
        "credits_count_once",
        "learner_id",
        "qualification_id",
        "unit_id",
        unique=True,
        postgresql_where=sa.text("state = 'active'"),
    ),
    sa.Index("credits_learner", "learner_id", "credit_id"),
    sa.Index(
        "credits_expiring",
        "valid_until",
        postgresql_where=sa.text("state = 'active' AND valid_until IS NOT NULL"),
    ),
    sa.Index("credits_home", "home_id", "credit_id"),
    sa.Index("credits_home_country", "home_country", "credit_id"),
)
"""What counts, and what did: `state` is active, expired or revoked."""

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
    sa.Column("valid_until", sa.Date),
    sa.UniqueConstraint("learner_id", "qualification_id", "unit_id", name="units_in_progress_once"),
    sa.Index("units_in_progress_ending", "valid_until", postgresql_where=sa.text("valid_until IS NOT NULL")),
)
"""What is held of units that do not count yet; of one that counts, the credit is among `credits` instead.

`valid_until`: the last day on which all of it is held.
"""

CONTRIBUTIONS = sa.Table(
    "contributions",
    METADATA,
    sa.Column("decision_id", sa.Uuid, primary_key=True),
    sa.Column("learner_id", sa.Uuid, nullable=False),
    sa.Column("qualification_id", sa.Uuid, nullable=False),
    sa.Column("unit_id", sa.Uuid, nullable=False),
    sa.Column("transcript_id", sa.Uuid, nullable=False),
    sa.Column("host_unit_id", sa.Uuid, nullable=False),
    sa.Column("outcome_ids", pg.ARRAY(sa.Uuid), nullable=False),
    sa.Column("host_outcome_ids", pg.ARRAY(sa.Uuid), nullable=False),
    sa.Column("assessed_on", sa.Date),
    sa.Column("valid_until", sa.Date),
    sa.Column("grade", sa.Text),
    sa.Column("grade_scale", sa.Text),
    sa.Column("grade_failed", sa.Boolean),
    sa.Index("contributions_learner", "learner_id"),
)
"""Which decision gave which outcomes to a unit that counts or is in progress: each outcome once, but for what is over.

Nothing is known of the days and grades of what was given by the version before they were kept.
"""

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
