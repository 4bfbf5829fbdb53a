"""Whether a learner's chain is what it was: each entry by the one before it, and all by what checkpoints keep of it.

And whether what counts is what stands in it: no credit but by an entry, and none otherwise than the entry says.
"""

from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from services.recognition.domain.ledger import START, EntryKind, Head, LinkedEntry, verify


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


@dataclass(frozen=True, kw_only=True)
class Counted:
    """What counts of a credit, or has counted until it expired."""

    credit_id: UUID
    qualification_id: UUID
    unit_id: UUID
    points: Decimal | None
    entry: Head
    """The place and the hash of the entry that says so."""


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


def weigh(chain: Chain, credits_: Sequence[Counted]) -> Break | None:
    """The first difference between what the ledger counts and what the learner's credits do; so their sums are one.

    Of a chain that begins after a checkpoint, only credits that have an entry since then.
    """
    by_ledger = _counted(chain.entries)
    since, touched = chain.since.position, {entry.credit_id for entry in chain.entries}
    on_record = {one for one in credits_ if one.entry.position > since or one.credit_id in touched}
    wrong = min(by_ledger ^ on_record, key=lambda one: one.entry.position, default=None)
    if wrong is None:
        return None
    said, counts = ({one.credit_id for one in side} for side in (by_ledger, on_record))
    return Break(chain.learner_id, wrong.entry.position, _why(wrong.credit_id, said=said, counts=counts))


def _counted(entries: Sequence[LinkedEntry]) -> set[Counted]:
    """What no later entry takes back."""
    reversed_ = {entry.reverses for entry in entries}
    return {
        Counted(
            credit_id=entry.credit_id,
            qualification_id=entry.qualification_id,
            unit_id=entry.unit_id,
            points=entry.points,
            entry=entry.head,
        )
        for entry in entries
        if entry.kind is EntryKind.CREDIT and entry.entry_id not in reversed_
    }


def _why(credit_id: UUID, *, said: AbstractSet[UUID], counts: AbstractSet[UUID]) -> str:
    if credit_id not in said:
        return f"credit {credit_id} counts by it, and it says no such thing"
    if credit_id not in counts:
        return f"by it credit {credit_id} counts, and it does not"
    return f"credit {credit_id} is not what it says"
