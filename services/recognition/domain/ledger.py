"""The ledger: each learner's chain of entries, only ever added to (architecture.md, Data).

An entry's hash covers everything in it and the hash of the entry before, in the canonical form of `shared.canonical`.
Whoever changes, drops or inserts an entry breaks the chain from there on.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from shared.canonical import content_hash


class EntryKind(StrEnum):
    CREDIT = "credit"


@dataclass(frozen=True)
class Head:
    """The end of a learner's chain; of an empty one, position 0 and a hash of zeros."""

    position: int = 0
    hash: str = "0" * 64


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
    at: datetime


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


def verify(entries: Iterable[LinkedEntry]) -> int | None:
    """The first position where the chain is broken, None if it holds; entries from position 1 on, in order."""
    head = Head()
    for entry in entries:
        content = {name: value for name, value in vars(entry).items() if name != "hash"}
        follows = (entry.position, entry.previous_hash) == (head.position + 1, head.hash)
        if not follows or entry.hash != content_hash(content):
            return head.position + 1
        head = entry.head
    return None
