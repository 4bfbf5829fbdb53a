"""Who changed what and when."""

from shared.migrations.audit_log import create_audit_log

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    create_audit_log()
