"""The plan of faults can be gone through again."""

from itertools import islice

from tests.faults.plan import LONGEST, SHORTEST, one_of_each, plan

NAMES = [("kill", "consumer"), ("kill", "relay"), ("pause", "broker"), ("cut", "network"), ("cut", "database")]


def test_a_seed_says_which_faults_come_in_which_order():
    assert list(islice(plan(NAMES, 7), 50)) == list(islice(plan(NAMES, 7), 50))
    assert list(islice(plan(NAMES, 7), 50)) != list(islice(plan(NAMES, 8), 50))


def test_each_fault_comes_before_any_comes_again():
    planned = [one.name for one in islice(plan(NAMES, 7), 3 * len(NAMES))]
    rounds = [planned[begin : begin + len(NAMES)] for begin in range(0, len(planned), len(NAMES))]
    assert all(sorted(one) == sorted(NAMES) for one in rounds)
    assert len({tuple(one) for one in rounds}) > 1


def test_a_fault_lasts_long_enough_to_be_felt_and_ends():
    assert all(SHORTEST <= one.lasts <= LONGEST for one in islice(plan(NAMES, 7), 200))


def test_a_short_run_has_one_of_each_kind():
    chosen = one_of_each(NAMES, 7)
    assert sorted(kind for kind, _ in chosen) == ["cut", "kill", "pause"]
    assert set(chosen) <= set(NAMES)
