"""What is stored held against itself: nothing is written, nothing repaired.

The ledger chain by chain, against its checkpoints and what counts; decisions by what they were decided on.
"""

from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.recognition import handlers, store
from services.recognition.domain import merkle
from services.recognition.domain.audit import Chain, Counted, examine, weigh
from services.recognition.domain.checkpoints import Blocks, Checkpoint
from services.recognition.domain.recall import Recalled
from services.recognition.store import FIRST
from shared.db import SYSTEM
from shared.problems import NotFound
from shared.service import Running

AT_ONCE = 200


class BrokenLedgerError(Exception):
    """Says what is the first thing that is not as it was written."""


async def verify(running: Running, learner_id: UUID | None = None, since: int | None = None) -> AsyncGenerator[int]:
    """How many chains were looked at, batch by batch; ends with `BrokenLedgerError` if one does not hold.

    With `since`, the checkpoint of this number vouches for what it covers, and only later entries are looked at.
    `NotFound` for a learner without a chain, or a checkpoint that was not taken.
    """
    async with _one_moment(running) as tx:
        if unlinked := await store.find_unlinked_checkpoint(tx):
            raise BrokenLedgerError(f"Checkpoint {unlinked}: it does not follow on the one before it")
        if since or await store.find_checkpoint(tx, None):
            await _check_tree(tx, *await store.load_checkpoint(tx, since), learner_id)
    after = FIRST
    while True:
        chains, credits_ = await _chains(running, after, learner_id, since)
        for chain in chains:
            if found := examine(chain) or weigh(chain, credits_[chain.learner_id]):
                raise BrokenLedgerError(f"Learner {found.learner_id}, position {found.position}: {found.why}")
        if chains:
            yield len(chains)
        if learner_id or not chains:
            return
        after = chains[-1].learner_id


async def replay(running: Running, after: UUID) -> AsyncGenerator[list[Recalled]]:
    """How decisions come out that are made again, block by block, those after this one."""
    while True:
        async with _one_moment(running) as tx:
            block = await handlers.make_decisions_again(tx, after, AT_ONCE)
        if not block:
            return
        yield block
        after = block[-1].decision_id


async def _chains(
    running: Running, after: UUID, learner_id: UUID | None, since: int | None
) -> tuple[list[Chain], Mapping[UUID, Sequence[Counted]]]:
    """With what counts for these learners."""
    async with _one_moment(running) as tx:
        learners = [learner_id] if learner_id else await store.next_learners(tx, after, AT_ONCE)
        chains, credits_ = await store.load_chains(tx, learners, since), await store.load_counted(tx, learners)
    if learner_id and chains[0].is_empty and not credits_[learner_id]:
        raise NotFound("This learner has no chain.")
    return chains, credits_


async def _check_tree(tx: AsyncConnection, kept: Checkpoint, blocks: Blocks, learner_id: UUID | None) -> None:
    """What is kept of the chains' ends is what the checkpoint's root is over; for one learner, in its block."""
    starts = [blocks.starts[blocks.holding(learner_id)]] if learner_id else blocks.starts
    for start in starts:
        ends = await store.chain_ends_at(tx, kept.number, start)
        if merkle.root([end.leaf for end in ends]) != blocks.roots[blocks.starts.index(start)]:
            raise BrokenLedgerError(f"Checkpoint {kept.number}: the ends of chains kept for it are not those it covers")
    if blocks.root != kept.root:
        raise BrokenLedgerError(f"Checkpoint {kept.number}: its tree does not have its root")


@asynccontextmanager
async def _one_moment(running: Running) -> AsyncIterator[AsyncConnection]:
    async with running.database.transaction(SYSTEM) as tx:
        await store.see_one_moment(tx)
        yield tx
