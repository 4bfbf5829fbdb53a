"""What people vouch for, beside what hosts say."""

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg

from services.recognition.tables.metadata import METADATA


def _by_whom() -> list[sa.Column[object]]:
    return [
        sa.Column("legal_basis", sa.Text, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    ]


CERTIFICATIONS = sa.Table(
    "certifications",
    METADATA,
    sa.Column("record_id", sa.Uuid, primary_key=True),
    sa.Column("learner_id", sa.Uuid, nullable=False),
    sa.Column("home_id", sa.Uuid, nullable=False),
    sa.Column("home_country", sa.Text, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("qualification_id", sa.Uuid, nullable=False),
    sa.Column("qualification_version", sa.Integer, nullable=False),
    sa.Column("unit_id", sa.Uuid, nullable=False),
    sa.Column("outcome_ids", pg.ARRAY(sa.Uuid), nullable=False),
    sa.Column("grade", sa.Text),
    sa.Column("grade_scale", sa.Text),
    sa.Column("assessed_on", sa.Date, nullable=False),
    sa.Column("evidence_hashes", pg.ARRAY(sa.Text), nullable=False),
    *_by_whom(),
    sa.Index("certifications_learner", "learner_id"),
)
"""Records of home's own, each in the place of a transcript: only ever inserted, like all that is here."""

CORRECTIONS = sa.Table(
    "corrections",
    METADATA,
    sa.Column("decision_id", sa.Uuid, primary_key=True),
    sa.Column("learner_id", sa.Uuid, nullable=False),
    sa.Column("transcript_id", sa.Uuid, nullable=False),
    sa.Column("unit_id", sa.Uuid, nullable=False),
    sa.Column("results_hash", sa.Text, nullable=False),
    sa.Column("outcome_ids", pg.ARRAY(sa.Uuid)),
    sa.Column("grade", sa.Text),
    sa.Column("grade_scale", sa.Text),
    sa.Column("valid_until", sa.Date),
    *_by_whom(),
    sa.Index("corrections_learner", "learner_id"),
)

REVOCATIONS = sa.Table(
    "revocations",
    METADATA,
    sa.Column("decision_id", sa.Uuid, primary_key=True),
    sa.Column("learner_id", sa.Uuid, nullable=False),
    sa.Column("home_id", sa.Uuid, nullable=False),
    sa.Column("home_country", sa.Text, nullable=False),
    sa.Column("host_id", sa.Uuid, nullable=False),
    sa.Column("transcript_id", sa.Uuid, nullable=False),
    sa.Column("unit_id", sa.Uuid, nullable=False),
    sa.Column("results_hash", sa.Text),
    sa.Column("reason", sa.Text, nullable=False),
    *_by_whom(),
    sa.Index("revocations_learner", "learner_id"),
)
