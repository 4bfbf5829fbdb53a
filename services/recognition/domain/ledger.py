"""The ledger: each learner's chain of entries, only ever added to (architecture.md, Data).

An entry's hash covers everything in it and the hash of the entry before, in the canonical form of `shared.canonical`.
Whoever changes, drops or inserts an entry breaks the chain from there on.
"""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from shared.canonical import content_hash


class EntryKind(StrEnum):
    CREDIT = "credit"
    DOCUMENTED = "documented"
    """On record with 0 points; counts for nothing (domain.md 4.9)."""
    REVERSAL = "reversal"
    """Takes back the entry that it names; both stay in the chain, and together they count nothing."""


@dataclass(frozen=True)
class Head:
    """The end of a learner's chain; of an empty one, position 0 and a hash of zeros."""

    position: int = 0
    hash: str = "0" * 64


START = Head()


@dataclass(frozen=True, kw_only=True)
class Entry:
    entry_id: UUID
    learner_id: UUID
    kind: EntryKind
    credit_id: UUID
    decision_id: UUID
    home_id: UUID
    home_country: str
    qualification_id: UUID
    unit_id: UUID
    points: Decimal | None
    """What the entry adds to the sum; a reversal takes it away again."""
    at: datetime
    reverses: UUID | None = None
    """The entry that a reversal takes back."""


@dataclass(frozen=True, kw_only=True)
class LinkedEntry(Entry):
    position: int
    """Its place in the chain, from 1."""
    previous_hash: str
    hash: str

    @property
    def head(self) -> Head:
        """The end of the chain if this is its last entry."""
        return Head(self.position, self.hash)


def append(head: Head, entry: Entry) -> LinkedEntry:
    linked = {**vars(entry), "position": head.position + 1, "previous_hash": head.hash}
    return LinkedEntry(**linked, hash=content_hash(linked))


def reversal(entry: Entry, *, entry_id: UUID, decision_id: UUID, at: datetime) -> Entry:
    """What takes the entry back, because of another decision; `ValueError` if it is a reversal itself."""
    if entry.kind is EntryKind.REVERSAL:
        raise ValueError("a reversal stands: whatever counts again is a new entry")
    content = {field.name: getattr(entry, field.name) for field in fields(Entry)}
    taken_back = {
        "kind": EntryKind.REVERSAL,
        "reverses": entry.entry_id,
        "points": entry.points and entry.points.copy_negate(),  # exact, whatever the digits of the context
    }
    return Entry(**content | taken_back | {"entry_id": entry_id, "decision_id": decision_id, "at": at})


def verify(entries: Iterable[LinkedEntry], head: Head = START) -> int | None:
    """The first position where the chain is broken, None if it holds; `entries` in order, all that follow on `head`."""
    for entry in entries:
        content = {name: value for name, value in vars(entry).items() if name != "hash"}
        follows = (entry.position, entry.previous_hash) == (head.position + 1, head.hash)
        if not follows or entry.hash != content_hash(content):
            return head.position + 1
        head = entry.head
    return None
