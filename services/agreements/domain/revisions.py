"""What a signature is bound to: one numbered content and its hash (domain.md 3.7, approval of a local copy)."""

from dataclasses import dataclass
from typing import Any

from shared.canonical import PROFILE, content_hash
from shared.problems import StaleApproval


@dataclass(frozen=True)
class Revision:
    """A content put to signature; editing what nobody has seen yet keeps the number and changes the hash."""

    number: int
    hash: str
    profile: str
    """How the hash was made, so that it can be checked after the way of hashing has changed."""

    def said(self) -> dict[str, Any]:
        """What a fact about one content names it by."""
        return {"content_version": self.number, "content_hash": self.hash}

    def check_seen(self, seen: "Seen") -> None:
        if (seen.content_version, seen.content_hash) != (self.number, self.hash):
            raise StaleApproval("Read it again, and approve the content_version and content_hash that you find there.")


@dataclass(frozen=True)
class Seen:
    """What a signer had before their eyes."""

    content_version: int
    content_hash: str


def first_revision(terms: Any) -> Revision:
    return numbered(1, terms)


def next_revision(revision: Revision, terms: Any) -> Revision:
    """Of a content that takes the place of one that was put to signature."""
    return numbered(revision.number + 1, terms)


def numbered(number: int, terms: Any) -> Revision:
    return Revision(number, content_hash(terms), PROFILE)
