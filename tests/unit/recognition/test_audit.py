from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.recognition.domain.audit import Anchor, Break, Chain, Counted, examine, weigh
from services.recognition.domain.ledger import START, Entry, EntryKind, Head, LinkedEntry, append, reversal

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


def credit(of: LinkedEntry) -> Counted:
    """What the record has by the entry."""
    return Counted(
        credit_id=of.credit_id,
        qualification_id=of.qualification_id,
        unit_id=of.unit_id,
        points=of.points,
        entry=of.head,
    )


def taken_back(one: Entry) -> Entry:
    return reversal(one, entry_id=uuid4(), decision_id=uuid4(), at=one.at)


CORRECTED = entry(credit_id=ENTRIES[1].credit_id, points=Decimal(20))
HISTORY = linked(
    [
        *ENTRIES,
        taken_back(ENTRIES[0]),
        taken_back(ENTRIES[1]),
        CORRECTED,
        entry(kind=EntryKind.DOCUMENTED, points=Decimal(0)),
    ]
)
"""The first is revoked, the second corrected; the last one is on record only."""
STANDING = [credit(one) for one in (*HISTORY[2:5], HISTORY[7])]
WHOLE = chain(HISTORY, HISTORY[-1].head, anchors=[])


@given(st.permutations(STANDING))
def test_what_no_entry_takes_back_is_what_counts(credits_: list[Counted]):
    assert weigh(WHOLE, credits_) is None
    counts = sum(one.points for one in HISTORY if one.points is not None)
    assert counts == sum(one.points for one in credits_ if one.points is not None)


@given(st.sampled_from(STANDING))
def test_a_credit_that_is_gone_or_counts_otherwise_is_named_by_its_entry(one: Counted):
    others = [other for other in STANDING if other != one]
    place = one.entry.position
    assert weigh(WHOLE, others) == Break(LEARNER, place, f"by it credit {one.credit_id} counts, and it does not")
    is_not = f"credit {one.credit_id} is not what it says"
    assert weigh(WHOLE, [*others, replace(one, points=Decimal(60))]) == Break(LEARNER, place, is_not)
    assert weigh(WHOLE, [*others, replace(one, unit_id=uuid4())]) == Break(LEARNER, place, is_not)


@pytest.mark.parametrize("old", [HISTORY[0], HISTORY[1]], ids=["revoked", "corrected"])
def test_a_credit_that_counts_by_an_entry_that_was_taken_back_is_named(old: LinkedEntry):
    assert broken_at(old.position, weigh(WHOLE, [*STANDING, credit(old)]))


def test_a_credit_that_was_added_without_an_entry_is_named():
    invented = credit(linked([entry()])[0])
    found = weigh(WHOLE, [*STANDING, invented])
    assert found == Break(LEARNER, 1, f"credit {invented.credit_id} counts by it, and it says no such thing")
    assert weigh(chain([], START, anchors=[]), [invented]) == found


@given(st.integers(1, 8))
def test_of_a_chain_since_a_checkpoint_only_what_was_touched_is_weighed(since: int):
    later = chain(HISTORY[since:], HISTORY[-1].head, anchors=[], since=HISTORY[since - 1].head)
    assert weigh(later, STANDING) is None
    assert weigh(chain([], HISTORY[-1].head, anchors=[], since=HISTORY[-1].head), STANDING) is None
    forged = [*STANDING, credit(HISTORY[0])]
    assert broken_at(1, weigh(later, forged)) == (since < 6)  # while its reversal is among the entries
