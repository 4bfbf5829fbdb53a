"""Checkpoints: one hash over the ends of all chains at a moment, by which anyone can later prove what stood there.

The tree is cut into blocks, so that one is taken, or proved against, with a block in memory and not a million chains.
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from services.recognition.domain import merkle
from services.recognition.domain.ledger import Head
from shared.contracts.recognition import LedgerCheckpointed
from shared.problems import NotFound

BLOCK = 1024
"""Chains in a block; a power of two, see `merkle`."""


@dataclass(frozen=True)
class ChainEnd:
    """The end of a learner's chain, which is never empty."""

    learner_id: UUID
    head: Head

    @property
    def leaf(self) -> bytes:
        """The hash over 56 bytes: the learner's id, the position as eight bytes, the entry's hash."""
        return merkle.leaf(
            self.learner_id.bytes + self.head.position.to_bytes(8, "big") + bytes.fromhex(self.head.hash)
        )


@dataclass(frozen=True, kw_only=True)
class Checkpoint:
    checkpoint_id: UUID
    number: int
    """From 1, one after the other."""
    previous_root: str
    root: str
    heads: int
    """How many chains there were."""
    entries: int
    """How many entries all of them had."""
    taken_at: datetime


@dataclass
class Blocks:
    """The tree as it grows, block by block, in the order of the learners' ids."""

    starts: list[UUID] = field(default_factory=list)
    """The first learner of each block."""
    roots: list[bytes] = field(default_factory=list)
    heads: int = 0
    entries: int = 0

    def add(self, ends: Sequence[ChainEnd]) -> None:
        """`BLOCK` chains, or fewer in the last one."""
        self.starts.append(ends[0].learner_id)
        self.roots.append(merkle.root([end.leaf for end in ends]))
        self.heads += len(ends)
        self.entries += sum(end.head.position for end in ends)

    @property
    def root(self) -> str:
        return merkle.root(self.roots).hex()

    def holding(self, learner_id: UUID) -> int:
        """The number of the block that the learner would be in."""
        return max(bisect_right(self.starts, learner_id) - 1, 0)


@dataclass(frozen=True, kw_only=True)
class Proof:
    """That the chain of a learner ended so when the checkpoint was taken (RFC 6962, 2.1.1)."""

    learner_id: UUID
    position: int
    hash: str
    index: int
    """Which leaf of the tree it is, from 0."""
    path: tuple[str, ...]
    """The hashes beside the way from the leaf up to the root."""
    checkpoint: Checkpoint


def following(
    last: Checkpoint | None, blocks: Blocks, checkpoint_id: UUID, at: datetime
) -> tuple[Checkpoint, LedgerCheckpointed] | None:
    """The next checkpoint, as it is kept and as it is said; None if nothing has changed since the last one."""
    previous = last.root if last else merkle.EMPTY.hex()
    if blocks.root == previous:
        return None
    checkpoint = Checkpoint(
        checkpoint_id=checkpoint_id,
        number=last.number + 1 if last else 1,
        previous_root=previous,
        root=blocks.root,
        heads=blocks.heads,
        entries=blocks.entries,
        taken_at=at,
    )
    return checkpoint, LedgerCheckpointed(version=1, **vars(checkpoint))


def prove(checkpoint: Checkpoint, blocks: Blocks, ends: Sequence[ChainEnd], learner_id: UUID) -> Proof:
    """`ends`: the block of chains that would hold the learner's, as they ended then; `NotFound` if it is not there."""
    block = blocks.holding(learner_id)
    place = next((place for place, end in enumerate(ends) if end.learner_id == learner_id), None)
    if place is None:
        raise NotFound("There was no chain of this learner yet when the checkpoint was taken.")
    path = [*merkle.path([end.leaf for end in ends], place), *merkle.path(blocks.roots, block)]
    return Proof(
        learner_id=learner_id,
        position=ends[place].head.position,
        hash=ends[place].head.hash,
        index=block * BLOCK + place,
        path=tuple(one.hex() for one in path),
        checkpoint=checkpoint,
    )
