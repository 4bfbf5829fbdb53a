"""What an operator is told when a command finds no database or no broker that works with it: one sentence."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import sqlalchemy as sa
import typer
from aiokafka.errors import KafkaError

from shared.db import is_transient

REFUSED = {"28", "3D", "42501"}
"""SQLSTATEs, or their classes: whoever signs in is not let in, there is no such database, a right is missing."""


@contextmanager
def in_one_sentence() -> Iterator[None]:
    """Exit status 1 if the database or the broker refuses or cannot be reached; any other error is a fault of ours."""
    try:
        yield
    except (sa.exc.SQLAlchemyError, psycopg.Error, KafkaError, OSError) as error:
        cause = error.orig if isinstance(error, sa.exc.DBAPIError) else error
        if not (whose := _whose(error, cause)):
            raise
        because = " ".join(str(cause).split()) or type(cause).__name__
        typer.echo(f"{whose} refuses or cannot be reached: {because}", err=True)
        raise typer.Exit(1) from None


def _whose(error: Exception, cause: BaseException | None) -> str | None:
    if isinstance(error, KafkaError):
        return "The broker"
    if isinstance(cause, psycopg.Error):
        state = cause.sqlstate or ""
        return "The database" if is_transient(error) or REFUSED & {state, state[:2]} else None
    if isinstance(error, sa.exc.TimeoutError):  # no connection was free
        return "The database"
    return "The database or the broker" if isinstance(error, OSError) else None
