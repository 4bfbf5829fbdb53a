"""Checkpoints of the ledger, and proofs against them."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.recognition import store
from services.recognition.domain.checkpoints import Blocks, Checkpoint, Proof, following, prove
from shared import clock, ids, outbox
from shared.auth import Principal
from shared.db import SYSTEM, act_for
from shared.problems import NotFound


async def take_checkpoint(tx: AsyncConnection) -> Checkpoint | None:
    """Keep and say how all chains end now; None if that is how they ended at the last checkpoint."""
    await act_for(tx, SYSTEM)  # whoever asks for it, it is about everybody's chain
    await store.take_turns_at_checkpoints(tx)
    last = await store.find_checkpoint(tx, None)
    blocks = Blocks()
    async for ends, grown in store.chain_ends(tx):
        blocks.add(ends)
        if grown:
            await store.keep_ends(tx, last.number + 1 if last else 1, grown)
    if (taken := following(last, blocks, ids.new_id(), clock.now())) is None:
        return None
    checkpoint, fact = taken
    await store.keep_checkpoint(tx, checkpoint, blocks)
    await outbox.add(tx, [fact])
    return checkpoint


async def prove_to(tx: AsyncConnection, caller: Principal, learner_id: UUID, number: int | None) -> Proof:
    """The proof for whoever may see the entry with which the chain ended then; else `NotFound`."""
    seen = await store.find_positions(tx, caller, learner_id)
    await act_for(tx, SYSTEM)  # it takes the neighbours' hashes, of which it tells only what they add up to
    proof = await prove_chain(tx, learner_id, number)
    if proof.position not in seen:
        raise NotFound
    return proof


async def prove_chain(tx: AsyncConnection, learner_id: UUID, number: int | None) -> Proof:
    """How the chain ended at a checkpoint, or at the latest; `NotFound` if there was no chain yet."""
    checkpoint, blocks = await store.load_checkpoint(tx, number)
    start = blocks.starts[blocks.holding(learner_id)]
    return prove(checkpoint, blocks, await store.chain_ends_at(tx, checkpoint.number, start), learner_id)
