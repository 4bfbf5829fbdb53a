"""A stay begins by the host's word or by the clock, and ends by somebody's word only."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from services.agreements.domain import agreeing, changing, stays
from services.agreements.domain.change_reasons import ChangeType, Reason, ReasonCode
from services.agreements.domain.learning_agreements import LearningAgreement, State
from shared.contracts.agreements import (
    LearningAgreementCancelled,
    LearningAgreementChangeDropped,
    LearningAgreementCompleted,
    LearningAgreementInterrupted,
    LearningAgreementStarted,
    Side,
)
from shared.problems import Validation, WrongState
from tests.support.agreeing import AGREEMENT_TERMS, AT, agreement, its_ending

TODAY, DAY = AT.date(), timedelta(days=1)


def by_clock() -> LearningAgreement:
    return stays.start_by_clock(agreement(State.AGREED))[0]


WAYS: dict[str, Callable[[LearningAgreement], LearningAgreement]] = {
    "start": lambda before: stays.start(before, TODAY, AT)[0],
    "start by clock": lambda before: stays.start_by_clock(before)[0],
    "complete": lambda before: stays.complete(before, TODAY, AT)[0],
    "interrupt": lambda before: stays.interrupt(before, TODAY, its_ending(Side.HOST), AT)[0],
    "cancel": lambda before: agreeing.cancel(before, its_ending(), AT)[0],
}
BEFORE_THE_STAY = ("draft", "learner_signed", "home_signed", "changes_requested", "agreed", "in_mobility")
# Written down once more, so that a slip in the table of the domain shows.
EXPECTED = {
    "start": {"agreed": "in_mobility"},
    "start by clock": {"agreed": "in_mobility"},
    "complete": {"in_mobility": "completed"},
    "interrupt": {"in_mobility": "interrupted"},
    "cancel": dict.fromkeys(BEFORE_THE_STAY, "cancelled"),
}


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("way", WAYS)
def test_a_stay_moves_only_as_is_written_down(state: State, way: str):
    before = agreement(state)
    if state not in EXPECTED[way]:
        with pytest.raises(WrongState) as problem:
            WAYS[way](before)
        assert problem.value.members["state"] == state
        assert way not in problem.value.members["possible"]
        return
    after = WAYS[way](before)
    assert (after.state, after.version) == (EXPECTED[way][state], before.version + 1)


def test_the_clock_starts_it_on_the_first_day_as_planned():
    agreed = agreement(State.AGREED)
    assert stays.starts_by_clock_at(agreed) == datetime(2026, 3, 2, tzinfo=UTC)
    started, [fact] = stays.start_by_clock(agreed)
    assert isinstance(fact, LearningAgreementStarted)
    assert started.started_on == fact.started_on == AGREEMENT_TERMS.starts_on


@pytest.mark.parametrize(
    ("starts_on", "ends_on", "due"),
    [
        (TODAY + DAY, TODAY + 9 * DAY, TODAY + DAY),
        (TODAY, TODAY + 9 * DAY, TODAY + DAY),
        (TODAY - 3 * DAY, TODAY + 9 * DAY, TODAY + DAY),
        (TODAY - 3 * DAY, TODAY, None),
    ],
)
def test_what_is_agreed_late_starts_on_the_next_day_if_it_still_goes_on(starts_on: date, ends_on: date, due: date):
    agreed = agreement(State.AGREED)
    late = replace(agreed, terms=replace(agreed.terms, starts_on=starts_on, ends_on=ends_on))
    found = stays.starts_by_clock_at(late)
    assert (found and found.date()) == due


def test_the_host_corrects_what_the_clock_said_once():
    started = by_clock()
    corrected, [fact] = stays.start(started, TODAY + DAY, AT)
    assert isinstance(fact, LearningAgreementStarted)
    assert (corrected.state, corrected.started_on, fact.started_on) == (State.IN_MOBILITY, *[TODAY + DAY] * 2)
    assert fact.version == corrected.version == started.version + 1
    for said_already in (corrected, agreement(State.IN_MOBILITY)):
        with pytest.raises(WrongState) as problem:
            stays.start(said_already, TODAY, AT)
        assert "confirm_start" not in problem.value.members["possible"]


def test_a_stay_that_is_over_does_not_begin_again():
    over, _ = stays.complete(by_clock(), AGREEMENT_TERMS.starts_on, AT + timedelta(days=60))
    with pytest.raises(WrongState):
        stays.start(over, TODAY, AT)


def test_actual_dates_are_not_in_the_future_wherever_the_host_is():
    agreed, started = agreement(State.AGREED), agreement(State.IN_MOBILITY)
    easternmost, tomorrow = TODAY + DAY, TODAY + 2 * DAY
    stays.start(agreed, easternmost, AT)
    stays.complete(started, easternmost, AT)
    stays.interrupt(started, easternmost, its_ending(), AT)
    attempts: tuple[Callable[[], object], ...] = (
        lambda: stays.start(agreed, tomorrow, AT),
        lambda: stays.complete(started, tomorrow, AT),
        lambda: stays.interrupt(started, tomorrow, its_ending(), AT),
    )
    for attempt in attempts:
        with pytest.raises(Validation, match="not as it has to be"):
            attempt()


def test_a_stay_begins_about_when_it_was_agreed_or_its_dates_are_changed_first():
    """Two weeks early at the most, and not after its last day; late is not wrong."""
    first, last, later = AGREEMENT_TERMS.starts_on, AGREEMENT_TERMS.ends_on, AT + 99 * DAY
    for started_on in (first - 14 * DAY, last):
        for before in (agreement(State.AGREED), by_clock()):
            assert stays.start(before, started_on, later)[0].started_on == started_on
    for started_on in (first - 15 * DAY, last + DAY):
        for before in (agreement(State.AGREED), by_clock()):
            with pytest.raises(Validation) as problem:
                stays.start(before, started_on, later)
            assert problem.value.members["errors"][0]["code"] == "not_agreed"


def test_a_stay_does_not_end_before_it_began():
    started = agreement(State.IN_MOBILITY)
    attempts: tuple[Callable[[], object], ...] = (
        lambda: stays.complete(started, TODAY - DAY, AT),
        lambda: stays.interrupt(started, TODAY - DAY, its_ending(), AT),
    )
    for attempt in attempts:
        with pytest.raises(Validation) as problem:
            attempt()
        assert problem.value.members["errors"][0]["code"] == "before_start"


def test_a_stay_does_not_end_later_than_was_agreed_unless_it_was_extended():
    started, last, later = agreement(State.IN_MOBILITY), AGREEMENT_TERMS.ends_on, AT + 300 * DAY
    assert stays.complete(started, last, later)[0].completed_on == last
    attempts: tuple[Callable[[], object], ...] = (
        lambda: stays.complete(started, last + DAY, later),
        lambda: stays.interrupt(started, last + DAY, its_ending(), later),
    )
    for attempt in attempts:
        with pytest.raises(Validation) as problem:
            attempt()
        assert problem.value.members["errors"][0]["code"] == "not_agreed"
    extended = replace(started, terms=replace(started.terms, ends_on=last + DAY))
    assert stays.complete(extended, last + DAY, later)[0].completed_on == last + DAY


def test_why_it_was_interrupted_is_kept_and_not_said():
    interrupted, [fact] = stays.interrupt(agreement(State.IN_MOBILITY), TODAY, its_ending(Side.HOST), AT)
    assert isinstance(fact, LearningAgreementInterrupted)
    assert (interrupted.completed_on, fact.occurred_on) == (TODAY, TODAY)
    assert interrupted.ending == its_ending(Side.HOST)
    assert "fell ill" not in repr(fact)


def test_an_open_change_lapses_with_the_stay():
    terms = replace(AGREEMENT_TERMS, ends_on=AGREEMENT_TERMS.ends_on + DAY)
    reasons = (Reason(type=ChangeType.EXTENSION, code=ReasonCode.EXTENDING_MOBILITY),)
    before, *_ = changing.propose(agreement(State.IN_MOBILITY), terms, reasons, Side.HOST, 2, AT)
    last: dict[str, type] = {"complete": LearningAgreementCompleted, "interrupt": LearningAgreementInterrupted}
    completed = stays.complete(before, TODAY, AT)
    interrupted = stays.interrupt(before, TODAY, its_ending(), AT)
    for (after, facts), said in zip((completed, interrupted), last.values(), strict=True):
        assert [type(fact) for fact in facts] == [LearningAgreementChangeDropped, said]
        assert (after.proposal, after.terms) == (None, AGREEMENT_TERMS)
    cancelled, facts = agreeing.cancel(before, its_ending(), AT)
    assert cancelled.proposal is None
    assert isinstance(facts[-1], LearningAgreementCancelled)
