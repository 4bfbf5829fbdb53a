"""The tables of the service; what is only ever read whole is JSONB."""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

from shared.tables import new_metadata

METADATA = new_metadata()

MEMORANDA = sa.Table(
    "memoranda",
    METADATA,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("two_person_rule", sa.Boolean, nullable=False),
    sa.Column("assesses", JSONB(none_as_null=True)),
)
"""What was heard of memoranda; `assesses` is by qualification, where the memorandum names who."""

LEARNING_AGREEMENTS = sa.Table(
    "learning_agreements",
    METADATA,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("learner_id", sa.Uuid, nullable=False),
    sa.Column("home_id", sa.Uuid, nullable=False),
    sa.Column("host_id", sa.Uuid, nullable=False),
    sa.Column("content_version", sa.Integer),
    sa.Column("memorandum_id", sa.Uuid),
    sa.Column("transcript_policy", sa.Text),
    sa.Column("outcomes", JSONB),
    sa.Column("starts_on", sa.Date),
    sa.Column("ends_on", sa.Date),
    sa.Column("started_on", sa.Date),
    sa.Column("completed_on", sa.Date),
    sa.Column("cancelled_on", sa.Date),
    sa.Column("qualification_id", sa.Uuid),
    sa.Column("plan", JSONB(none_as_null=True)),
)
"""What was heard of learning agreements; the agreed content is null while only its start or end has been heard of.

A stay that was interrupted is completed on its last day."""

ASSESSMENTS = sa.Table(
    "assessments",
    METADATA,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("learning_agreement_id", sa.Uuid, sa.ForeignKey(LEARNING_AGREEMENTS.c.id), nullable=False),
    sa.Column("learner_id", sa.Uuid, nullable=False),
    sa.Column("home_id", sa.Uuid, nullable=False),
    sa.Column("host_id", sa.Uuid, nullable=False),
    sa.Column("method", sa.Text, nullable=False),
    sa.Column("planned_on", sa.Date),
    sa.Column("results", JSONB, nullable=False),
    sa.Column("report", JSONB(none_as_null=True)),
    sa.Column("recorded_by", sa.Text),
    sa.Column("confirmed_by", sa.Text),
    sa.Column("plan_key", sa.Text),
    sa.Column("assessing_id", sa.Uuid),
    sa.Column("attempt", sa.Integer, nullable=False),
    sa.Column("resit_of", sa.Uuid, sa.ForeignKey("assessments.id")),
    sa.Column("resit_id", sa.Uuid),
    sa.Column("record_until", sa.Date),
    sa.Column("held_on", sa.Date),
    sa.Column("excused", sa.Boolean),
    sa.Column("authority", sa.Text),
    sa.Column("moderation", JSONB(none_as_null=True)),
    sa.Column("contest_until", sa.Date),
    sa.Column("contest", JSONB(none_as_null=True)),
    sa.Column("review", JSONB(none_as_null=True)),
    sa.Column("annulment", JSONB(none_as_null=True)),
    sa.Index("assessments_learning_agreement", "learning_agreement_id", "id"),
    sa.Index("assessments_host", "host_id", "state", "id"),
    sa.Index("assessments_home", "home_id", "state", "id"),
    sa.Index("assessments_plan_key", "plan_key", unique=True),
    sa.Index("assessments_resit_of", "resit_of", unique=True),
    sa.Index("assessments_learner", "learner_id", "id"),
    sa.Index("assessments_assessing", "assessing_id", "id"),
    sa.Index("assessments_planned", "host_id", "planned_on"),
)

TRANSCRIPTS = sa.Table(
    "transcripts",
    METADATA,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("learning_agreement_id", sa.Uuid, sa.ForeignKey(LEARNING_AGREEMENTS.c.id), nullable=False, unique=True),
    sa.Column("learner_id", sa.Uuid, nullable=False),
    sa.Column("home_id", sa.Uuid, nullable=False),
    sa.Column("host_id", sa.Uuid, nullable=False),
    sa.Column("issue", sa.Integer, nullable=False),
    sa.Column("content_hash", sa.Text),
    sa.Column("issued_at", sa.DateTime(timezone=True)),
    sa.Column("hours", JSONB, nullable=False),
    sa.Column("reason", sa.Text),
    sa.Index("transcripts_learner", "learner_id", "id"),
    sa.Index("transcripts_host", "host_id", "id"),
    sa.Index("transcripts_home", "home_id", "id"),
)

TRANSCRIPT_VERSIONS = sa.Table(
    "transcript_versions",
    METADATA,
    sa.Column("transcript_id", sa.Uuid, sa.ForeignKey(TRANSCRIPTS.c.id), primary_key=True),
    sa.Column("version", sa.Integer, primary_key=True),
    sa.Column("content_hash", sa.Text, nullable=False),
    sa.Column("learner_id", sa.Uuid, nullable=False),
    sa.Column("learning_agreement_id", sa.Uuid, nullable=False),
    sa.Column("learning_agreement_version", sa.Integer, nullable=False),
    sa.Column("home_id", sa.Uuid, nullable=False),
    sa.Column("host_id", sa.Uuid, nullable=False),
    sa.Column("assessments", JSONB, nullable=False),
    sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("corrects_version", sa.Integer),
    sa.Column("period", JSONB(none_as_null=True)),
    sa.Column("units", JSONB(none_as_null=True)),
    sa.Column("reason", sa.Text),
    sa.Column("issued_by", sa.Text),
)
"""Every issue and correction as it was said, with why and by whom; rows are only ever inserted."""
