from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from uuid import UUID, uuid4

from services.notifications.delivery.deliverer import AHEAD, AT_ONCE, AT_ONCE_OF_OWNER
from services.notifications.delivery.fair_share import FIRST, FIRST_OF_OWNER, MOST, QUICK_MS, free_shares
from services.notifications.domain.answers import Answer
from services.notifications.domain.deliveries import settle
from services.notifications.store import Attempt, Claimed

NOW = datetime(2026, 9, 1, tzinfo=UTC)
ONE, OTHER, OWNER = uuid4(), uuid4(), uuid4()


def claimed(subscription_id: UUID, owner_id: UUID = OWNER) -> Claimed:
    return Claimed(
        id=uuid4(),
        version=2,
        subscription_id=subscription_id,
        owner_id=owner_id,
        failures=0,
        event_id=uuid4(),
        type="acquis.credit.recognised.v1",
        traceparent="",
        body=b"{}",
        url="https://hooks.school.example/",
        position=1,
        sealed_secrets=(),
    )


def attempt(of: Claimed, duration_ms: int = 20, status: int | None = 200) -> Attempt:
    answer = Answer(status)
    return Attempt(uuid4(), of, NOW, duration_ms, answer, settle(answer, 0, NOW, chance=0))


def of_subscriptions(in_hand: Iterable[UUID], answered: Iterable[Attempt]) -> Mapping[UUID, int]:
    return free_shares(map(claimed, in_hand), answered).subscriptions.free


HERS = claimed(ONE)


def test_an_endpoint_that_does_not_answer_gets_no_more_than_at_first():
    assert of_subscriptions([ONE], []) == {ONE: FIRST - 1}
    assert of_subscriptions([ONE] * FIRST, []) == {ONE: 0}


def test_each_quick_answer_opens_more_be_it_a_refusal():
    before, after = (
        of_subscriptions([ONE], [attempt(HERS)]),
        of_subscriptions([ONE], [attempt(HERS), attempt(HERS, status=500)]),
    )
    assert FIRST < before[ONE] < after[ONE]


def test_two_rounds_of_answers_open_everything():
    [second] = of_subscriptions([], [attempt(HERS)] * FIRST).values()
    assert of_subscriptions([], [attempt(HERS)] * second) == {ONE: MOST}


def test_where_nobody_answers_nothing_opens_however_quickly():
    assert of_subscriptions([ONE] * FIRST, [attempt(HERS, status=None)] * 50) == {ONE: 0}


def test_a_slow_answer_opens_nothing():
    assert of_subscriptions([ONE] * FIRST, [attempt(HERS, QUICK_MS + 1)] * 50) == {ONE: 0}


def test_what_is_in_hand_counts_and_nobody_has_less_than_nothing():
    assert of_subscriptions([ONE] * 200, [attempt(HERS)] * 100) == {ONE: MOST - 200}
    assert of_subscriptions([ONE] * 200, []) == {ONE: 0}


def test_one_endpoint_says_nothing_about_another():
    assert of_subscriptions([ONE], [attempt(claimed(OTHER))] * 100) == {ONE: FIRST - 1, OTHER: MOST}


def test_all_subscriptions_of_an_institution_share_what_is_its_own():
    in_hand = [claimed(uuid4()) for _ in range(FIRST_OF_OWNER - 3)]
    free = free_shares(in_hand, [])
    assert (free.owners.free, free.owners.otherwise) == ({OWNER: 3}, FIRST_OF_OWNER)
    assert free_shares([*in_hand, *in_hand], []).owners.free == {OWNER: 0}


def test_an_institution_whose_endpoints_answer_has_more_but_never_everything():
    quick = [attempt(claimed(uuid4())) for _ in range(FIRST_OF_OWNER)]
    assert FIRST_OF_OWNER < free_shares([], quick).owners.free[OWNER] < MOST
    assert free_shares([], quick * 10).owners.free == {OWNER: MOST}
    assert MOST < AHEAD
    assert AT_ONCE_OF_OWNER < AT_ONCE


def test_one_institution_says_nothing_about_another():
    other = uuid4()
    free = free_shares([claimed(ONE)], [attempt(claimed(OTHER, other))] * 100)
    assert free.owners.free == {OWNER: FIRST_OF_OWNER - 1, other: MOST}
