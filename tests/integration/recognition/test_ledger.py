import pytest
import sqlalchemy as sa

from services.recognition.domain.ledger import verify
from shared.db import SYSTEM
from shared.service import Running
from tests.support.records import as_owner, ledger_of
from tests.support.running import tell
from tests.support.stories import Story, story

pytestmark = [pytest.mark.integration, pytest.mark.asyncio]

REWRITES = [
    "UPDATE ledger_entries SET points = 60",
    "DELETE FROM ledger_entries",
    "TRUNCATE ledger_entries",
]
NOT_TWICE = "UPDATE decisions SET transcript_version = 9"


async def with_credit(recognition: Running) -> Story:
    told = story("U1", "U3", "U4")
    await tell(recognition, *told.reference, told.transcript)
    return told


@pytest.mark.parametrize("rewrite", [*REWRITES, NOT_TWICE, "DELETE FROM credits", "UPDATE credits SET points = 60"])
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


async def test_a_forged_entry_is_found_where_it_stands(recognition: Running):
    told = await with_credit(recognition)
    assert verify(await ledger_of(recognition, told.learner_id)) is None
    async with as_owner(recognition).begin() as tx:  # somebody with all rights and no scruples
        await tx.execute(sa.text("ALTER TABLE ledger_entries DISABLE TRIGGER ledger_is_append_only"))
        forge = sa.text("UPDATE ledger_entries SET points = 60 WHERE learner_id = :learner_id AND position = 2")
        await tx.execute(forge, {"learner_id": told.learner_id})
        await tx.execute(sa.text("ALTER TABLE ledger_entries ENABLE TRIGGER ledger_is_append_only"))
    assert verify(await ledger_of(recognition, told.learner_id)) == 2
