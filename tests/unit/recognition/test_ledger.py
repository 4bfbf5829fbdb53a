from collections import defaultdict
from collections.abc import Iterable
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.recognition.domain.ledger import Entry, EntryKind, Head, LinkedEntry, append, reversal, verify

LEARNER = uuid4()
AT = datetime(2026, 3, 27, 12, tzinfo=UTC)
IDS = ("entry_id", "credit_id", "decision_id", "home_id", "qualification_id", "unit_id")
FIELDS = sorted(field.name for field in fields(LinkedEntry) if field.name != "kind")


def entry(**changes: Any) -> Entry:
    usual: dict[str, Any] = {
        "entry_id": uuid4(),
        "learner_id": LEARNER,
        "kind": EntryKind.CREDIT,
        "credit_id": uuid4(),
        "decision_id": uuid4(),
        "home_id": uuid4(),
        "home_country": "MT",
        "qualification_id": uuid4(),
        "unit_id": uuid4(),
        "points": Decimal("30.0"),
        "at": AT,
    }
    return Entry(**usual | changes)


def chain(length: int) -> list[LinkedEntry]:
    return linked(*(entry() for _ in range(length)))


def linked(*entries: Entry) -> list[LinkedEntry]:
    chained: list[LinkedEntry] = []
    head = Head()
    for one in entries:
        chained.append(append(head, one))
        head = chained[-1].head
    return chained


def taken_back(one: Entry) -> Entry:
    return reversal(one, entry_id=uuid4(), decision_id=uuid4(), at=AT + timedelta(days=1))


def sums(entries: Iterable[Entry]) -> dict[UUID, Decimal]:
    """The points of all entries, by qualification."""
    found: dict[UUID, Decimal] = defaultdict(Decimal)
    for one in entries:
        found[one.qualification_id] += one.points or 0
    return {qualification_id: points for qualification_id, points in found.items() if points}


def test_a_chain_begins_at_position_one_after_a_hash_of_zeros():
    [first, second] = chain(2)
    assert (first.position, first.previous_hash) == (1, "0" * 64)
    assert (second.position, second.previous_hash) == (2, first.hash)


@given(st.integers(0, 8))
def test_a_chain_that_only_grew_holds(length: int):
    assert verify(chain(length)) is None


@given(st.data())
def test_any_single_changed_field_is_found_at_its_place(data: st.DataObject):
    entries = chain(data.draw(st.integers(1, 5)))
    place = data.draw(st.integers(0, len(entries) - 1))
    name = data.draw(st.sampled_from(FIELDS))
    entries[place] = replace(entries[place], **{name: _other(getattr(entries[place], name))})
    assert verify(entries) == place + 1


def _other(value: Any) -> Any:
    match value:
        case UUID():
            return uuid4()
        case str():
            return f"{value}0"
        case datetime():
            return value + timedelta(microseconds=1)
        case None:
            return uuid4()
        case _:
            return value + 1


@given(st.integers(2, 6), st.data())
def test_a_dropped_or_swapped_entry_is_found(length: int, data: st.DataObject):
    entries = chain(length)
    place = data.draw(st.integers(0, length - 2))
    assert verify(entries[:place] + entries[place + 1 :]) == place + 1
    entries[place], entries[place + 1] = entries[place + 1], entries[place]
    assert verify(entries) == place + 1


def test_points_hash_alike_however_many_zeros_the_database_keeps():
    fixed = entry()
    same = replace(fixed, points=Decimal(30))
    assert append(Head(), fixed).hash == append(Head(), same).hash


def test_an_entry_without_points_is_an_entry():
    assert verify([append(Head(), entry(points=None))]) is None


points = st.none() | st.decimals(0, 240, places=1)
entries_of_two_qualifications = st.lists(
    st.builds(entry, points=points, qualification_id=st.sampled_from([uuid4(), uuid4()])), max_size=6
)


@given(entries_of_two_qualifications, st.data())
def test_reversals_restore_the_sums_exactly(before: list[Entry], data: st.DataObject):
    later = data.draw(entries_of_two_qualifications)
    reversals = data.draw(st.permutations([taken_back(one) for one in later]))
    assert sums([*before, *later, *reversals]) == sums(before)
    assert verify(linked(*before, *later, *reversals)) is None


@given(st.decimals(allow_nan=False, allow_infinity=False))
def test_a_reversal_takes_back_every_digit(given_points: Decimal):
    back = taken_back(entry(points=given_points)).points
    assert back is not None
    assert back.copy_abs() == given_points.copy_abs()
    assert back.compare(given_points.copy_negate()) == 0


def test_a_reversal_names_what_it_takes_back_and_whose_decision_that_is():
    [counted] = chain(1)
    back = taken_back(counted)
    assert (back.kind, back.reverses, back.points) == (EntryKind.REVERSAL, counted.entry_id, Decimal("-30.0"))
    assert (back.credit_id, back.unit_id) == (counted.credit_id, counted.unit_id)
    assert back.entry_id != counted.entry_id
    assert back.decision_id != counted.decision_id


def test_a_reversal_is_not_taken_back():
    with pytest.raises(ValueError, match="new entry"):
        taken_back(taken_back(entry()))


def test_the_hash_of_an_entry_that_reverses_nothing_is_what_it_was_before_there_were_reversals():
    fixed = entry(**{name: UUID(int=1) for name in IDS}, learner_id=UUID(int=2))
    assert append(Head(), fixed).hash == "b3a018f801fd18bfafc999d1207031fd7ffe26ad827e3023c2b1dfa25321778b"


def test_a_chain_can_be_checked_from_a_known_place_on():
    entries = chain(4)
    assert verify(entries[2:], entries[1].head) is None
    assert verify(entries[2:], entries[0].head) == 2
    assert verify([replace(entries[2], points=None), entries[3]], entries[1].head) == 3
