from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.notifications.domain.health import LONGEST_REST, PATIENCE, WELL, Health, Outcomes, after

NOW = datetime(2026, 9, 1, 12, tzinfo=UTC)
EARLIER = NOW - timedelta(hours=3)
HOUR = timedelta(hours=1)
COUNTS = st.integers(0, 500)


def rest(failures: int) -> timedelta | None:
    health = after(Health(EARLIER, failures - 1), Outcomes(down=1), NOW)
    return health.rests_until - NOW if health.rests_until else None


def test_a_few_failures_are_no_reason_to_rest():
    assert [rest(failures) for failures in range(1, PATIENCE)] == [None] * (PATIENCE - 1)


def test_an_endpoint_that_is_down_gets_ever_longer_rests_up_to_a_minute():
    rests = [rest(failures) for failures in range(PATIENCE, PATIENCE + 9)]
    assert rests == [timedelta(seconds=seconds) for seconds in (1, 2, 4, 8, 16, 32, 60, 60, 60)]


@given(COUNTS, COUNTS, COUNTS.map(lambda number: number + 1))
def test_any_success_makes_all_well_again(down: int, refused: int, succeeded: int):
    assert after(Health(EARLIER, 40, NOW), Outcomes(succeeded, refused, down), NOW) == WELL


@given(COUNTS, COUNTS.map(lambda number: number + 1))
def test_who_refuses_is_up_and_needs_no_rest_but_still_only_fails(down: int, refused: int):
    assert after(Health(EARLIER, 40, NOW), Outcomes(0, refused, down), NOW) == Health(EARLIER, failed_at=NOW)


@given(COUNTS, st.integers(1, 500))
def test_failing_is_counted_from_the_first_failure(failures: int, down: int):
    assert after(WELL, Outcomes(down=down), NOW).failing_since == NOW
    later = after(Health(EARLIER, failures), Outcomes(down=down), NOW)
    assert (later.failing_since, later.failures, later.failed_at) == (EARLIER, failures + down, NOW)
    assert later.rests_until is None or later.rests_until - NOW <= LONGEST_REST


@pytest.mark.parametrize("outcomes", [Outcomes(succeeded=3, down=1), Outcomes(refused=3, down=1), Outcomes(down=1)])
def test_what_is_asked_for_is_granted_whatever_else_came(outcomes: Outcomes):
    asking = replace(outcomes, asked=HOUR)
    assert after(Health(EARLIER, 40, NOW), asking, NOW).rests_until == NOW + HOUR


def test_what_was_under_way_when_a_rest_was_asked_for_does_not_end_it():
    asked = Health(EARLIER, 1, NOW + HOUR)
    for outcomes in (Outcomes(succeeded=1), Outcomes(refused=1), Outcomes(down=1)):
        assert after(asked, outcomes, NOW).rests_until == NOW + HOUR
    assert after(asked, Outcomes(succeeded=1), NOW + HOUR) == WELL
