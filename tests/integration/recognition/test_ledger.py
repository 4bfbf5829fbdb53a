import pytest
import sqlalchemy as sa

from services.recognition.domain.ledger import verify
from shared.db import SYSTEM
from shared.service import Running
from tests.support.records import APPEND_ONLY, forge, ledger_of
from tests.support.running import as_owner, tell
from tests.support.stories import Story, story

pytestmark = [pytest.mark.integration, pytest.mark.asyncio]

REWRITES = [
    "UPDATE ledger_entries SET points = 60",
    "DELETE FROM ledger_entries",
    "TRUNCATE ledger_entries",
    "INSERT INTO ledger_entries TABLE ledger_entries ON CONFLICT (learner_id, position) DO UPDATE SET points = 60",
    "UPDATE ledger_checkpoints SET root = ''",
    "DELETE FROM ledger_checkpoints",
    "TRUNCATE ledger_checkpoints",
    "UPDATE ledger_checkpoint_heads SET position = 9",
    "DELETE FROM ledger_checkpoint_heads",
    "TRUNCATE ledger_checkpoint_heads",
]
NOT_TWICE = "UPDATE decisions SET transcript_version = 9"
REVERSED = """
    INSERT INTO ledger_entries SELECT (json_populate_record(ledger_entries, json_build_object(
        'position', position + :after, 'entry_id', gen_random_uuid(), 'reverses', entry_id, 'kind', 'reversal'
    ))).* FROM ledger_entries WHERE learner_id = :learner_id AND position = 1
"""


async def with_credit(recognition: Running) -> Story:
    told = story("U1", "U3", "U4")
    await tell(recognition, *told.reference, told.transcript)
    return told


@pytest.mark.parametrize("rewrite", [*REWRITES, NOT_TWICE, "DELETE FROM credits"])
async def test_the_application_has_no_right_to_rewrite(recognition: Running, rewrite: str):
    await with_credit(recognition)
    with pytest.raises(sa.exc.ProgrammingError, match="permission denied"):
        async with recognition.database.transaction(SYSTEM) as tx:
            await tx.execute(sa.text(rewrite))


@pytest.mark.parametrize("rewrite", REWRITES)
async def test_even_the_owner_of_the_tables_is_refused(recognition: Running, rewrite: str):
    await with_credit(recognition)
    with pytest.raises(sa.exc.DBAPIError, match="append-only"):
        async with as_owner(recognition).begin() as tx:
            await tx.execute(sa.text(rewrite))


async def test_nor_does_it_help_to_be_a_replica(recognition: Running):
    """An administrator's setting for the session, which puts ordinary triggers to sleep."""
    async with as_owner(recognition).begin() as tx:
        found = await tx.execute(
            sa.text("SELECT tgrelid::regclass::text, tgenabled FROM pg_trigger WHERE tgname = :name"),
            {"name": "ledger_is_append_only"},
        )
        assert {tuple(row) for row in found} == {(table, "A") for table in APPEND_ONLY}


async def test_an_entry_is_reversed_once(recognition: Running):
    told = await with_credit(recognition)
    async with recognition.database.transaction(SYSTEM) as tx:
        await tx.execute(sa.text(REVERSED), {"learner_id": told.learner_id, "after": 10})
    with pytest.raises(sa.exc.IntegrityError, match="ledger_entries_reversed_once"):
        async with recognition.database.transaction(SYSTEM) as tx:
            await tx.execute(sa.text(REVERSED), {"learner_id": told.learner_id, "after": 11})


async def test_a_forged_entry_is_found_where_it_stands(recognition: Running):
    told = await with_credit(recognition)
    assert verify(await ledger_of(recognition, told.learner_id)) is None
    await forge(
        recognition,
        "UPDATE ledger_entries SET points = 60 WHERE learner_id = :learner_id AND position = 2",
        learner_id=told.learner_id,
    )
    assert verify(await ledger_of(recognition, told.learner_id)) == 2
