from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.notifications.domain.answers import LONGEST_RETRY_AFTER, Answer
from services.notifications.domain.deliveries import (
    ATTEMPTS,
    DELAYS,
    TRANSITIONS,
    TRIED_ONCE,
    Command,
    Delivery,
    DeliveryState,
    Reason,
    Verdict,
    redeliver,
    settle,
    verdict,
)
from services.notifications.domain.subscriptions import SubscriptionState
from shared.problems import WrongState

NOW = datetime(2026, 9, 1, 12, tzinfo=UTC)
CHANCES = st.floats(0, 1)
WAITS = st.none() | st.timedeltas(timedelta(), timedelta(days=9))
ANSWERS = st.builds(Answer, status=st.integers(100, 599), retry_after=WAITS) | st.builds(Answer, error=st.text())


def delivery(state: DeliveryState) -> Delivery:
    return Delivery(uuid4(), uuid4(), uuid4(), "acquis.credit.recognised.v1", state, 5, 3, None, NOW)


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
def test_any_status_of_success_is_a_success(status: int):
    assert verdict(Answer(status), 0) is Verdict.SUCCEED


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504, 599, 301, 302, 307, 308, 304])
def test_what_may_pass_is_tried_again_and_a_redirect_is_never_a_success(status: int):
    assert verdict(Answer(status), 0) is Verdict.TRY_AGAIN


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 410, 413, 422, 499])
def test_what_the_endpoint_will_refuse_again_is_not_tried_again(status: int):
    assert verdict(Answer(status), 0) is Verdict.GIVE_UP


def test_no_answer_at_all_is_tried_again():
    assert verdict(Answer(error="TimeoutError"), 0) is Verdict.TRY_AGAIN


def test_ten_attempts_are_made_over_about_75_hours():
    at, failures = NOW, 0
    while (settled := settle(Answer(500), failures, at, chance=0)).next_attempt_at:
        assert settled.state is DeliveryState.RETRY
        at, failures = settled.next_attempt_at, settled.failures
    assert settled.state is DeliveryState.DEAD_LETTER
    assert settled.failures == ATTEMPTS == 10
    assert timedelta(hours=75) < at - NOW < timedelta(hours=76)


def test_a_dead_letter_says_why():
    assert settle(Answer(404), 0, NOW, 0).reason is Reason.REFUSED
    assert settle(Answer(500), ATTEMPTS - 1, NOW, 0).reason is Reason.EXHAUSTED
    assert settle(Answer(500), 0, NOW, 0).reason is None
    assert settle(Answer(200), 0, NOW, 0).reason is None


def test_a_ping_is_tried_once():
    settled = settle(Answer(500), 0, NOW, 0, TRIED_ONCE)
    assert (settled.state, settled.next_attempt_at) == (DeliveryState.DEAD_LETTER, None)


@given(ANSWERS, st.integers(0, ATTEMPTS - 1), CHANCES)
def test_after_an_attempt_a_delivery_is_over_or_has_a_time(answer: Answer, failures: int, chance: float):
    settled = settle(answer, failures, NOW, chance)
    assert (settled.state is DeliveryState.RETRY) == (settled.next_attempt_at is not None)
    assert settled.state in {DeliveryState.DELIVERED, DeliveryState.RETRY, DeliveryState.DEAD_LETTER}
    assert settled.failures == failures + (settled.state is not DeliveryState.DELIVERED)
    if settled.next_attempt_at:
        assert NOW + DELAYS[failures] <= settled.next_attempt_at <= NOW + 1.1 * LONGEST_RETRY_AFTER


@given(st.lists(ANSWERS, min_size=ATTEMPTS, max_size=ATTEMPTS), CHANCES)
def test_every_delivery_ends_after_ten_attempts_at_the_latest(answers: list[Answer], chance: float):
    failures = 0
    for answer in answers:
        settled = settle(answer, failures, NOW, chance)
        failures = settled.failures
        if settled.next_attempt_at is None:
            return
    pytest.fail("it is never over")


def test_the_endpoint_may_ask_for_a_longer_wait_but_not_for_a_shorter_or_an_endless_one():
    def waited(retry_after: timedelta) -> timedelta:
        due = settle(Answer(503, retry_after=retry_after), 1, NOW, chance=0).next_attempt_at
        assert due
        return due - NOW

    assert waited(timedelta(hours=1)) == timedelta(hours=1)
    assert waited(timedelta(seconds=1)) == timedelta(minutes=5)
    assert waited(timedelta(days=400)) == LONGEST_RETRY_AFTER


@pytest.mark.parametrize("state", DeliveryState)
def test_only_what_is_over_can_be_sent_again(state: DeliveryState):
    before = delivery(state)
    if (state, Command.REDELIVER) in TRANSITIONS:
        after = redeliver(before, SubscriptionState.ACTIVE, NOW)
        assert (after.state, after.failures, after.next_attempt_at, after.version) == (DeliveryState.QUEUED, 0, NOW, 6)
    else:
        with pytest.raises(WrongState) as refused:
            redeliver(before, SubscriptionState.ACTIVE, NOW)
        assert refused.value.members == {"state": state, "possible": []}


LISTENING = {SubscriptionState.ACTIVE, SubscriptionState.PAUSED}


@pytest.mark.parametrize("state", sorted(set(SubscriptionState) - LISTENING))
def test_nothing_is_sent_again_to_who_does_not_listen_any_more(state: SubscriptionState):
    with pytest.raises(WrongState, match=state):
        redeliver(delivery(DeliveryState.DEAD_LETTER), state, NOW)
