from datetime import UTC, datetime, timedelta

import time_machine

from shared import token_buckets
from shared.token_buckets import TokenBuckets, take_from_each

START = datetime(2026, 3, 1, tzinfo=UTC)


def test_a_minutes_worth_may_come_at_once_and_then_one_by_one():
    with time_machine.travel(START, tick=False) as clock:
        buckets = TokenBuckets(per_minute=30)
        assert [buckets.take("ada") for _ in range(30)] == [0] * 30
        assert buckets.take("ada") == 2
        clock.shift(timedelta(seconds=2))
        assert buckets.take("ada") == 0
        assert buckets.take("ada") == 2


def test_staying_away_for_long_earns_no_more_than_a_minutes_worth():
    with time_machine.travel(START, tick=False) as clock:
        buckets = TokenBuckets(per_minute=2)
        buckets.take("ada")
        clock.shift(timedelta(hours=1))
        assert [buckets.take("ada") for _ in range(3)] == [0, 0, 30]


def test_callers_do_not_take_from_each_other():
    with time_machine.travel(START, tick=False):
        buckets = TokenBuckets(per_minute=1)
        assert [buckets.take("ada"), buckets.take("bob"), buckets.take("ada")] == [0, 0, 60]


def test_whoever_tries_in_vain_uses_up_nothing_of_the_other_bucket():
    with time_machine.travel(START, tick=False):
        room, each = TokenBuckets(per_minute=2), TokenBuckets(per_minute=1)
        tries = [take_from_each((room, "class"), (each, who)) for who in ("ada", "ada", "ada", "bob")]
        assert tries == [0, 60, 60, 0]


def test_who_has_not_come_for_a_minute_is_forgotten(monkeypatch):
    monkeypatch.setattr(token_buckets, "MOST_BUCKETS", 3)
    with time_machine.travel(START, tick=False) as clock:
        buckets = TokenBuckets(per_minute=1)
        for who in ("a", "b", "c"):
            buckets.take(who)
        clock.shift(timedelta(minutes=1))
        buckets.take("d")
        assert set(buckets._buckets) == {"d"}  # noqa: SLF001 - memory has no other window
