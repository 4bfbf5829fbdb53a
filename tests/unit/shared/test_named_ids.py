from uuid import RFC_4122, UUID

from hypothesis import given
from hypothesis import strategies as st

from shared import envelope, outbox
from shared.ids import new_id
from shared.named_ids import id_from, ids_from
from tests.support.delivery import TRACEPARENT, fact

IDS = st.builds(new_id)


@given(IDS, st.lists(st.text()), st.integers(0, 10_000))
def test_a_named_id_is_a_uuid_of_the_moment_of_its_origin(origin: UUID, names: list[str], place: int):
    named = id_from(origin, *names, place=place)
    assert (named.version, named.variant, named.int >> 80) == (7, RFC_4122, origin.int >> 80)
    assert named == id_from(origin, *names, place=place) != origin


@given(IDS)
def test_what_follows_is_told_apart_and_sorts_in_its_order(origin: UUID):
    first, again, other = ids_from(origin), ids_from(origin), ids_from(origin, "another")
    following = [first() for _ in range(1_000)]
    assert following == sorted(set(following)) == [again() for _ in range(1_000)]
    assert set(following).isdisjoint(other() for _ in range(1_000))


def test_what_an_event_causes_is_said_again_under_the_same_id():
    cause = envelope.write(fact(new_id(), 1), TRACEPARENT)
    said = fact(new_id(), 2)
    [first], [again] = outbox.said([said], cause=cause), outbox.said([said], cause=cause)
    assert first.id == again.id
    other = envelope.write(fact(new_id(), 1), TRACEPARENT)
    assert len({first.id, *(event.id for event in outbox.said([said], cause=other) + outbox.said([said]))}) == 3
