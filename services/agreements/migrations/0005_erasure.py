"""Texts about a learner go with the learner, also out of what is otherwise never written again."""

from shared.migrations.grants import grant

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    grant("UPDATE (text)", "learning_agreement_comments")
    grant("UPDATE (reasons)", "learning_agreement_versions")
