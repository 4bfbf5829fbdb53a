"""What an operator types to check the ledger, and what it says when somebody forged something."""

import json
import subprocess
import sys
from pathlib import Path
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa

from deploy import verify_ledger
from services.recognition import audit, handlers
from services.recognition.audit import BrokenLedgerError
from shared.canonical import content_hash
from shared.db import SYSTEM
from shared.service import Running
from tests.support.commands import command
from tests.support.records import credits_of, forge, ledger_of
from tests.support.running import tell
from tests.support.stories import story

pytestmark = [pytest.mark.integration, pytest.mark.asyncio]

NOBODY = "019a0008-0c00-7001-8000-000800000009"


async def learner(running: Running) -> UUID:
    """With three entries."""
    told = story("U1", "U3", "U4")
    await tell(running, *told.reference, told.transcript)
    return told.learner_id


async def take_checkpoint(running: Running) -> str:
    """Its root."""
    async with running.database.transaction(SYSTEM) as tx:
        taken = await handlers.take_checkpoint(tx)
    assert taken
    return taken.root


async def looked_at(running: Running, learner_id: UUID | None = None, since: int | None = None) -> int:
    return sum([chains async for chains in audit.verify(running, learner_id, since)])


async def broken(running: Running, learner_id: UUID | None = None, since: int | None = None) -> str:
    with pytest.raises(BrokenLedgerError) as found:
        await looked_at(running, learner_id, since)
    return str(found.value)


def run(running: Running, *arguments: str) -> subprocess.CompletedProcess[str]:
    return command(running, "ledger", *arguments)


async def hash_anew(running: Running, learner_id: UUID) -> None:
    """Whoever changed an entry makes the chain hold again, as far as the chain alone can tell."""
    previous = "0" * 64
    for entry in await ledger_of(running, learner_id):
        content = {**vars(entry), "previous_hash": previous}
        del content["hash"]
        before, previous = previous, content_hash(content)
        await forge(
            running,
            "UPDATE ledger_entries SET previous_hash = :before, hash = :hash"
            " WHERE learner_id = :learner_id AND position = :position",
            before=before,
            hash=previous,
            learner_id=learner_id,
            position=entry.position,
        )
    await forge(
        running,
        "UPDATE ledger_heads SET hash = :hash WHERE learner_id = :learner_id",
        hash=previous,
        learner_id=learner_id,
    )


async def test_a_ledger_that_only_grew_holds(alone: Running, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(audit, "AT_ONCE", 2)
    assert await looked_at(alone) == 0
    learners = [await learner(alone) for _ in range(5)]
    assert await looked_at(alone) == 5
    await take_checkpoint(alone)
    await learner(alone)
    assert await looked_at(alone) == 6
    assert await looked_at(alone, since=1) == 6
    assert await looked_at(alone, learners[0]) == 1


FORGERIES = {
    "UPDATE ledger_entries SET points = 60 WHERE learner_id = :learner_id AND position = 2": 2,
    "DELETE FROM ledger_entries WHERE learner_id = :learner_id AND position = 2": 2,
    "DELETE FROM ledger_entries WHERE learner_id = :learner_id AND position = 3": 3,
    "DELETE FROM ledger_entries WHERE learner_id = :learner_id": 1,
    "DELETE FROM ledger_heads WHERE learner_id = :learner_id": 1,
    "UPDATE ledger_heads SET position = 2 WHERE learner_id = :learner_id": 3,
    "UPDATE credits SET points = 60 WHERE learner_id = :learner_id AND ledger_position = 2": 2,
    "UPDATE credits SET state = 'revoked' WHERE learner_id = :learner_id AND ledger_position = 2": 2,
    "DELETE FROM credits WHERE learner_id = :learner_id AND ledger_position = 3": 3,
}


@pytest.mark.parametrize("forgery", FORGERIES)
async def test_the_first_broken_entry_is_named(alone: Running, forgery: str):
    _, learner_id, _ = [await learner(alone) for _ in range(3)]
    await forge(alone, forgery, learner_id=learner_id)
    place = f"Learner {learner_id}, position {FORGERIES[forgery]}: "
    assert (await broken(alone)).startswith(place)
    assert (await broken(alone, learner_id)).startswith(place)


async def test_an_entry_that_moved_to_another_learner_is_found(alone: Running):
    learner_id, other = await learner(alone), uuid4()
    await forge(
        alone,
        "UPDATE ledger_entries SET learner_id = :other WHERE learner_id = :learner_id AND position = 3",
        learner_id=learner_id,
        other=other,
    )
    assert str(other) in await broken(alone, other)
    assert f"{learner_id}, position 3" in await broken(alone, learner_id)


async def test_what_has_expired_counted_by_its_entry_all_the_same(alone: Running):
    learner_id = await learner(alone)
    await forge(alone, "UPDATE credits SET state = 'expired' WHERE ledger_position = 2")
    assert await looked_at(alone) == await looked_at(alone, learner_id) == 1


async def test_a_credit_of_somebody_who_has_no_chain_is_found(alone: Running):
    learner_id, other = await learner(alone), uuid4()
    invent = "UPDATE credits SET learner_id = :other WHERE learner_id = :learner_id AND ledger_position = 1"
    await forge(alone, invent, learner_id=learner_id, other=other)
    [credit_id] = [row.credit_id for row in await credits_of(alone, other)]
    assert await broken(alone, other) == (
        f"Learner {other}, position 1: credit {credit_id} counts by it, and it says no such thing"
    )
    found = f"Learner {learner_id}, position 1: by it credit {credit_id} counts, and it does not"
    assert await broken(alone, learner_id) == found


async def test_a_chain_that_was_hashed_anew_is_caught_by_a_checkpoint(alone: Running):
    learner_id = await learner(alone)
    await take_checkpoint(alone)
    await forge(alone, "UPDATE ledger_entries SET points = 60 WHERE learner_id = :id AND position = 1", id=learner_id)
    await hash_anew(alone, learner_id)
    found = await broken(alone)
    assert found == f"Learner {learner_id}, position 3: it is not the entry that checkpoint 1 covers"


@pytest.mark.parametrize("alone_or_all", ["all", "alone"])
async def test_so_is_who_changes_what_the_checkpoint_keeps_of_it_too(alone: Running, alone_or_all: str):
    learner_id = await learner(alone)
    await take_checkpoint(alone)
    await forge(alone, "UPDATE ledger_entries SET points = 60 WHERE learner_id = :id AND position = 1", id=learner_id)
    await hash_anew(alone, learner_id)
    forged = [entry.hash for entry in await ledger_of(alone, learner_id)][-1]
    await forge(alone, "UPDATE ledger_checkpoint_heads SET hash = :hash", hash=forged)
    found = await broken(alone, learner_id if alone_or_all == "alone" else None)
    assert found == "Checkpoint 1: the ends of chains kept for it are not those it covers"


async def test_a_forged_checkpoint_is_found(alone: Running):
    for _ in range(3):
        await learner(alone)
        await take_checkpoint(alone)
    await forge(alone, "UPDATE ledger_checkpoints SET root = repeat('0', 64) WHERE number = 3")
    assert await broken(alone) == "Checkpoint 3: its tree does not have its root"
    await forge(alone, "DELETE FROM ledger_checkpoints WHERE number = 1")
    assert await broken(alone) == "Checkpoint 2: it does not follow on the one before it"


async def test_since_a_checkpoint_only_what_was_added_is_looked_at(alone: Running):
    old = await learner(alone)
    await take_checkpoint(alone)
    new = await learner(alone)
    await forge(alone, "UPDATE ledger_entries SET points = 60 WHERE learner_id = :id AND position = 1", id=old)
    assert await looked_at(alone, since=1) == 2
    await forge(alone, "UPDATE ledger_entries SET points = 60 WHERE learner_id = :id AND position = 2", id=new)
    assert f"{new}, position 2" in await broken(alone, since=1)


async def test_checking_never_writes(alone: Running):
    await learner(alone)
    with pytest.raises(sa.exc.DBAPIError, match="read-only"):
        async with audit._one_moment(alone) as tx:  # noqa: SLF001 - there is no other way to try
            await tx.execute(sa.text("DELETE FROM pending_facts"))


async def test_an_operator_checks_and_exports_and_an_outsider_checks_that(alone: Running, tmp_path: Path):
    learner_id = await learner(alone)
    first = run(alone, "checkpoint").stdout
    assert first.startswith("Checkpoint 1 over 1 chains, 3 entries: ")
    root = first.split()[-1]
    assert run(alone, "checkpoint").stdout == "Nothing has changed since the last checkpoint.\n"
    verified = run(alone, "verify")
    assert (verified.returncode, verified.stderr) == (0, "1 chains looked at\n")
    assert verified.stdout.splitlines() == [
        "The ledger holds: 1 chains.",
        f"Compare with what you were sent: checkpoint 1 has the root {root}.",
    ]
    export = run(alone, "export", "--learner", str(learner_id))
    assert export.returncode == 0
    file = tmp_path / "chain.jsonl"
    file.write_text(export.stdout, encoding="utf-8")
    assert outsider(file, root).stdout == f"The chain of {learner_id} holds; the checkpoint covers 3 of 3 entries.\n"


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["export", "--learner", NOBODY, "--checkpoint", "9"], "There is no such checkpoint"),
        (["verify", "--learner", NOBODY], "This learner has no chain"),
    ],
)
async def test_what_is_not_there_is_said_in_a_sentence(recognition: Running, arguments: list[str], why: str):
    answer = run(recognition, *arguments)
    assert (answer.returncode, answer.stdout) == (2, "")
    assert why in answer.stderr
    assert "Traceback" not in answer.stderr


async def test_both_find_the_same_forged_row(alone: Running, tmp_path: Path):
    learner_id = await learner(alone)
    root = await take_checkpoint(alone)
    await forge(alone, "UPDATE ledger_entries SET points = 60 WHERE learner_id = :id AND position = 2", id=learner_id)
    verified = run(alone, "verify", "--learner", str(learner_id))
    assert verified.returncode == 1
    assert f"The ledger is broken. Learner {learner_id}, position 2: " in verified.stdout
    export = run(alone, "export", "--learner", str(learner_id)).stdout
    assert [json.loads(line)["entry"]["points"] for line in export.splitlines()[:-1]] == ["25", "60", "30"]
    file = tmp_path / "chain.jsonl"
    file.write_text(export, encoding="utf-8")
    answer = outsider(file, root)
    assert (answer.returncode, answer.stdout[:28]) == (1, "Broken at position 2: its ha")


def outsider(file: Path, root: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-I", "-S", verify_ledger.__file__, file, "--root", root],
        capture_output=True,
        text=True,
        check=False,
    )
