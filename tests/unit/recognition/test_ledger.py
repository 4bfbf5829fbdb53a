from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from hypothesis import given
from hypothesis import strategies as st

from services.recognition.domain.ledger import Entry, EntryKind, Head, LinkedEntry, append, verify

LEARNER = uuid4()
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
        "at": datetime(2026, 3, 27, 12, tzinfo=UTC),
    }
    return Entry(**usual | changes)


def chain(length: int) -> list[LinkedEntry]:
    linked: list[LinkedEntry] = []
    head = Head()
    for _ in range(length):
        linked.append(append(head, entry()))
        head = linked[-1].head
    return linked


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
