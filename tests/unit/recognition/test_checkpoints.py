import re
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deploy.verify_ledger import root_above
from services.recognition.domain import checkpoints, merkle
from services.recognition.domain.checkpoints import Blocks, ChainEnd, Checkpoint, following, prove
from services.recognition.domain.ledger import Head
from shared.contracts.recognition import LedgerCheckpointed
from shared.problems import NotFound

AT = datetime(2026, 5, 13, 10, tzinfo=UTC)
DOCUMENT = (Path(__file__).parents[3] / "docs" / "ledger.md").read_text(encoding="utf-8")

heads = st.builds(Head, st.integers(1, 2**31 - 1), st.binary(min_size=32, max_size=32).map(bytes.hex))
chain_ends = st.dictionaries(st.uuids(), heads, min_size=1, max_size=40).map(
    lambda found: [ChainEnd(learner_id, found[learner_id]) for learner_id in sorted(found)]
)


def blocks_of(ends: list[ChainEnd], size: int) -> Blocks:
    blocks = Blocks()
    for start in range(0, len(ends), size):
        blocks.add(ends[start : start + size])
    return blocks


def taken(last: Checkpoint | None, ends: list[ChainEnd]) -> Checkpoint:
    found = following(last, blocks_of(ends, checkpoints.BLOCK), uuid4(), AT)
    assert found
    return found[0]


def test_the_published_leaf_of_a_chain_holds():
    [(learner_id, position, digest, leaf)] = re.findall(
        r"learner `(.+?)` that ends at position `(.+?)` with the hash\s`(.+?)` has the leaf\s`(.+?)`", DOCUMENT
    )
    assert ChainEnd(UUID(learner_id), Head(int(position), digest)).leaf.hex() == leaf


@given(chain_ends)
def test_the_root_is_over_all_chains_in_the_order_of_their_learners(ends: list[ChainEnd]):
    checkpoint = taken(None, ends)
    assert checkpoint.root == merkle.root([end.leaf for end in ends]).hex()
    assert (checkpoint.heads, checkpoint.entries) == (len(ends), sum(end.head.position for end in ends))


@given(chain_ends, st.data())
def test_any_other_end_of_any_chain_has_another_root(ends: list[ChainEnd], data: st.DataObject):
    place = data.draw(st.integers(0, len(ends) - 1))
    head = data.draw(heads.filter(lambda other: other != ends[place].head))
    other = [*ends[:place], ChainEnd(ends[place].learner_id, head), *ends[place + 1 :]]
    assert taken(None, other).root != taken(None, ends).root


def test_checkpoints_are_numbered_and_each_names_the_root_before():
    first_ends = [ChainEnd(uuid4(), Head(1, "1" * 64))]
    first = taken(None, first_ends)
    second = taken(first, [ChainEnd(first_ends[0].learner_id, Head(2, "2" * 64))])
    assert (first.number, first.previous_root) == (1, merkle.EMPTY.hex())
    assert (second.number, second.previous_root) == (2, first.root)


def test_what_is_kept_is_what_is_said():
    found = following(None, blocks_of([ChainEnd(uuid4(), Head(1, "1" * 64))], 4), uuid4(), AT)
    assert found
    checkpoint, fact = found
    assert fact == LedgerCheckpointed(version=1, **vars(checkpoint))


@given(chain_ends)
def test_while_nothing_changes_there_is_no_new_checkpoint(ends: list[ChainEnd]):
    assert following(taken(None, ends), blocks_of(ends, checkpoints.BLOCK), uuid4(), AT) is None
    assert following(None, Blocks(), uuid4(), AT) is None


@given(chain_ends, st.sampled_from([1, 2, 4, 8]), st.data())
def test_every_chain_can_be_proved_with_its_block_alone(ends: list[ChainEnd], size: int, data: st.DataObject):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(checkpoints, "BLOCK", size)
        blocks, checkpoint = blocks_of(ends, size), taken(None, ends)
        end = data.draw(st.sampled_from(ends))
        start = blocks.starts[blocks.holding(end.learner_id)]
        block = [one for one in ends if one.learner_id >= start][:size]
        proof = prove(checkpoint, blocks, block, end.learner_id)
    assert (proof.learner_id, Head(proof.position, proof.hash)) == (end.learner_id, end.head)
    above = root_above(end.leaf, proof.index, proof.checkpoint.heads, [bytes.fromhex(one) for one in proof.path])
    assert above is not None
    assert above.hex() == checkpoint.root


@given(chain_ends, st.uuids())
def test_who_had_no_chain_yet_is_not_found(ends: list[ChainEnd], learner_id: UUID):
    blocks = blocks_of(ends, checkpoints.BLOCK)
    if learner_id not in [end.learner_id for end in ends]:
        with pytest.raises(NotFound):
            prove(taken(None, ends), blocks, ends, learner_id)
