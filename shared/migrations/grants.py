"""Rights: the application role owns nothing and gets exactly what it is granted here."""

from alembic import op
from sqlalchemy.sql import quoted_name


def application_role() -> str:
    """The role of the running service, quoted."""
    config = op.get_context().config
    if config is None:
        raise LookupError("migrations run through shared.migrations only")
    return op.get_bind().dialect.identifier_preparer.quote(
        quoted_name(config.attributes["application_role"], quote=True)
    )


def grant(rights: str, *tables: str) -> None:
    """Let the application do this with the tables, e.g. `grant("SELECT, INSERT", "ledger")`."""
    for table in tables:
        op.execute(f"GRANT {rights} ON {table} TO {application_role()}")
