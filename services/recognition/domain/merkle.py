"""Merkle trees (RFC 6962, 2.1): one hash for many, and a short proof that one of them is among them.

What is hashed into a leaf begins with a byte 0, what joins two hashes with a byte 1: nobody can pass a node off as a
leaf. A tree over the roots of trees of equal size, a power of two, is the tree over all their leaves.
"""

from collections.abc import Sequence
from hashlib import sha256

EMPTY = sha256().digest()


def leaf(data: bytes) -> bytes:
    return sha256(b"\x00" + data).digest()


def node(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + left + right).digest()


def root(hashes: Sequence[bytes]) -> bytes:
    """`hashes`: the leaves, or the roots of trees of equal size, of which only the last may be smaller."""
    level = hashes
    while len(level) > 1:
        level = _above(level)
    return level[0] if level else EMPTY


def path(hashes: Sequence[bytes], index: int) -> list[bytes]:
    """What leads from the hash at `index` to the root: the hash beside each on the way, from the leaf upwards."""
    level, beside = hashes, []
    while len(level) > 1:
        if (sibling := index ^ 1) < len(level):
            beside.append(level[sibling])
        level, index = _above(level), index // 2
    return beside


def _above(level: Sequence[bytes]) -> list[bytes]:
    """The next level; a hash without a neighbour moves up as it is."""
    joined = [node(left, right) for left, right in zip(level[::2], level[1::2], strict=False)]
    return [*joined, *level[2 * len(joined) :]]
