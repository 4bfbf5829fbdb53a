"""What is logged of an error: where it happened, and nothing that anybody entered."""

import io
import json
import logging
from collections.abc import Iterator
from uuid import uuid4

import pytest
import sqlalchemy as sa
import structlog

from shared.db import SYSTEM, Database
from shared.telemetry import set_up_logging

pytestmark = [pytest.mark.integration, pytest.mark.asyncio]


@pytest.fixture
def logged() -> Iterator[io.StringIO]:
    """What a process would write; afterwards everything is logged as before."""
    root, before = logging.getLogger(), structlog.get_config()
    level, handlers, written = root.level, root.handlers[:], io.StringIO()
    root.handlers.clear()
    set_up_logging("INFO", written)
    yield written
    structlog.configure(**before)
    root.handlers[:] = handlers
    root.setLevel(level)


async def test_an_error_of_the_database_is_logged_without_the_row_that_was_refused(
    database: Database, logged: io.StringIO
):
    entered = uuid4()
    insert = sa.text("INSERT INTO inbox (event_id, taken_at) VALUES (:id, NULL)")
    with pytest.raises(sa.exc.IntegrityError) as refused:
        async with database.transaction(SYSTEM) as tx:
            await tx.execute(insert, {"id": entered})
    assert str(entered) in str(refused.value)
    logging.getLogger("a library").error("it broke", exc_info=refused.value)
    [line] = logged.getvalue().splitlines()
    entry = json.loads(line)
    assert (entry["event"], entry["level"], entry["logger"]) == ("it broke", "error", "a library")
    assert "NotNullViolation" in entry["exception"]
    assert "[SQL: INSERT INTO inbox" in entry["exception"]
    assert "DETAIL" not in line
    assert str(entered) not in line
