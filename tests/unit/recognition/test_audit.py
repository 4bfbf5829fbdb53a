from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.recognition.domain.audit import Anchor, Break, Chain, examine
from services.recognition.domain.ledger import START, Entry, EntryKind, Head, LinkedEntry, append

LEARNER = uuid4()
IDS = ("entry_id", "credit_id", "decision_id", "home_id", "qualification_id", "unit_id")


def entry(**changes: Any) -> Entry:
    usual: dict[str, Any] = {name: uuid4() for name in IDS} | {"learner_id": LEARNER, "kind": EntryKind.CREDIT}
    usual |= {"home_country": "MT", "points": Decimal(30), "at": datetime(2026, 3, 27, tzinfo=UTC)}
    return Entry(**usual | changes)


def linked(entries: list[Entry]) -> list[LinkedEntry]:
    found: list[LinkedEntry] = []
    for one in entries:
        found.append(append(found[-1].head if found else START, one))
    return found


ENTRIES = [entry() for _ in range(5)]
LINKED = linked(ENTRIES)
ANCHORS = [Anchor(1, LINKED[1].head), Anchor(3, LINKED[3].head)]


def chain(entries: list[LinkedEntry], head: Head = LINKED[-1].head, **more: Any) -> Chain:
    return Chain(learner_id=LEARNER, entries=entries, head=head, anchors=more.pop("anchors", ANCHORS), **more)


def broken_at(position: int, found: Break | None) -> bool:
    return found is not None and (found.learner_id, found.position) == (LEARNER, position)


def test_an_untouched_chain_holds():
    assert examine(chain(LINKED)) is None
    assert examine(chain([], START, anchors=[])) is None


@given(st.integers(0, 4))
def test_a_changed_entry_is_the_first_thing_named(place: int):
    changed = [*LINKED[:place], replace(LINKED[place], points=Decimal(60)), *LINKED[place + 1 :]]
    assert broken_at(place + 1, examine(chain(changed)))


@pytest.mark.parametrize(("place", "named"), [(0, 2), (1, 2), (2, 4), (3, 4)])
def test_a_chain_that_was_hashed_anew_is_named_where_a_checkpoint_covers_it(place: int, named: int):
    forged = linked([*ENTRIES[:place], replace(ENTRIES[place], points=Decimal(60)), *ENTRIES[place + 1 :]])
    found = examine(chain(forged, forged[-1].head))
    assert broken_at(named, found)
    assert found
    assert "checkpoint" in found.why


@given(st.integers(0, 4))
def test_an_end_that_was_cut_off_is_missed_at_its_place(length: int):
    assert broken_at(length + 1, examine(chain(LINKED[:length])))


@given(st.integers(0, 3))
def test_what_was_cut_off_together_with_its_head_is_missed_by_the_checkpoints(length: int):
    head = LINKED[length - 1].head if length else START
    found = examine(chain(LINKED[:length], head))
    assert broken_at(2 if length < 2 else 4, found)


def test_an_entry_that_the_head_knows_nothing_of_is_named():
    assert broken_at(5, examine(chain(LINKED, LINKED[3].head)))


def test_a_head_of_another_hash_is_named():
    assert broken_at(5, examine(chain(LINKED, Head(5, "f" * 64))))


@given(st.integers(1, 4))
def test_only_what_was_added_since_needs_to_be_there(since: int):
    known = LINKED[since - 1].head
    later = LINKED[since:]
    assert examine(chain(later, since=known)) is None
    changed = [replace(later[0], points=Decimal(60)), *later[1:]]
    assert broken_at(since + 1, examine(chain(changed, since=known)))
    assert broken_at(since + 1, examine(chain([], since=known)))
