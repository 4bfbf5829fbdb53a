import sqlalchemy as sa

from services.agreements.tables.learners import LEARNERS
from services.agreements.tables.learning_agreements import LEARNING_AGREEMENTS
from services.agreements.tables.metadata import METADATA

SIGNING_LINKS = sa.Table(
    "signing_links",
    METADATA,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column(
        "learning_agreement_id", sa.Uuid, sa.ForeignKey(LEARNING_AGREEMENTS.c.id, ondelete="CASCADE"), nullable=False
    ),
    sa.Column("learner_id", sa.Uuid, sa.ForeignKey(LEARNERS.c.id), nullable=False),
    sa.Column("home_id", sa.Uuid, nullable=False),
    sa.Column("side", sa.Text, nullable=False),
    sa.Column("subject", sa.Text, nullable=False),
    sa.Column("content_version", sa.Integer, nullable=False),
    sa.Column("content_hash", sa.Text, nullable=False),
    sa.Column("secret_hash", sa.Text, nullable=False),
    sa.Column("made_by", sa.Text, nullable=False),
    sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("opened_at", sa.DateTime(timezone=True)),
    sa.Column("opened_from", sa.Text),
    sa.Column("used_at", sa.DateTime(timezone=True)),
    sa.Column("used_from", sa.Text),
    sa.Column("revoked_at", sa.DateTime(timezone=True)),
    sa.Column("revoked_by", sa.Text),
    sa.Index("signing_links_secret", "secret_hash", unique=True),
    sa.Index("signing_links_agreement", "learning_agreement_id", "id"),
    sa.Index("signing_links_learner", "learner_id", "id"),
)
