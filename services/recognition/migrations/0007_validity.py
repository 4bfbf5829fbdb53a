"""When the transcript of a decision was issued, and the decisions of a time: what statistics read."""

from alembic import op

from shared.db import SYSTEM

revision = "0007"
down_revision = "0006"

# The owner is bound by row-level security, too.
ACT_FOR_ALL = f"SELECT set_config('acquis.institution', '{SYSTEM}', true)"

# Of transcripts that were not kept nobody knows any more.
DECISIONS = """
ALTER TABLE decisions ADD COLUMN transcript_issued_at timestamptz;
UPDATE decisions SET transcript_issued_at = (kept.data ->> 'issued_at')::timestamptz FROM transcripts AS kept
    WHERE kept.transcript_id = decisions.transcript_id AND kept.version = decisions.transcript_version;
CREATE INDEX decisions_home_decided ON decisions (home_id, decided_at);
CREATE INDEX decisions_country_decided ON decisions (home_country, decided_at);
"""


def upgrade() -> None:
    op.execute(ACT_FOR_ALL)
    op.execute(DECISIONS)
