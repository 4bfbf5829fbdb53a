"""The tables of the service: what it has heard (`known_…`, `pending_facts`) and what it has decided."""

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg

from shared.tables import new_metadata

METADATA = new_metadata()


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


KNOWN_QUALIFICATIONS = _known("known_qualifications")
KNOWN_COMPARABILITIES = _known("known_comparabilities")
KNOWN_WITHDRAWALS = _known("known_withdrawals")
KNOWN_MEMORANDA = _known("known_memoranda")
KNOWN_LEARNING_AGREEMENTS = _known("known_learning_agreements")
KNOWN_STEPS = _known("known_steps", sa.Column("type", sa.Text, nullable=False))
"""What became of memoranda and learning agreements besides."""
KNOWN_COUNTRY_POLICIES = _known(
    "known_country_policies",
    sa.Column("country", sa.Text, nullable=False),
    sa.Index("known_country_policies_country", "country"),
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
    # The idempotency key of domain.md 4.1.
    sa.UniqueConstraint(
        "learner_id", "unit_id", "transcript_id", "transcript_version", name="decisions_once_a_transcript"
    ),
    sa.Index("decisions_open", "learner_id", postgresql_where=sa.text("state = 'manual_review'")),
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
