from datetime import UTC, datetime
from uuid import UUID, uuid4

from services.notifications.delivery.fair_share import FIRST, MOST, QUICK_MS, free_shares
from services.notifications.domain.answers import Answer
from services.notifications.domain.deliveries import settle
from services.notifications.store import Attempt, Claimed

NOW = datetime(2026, 9, 1, tzinfo=UTC)
ONE, OTHER = uuid4(), uuid4()


def attempt(subscription_id: UUID, duration_ms: int = 20, status: int | None = 200) -> Attempt:
    claimed = Claimed(
        id=uuid4(),
        version=2,
        subscription_id=subscription_id,
        owner_id=uuid4(),
        failures=0,
        event_id=uuid4(),
        type="acquis.credit.recognised.v1",
        traceparent="",
        body=b"{}",
        url="https://hooks.school.example/",
        position=1,
        sealed_secrets=(),
    )
    answer = Answer(status)
    return Attempt(uuid4(), claimed, NOW, duration_ms, answer, settle(answer, 0, NOW, chance=0))


def test_an_endpoint_that_does_not_answer_gets_no_more_than_at_first():
    assert free_shares([ONE], []) == {ONE: FIRST - 1}
    assert free_shares([ONE] * FIRST, []) == {ONE: 0}


def test_each_quick_answer_opens_more_be_it_a_refusal():
    before, after = free_shares([ONE], [attempt(ONE)]), free_shares([ONE], [attempt(ONE), attempt(ONE, status=500)])
    assert FIRST < before[ONE] < after[ONE]


def test_two_rounds_of_answers_open_everything():
    [second] = free_shares([], [attempt(ONE)] * FIRST).values()
    assert free_shares([], [attempt(ONE)] * second) == {ONE: MOST}


def test_where_nobody_answers_nothing_opens_however_quickly():
    assert free_shares([ONE] * FIRST, [attempt(ONE, status=None)] * 50) == {ONE: 0}


def test_a_slow_answer_opens_nothing():
    assert free_shares([ONE] * FIRST, [attempt(ONE, QUICK_MS + 1)] * 50) == {ONE: 0}


def test_what_is_in_hand_counts_and_nobody_has_less_than_nothing():
    assert free_shares([ONE] * 200, [attempt(ONE)] * 100) == {ONE: MOST - 200}
    assert free_shares([ONE] * 200, []) == {ONE: 0}


def test_one_endpoint_says_nothing_about_another():
    assert free_shares([ONE], [attempt(OTHER)] * 100) == {ONE: FIRST - 1, OTHER: MOST}
