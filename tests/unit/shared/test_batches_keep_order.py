from typing import Any
from uuid import UUID, uuid4

from hypothesis import given
from hypothesis import strategies as st

from shared import envelope
from shared.contracts.catalogue import ComparabilityDeclared, ComparabilityWithdrawn, Extent
from shared.envelope import Event
from shared.kafka.intake import in_order
from tests.support.delivery import TRACEPARENT, event

KEYS = [uuid4() for _ in range(4)]


def declared(key: UUID) -> Event[ComparabilityDeclared]:
    withdrawn: ComparabilityWithdrawn = event(key).data
    fact = ComparabilityDeclared(
        comparability_id=key,
        version=1,
        home_qualification_id=key,
        home_unit_id=withdrawn.home_unit_id,
        host_qualification_id=key,
        host_unit_id=withdrawn.host_unit_id,
        extent=Extent.FULL,
        outcomes=(),
        declared_by=withdrawn.declared_by,
        valid_from=withdrawn.withdrawn_on,
        valid_until=None,
    )
    return envelope.write(fact, TRACEPARENT)


def its_type(event: Event[Any]) -> str:
    return event.type


batches = st.lists(
    st.tuples(st.sampled_from(KEYS), st.booleans()).map(
        lambda drawn: event(drawn[0]) if drawn[1] else declared(drawn[0])
    )
)


@given(batches)
def test_every_event_is_in_exactly_one_group_of_its_type(events):
    groups = in_order(events, its_type)
    assert sorted(e.id for group in groups for e in group) == sorted(e.id for e in events)
    assert all(len({e.type for e in group}) == 1 for group in groups)


@given(batches)
def test_the_events_of_one_key_keep_their_order_over_the_groups(events):
    flat = [e for group in in_order(events, its_type) for e in group]
    for key in KEYS:
        assert [e.id for e in flat if e.key == str(key)] == [e.id for e in events if e.key == str(key)]


@given(st.lists(st.sampled_from(KEYS), min_size=1))
def test_a_batch_of_one_type_is_one_group(keys):
    assert len(in_order([event(key) for key in keys], its_type)) == 1
