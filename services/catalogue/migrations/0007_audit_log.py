"""Who changed what and when."""

from shared.migrations.audit_log import create_audit_log

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    create_audit_log()
