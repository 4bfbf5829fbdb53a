"""Whether a learner's chain is what it was: each entry by the one before it, and all by what checkpoints keep of it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

from services.recognition.domain.ledger import START, Head, LinkedEntry, verify


@dataclass(frozen=True)
class Anchor:
    """How the chain ended when a checkpoint was taken."""

    number: int
    head: Head


@dataclass(frozen=True, kw_only=True)
class Chain:
    learner_id: UUID
    entries: Sequence[LinkedEntry]
    """In order, all that follow on `since`."""
    head: Head
    """Where the chain is said to end."""
    anchors: Sequence[Anchor]
    """What checkpoints keep of it, the oldest first."""
    since: Head = START
    """As far as it was found right before."""

    @property
    def is_empty(self) -> bool:
        """Neither is there anything, nor should there be."""
        return not self.entries and not self.anchors and self.head == START


@dataclass(frozen=True)
class Break:
    learner_id: UUID
    position: int
    """Of the first entry that is not right."""
    why: str


def examine(chain: Chain) -> Break | None:
    """The first thing that is not as it has to be."""
    first = min(_breaks(chain), default=None)
    return Break(chain.learner_id, *first) if first else None


def _breaks(chain: Chain) -> Iterator[tuple[int, str]]:
    if broken := verify(chain.entries, chain.since):
        yield broken, "its hash or its place in the chain is not right"
    hashes = {entry.position: entry.hash for entry in chain.entries}
    for anchor in chain.anchors:
        position = anchor.head.position
        if position > chain.since.position and hashes.get(position) != anchor.head.hash:
            yield position, f"it is not the entry that checkpoint {anchor.number} covers"
    end = chain.entries[-1].head if chain.entries else chain.since
    if end.position != chain.head.position:
        yield min(end.position, chain.head.position) + 1, f"the chain should end at position {chain.head.position}"
    elif end != chain.head:
        yield end.position, "it is not the entry that the chain is said to end with"
