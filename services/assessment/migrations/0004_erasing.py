"""Why a transcript was corrected goes with its learner; what it said stays as it was."""

from shared.migrations.grants import grant

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    grant("UPDATE (reason)", "transcript_versions")
