"""Who changed what and when."""

from shared.migrations.audit_log import create_audit_log

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    create_audit_log()
