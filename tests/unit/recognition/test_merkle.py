"""Promises of the Merkle tree; the vectors are those that docs/ledger.md publishes for other programs."""

import re
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deploy.verify_ledger import root_above
from services.recognition.domain import merkle

DOCUMENT = (Path(__file__).parents[3] / "docs" / "ledger.md").read_text(encoding="utf-8")
VECTORS = re.findall(
    r"^\| ([0-9]) \| `([0-9a-f]*)` \| `([0-9a-f]{64})` \| `([0-9a-f]{64})` \|$", DOCUMENT, re.MULTILINE
)
LEAVES = [merkle.leaf(bytes.fromhex(data)) for _, data, _, _ in VECTORS]

leaves = st.lists(st.binary(max_size=4).map(merkle.leaf), max_size=70)
some_leaves = st.lists(st.binary(max_size=4).map(merkle.leaf), min_size=1, max_size=70)


def by_the_book(hashes: list[bytes]) -> bytes:
    """RFC 6962, 2.1, to the letter."""
    if len(hashes) < 2:
        return hashes[0] if hashes else sha256(b"").digest()
    middle = 1 << (len(hashes) - 1).bit_length() - 1
    return sha256(b"\x01" + by_the_book(hashes[:middle]) + by_the_book(hashes[middle:])).digest()


def test_the_document_has_its_vectors():
    assert [int(size) for size, *_ in VECTORS] == [1, 2, 3, 4, 5, 6, 7, 8]


@pytest.mark.parametrize(("size", "data", "leaf", "root"), VECTORS)
def test_a_published_vector_holds(size: str, data: str, leaf: str, root: str):
    assert merkle.leaf(bytes.fromhex(data)).hex() == leaf
    assert merkle.root(LEAVES[: int(size)]).hex() == root


def test_the_tree_over_nothing_has_the_hash_of_nothing():
    assert merkle.root([]) == merkle.EMPTY == sha256(b"").digest()


@given(leaves)
def test_the_root_is_that_of_the_rfc(hashes: list[bytes]):
    assert merkle.root(hashes) == by_the_book(hashes)


@given(some_leaves, st.data())
def test_every_leaf_can_be_proved_in_a_few_steps(hashes: list[bytes], data: st.DataObject):
    index = data.draw(st.integers(0, len(hashes) - 1))
    path = merkle.path(hashes, index)
    assert root_above(hashes[index], index, len(hashes), path) == merkle.root(hashes)
    assert len(path) <= (len(hashes) - 1).bit_length()


@given(some_leaves, st.data())
def test_no_other_leaf_place_or_path_leads_to_the_root(hashes: list[bytes], data: st.DataObject):
    index = data.draw(st.integers(0, len(hashes) - 1))
    path, root = merkle.path(hashes, index), merkle.root(hashes)
    assert root_above(merkle.leaf(b"other"), index, len(hashes), path) != root
    assert root_above(hashes[index], index, len(hashes), [*path, merkle.EMPTY]) is None
    for place in range(len(path)):
        assert root_above(hashes[index], index, len(hashes), path[:place] + path[place + 1 :]) != root
        other = [*path[:place], merkle.EMPTY, *path[place + 1 :]]
        assert root_above(hashes[index], index, len(hashes), other) != root


@given(st.binary(min_size=32, max_size=32), st.binary(min_size=32, max_size=32))
def test_nothing_can_be_passed_off_as_something_else(left: bytes, right: bytes):
    assert merkle.node(left, right) not in {merkle.leaf(left + right), sha256(left + right).digest()}


@given(leaves, st.sampled_from([1, 2, 4, 8, 16]), st.data())
def test_a_tree_over_blocks_is_the_tree_over_their_leaves(hashes: list[bytes], size: int, data: st.DataObject):
    blocks = [hashes[start : start + size] for start in range(0, len(hashes), size)]
    roots = [merkle.root(block) for block in blocks]
    assert merkle.root(roots) == merkle.root(hashes)
    if hashes:
        block, place = divmod(data.draw(st.integers(0, len(hashes) - 1)), size)
        assert merkle.path(blocks[block], place) + merkle.path(roots, block) == merkle.path(
            hashes, block * size + place
        )
