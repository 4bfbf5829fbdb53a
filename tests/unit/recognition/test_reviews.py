"""Every stage, every command: against a table written out by hand (domain.md 3.5)."""

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest

from services.recognition.domain import appeals, resolutions, reviews
from services.recognition.domain.decisions import DecisionState
from services.recognition.domain.resolutions import Act
from services.recognition.domain.reviews import Command, Review, Stage
from shared.contracts.recognition import AppealDecided, AppealOpened, InformationProvided, InformationRequested
from shared.problems import Forbidden, WrongState
from tests.support.reviewing import AT, COLLEAGUE, LAST_DAY, OFFICER, RECOGNISER, appeal_against, in_stage, request

ORDER = ("assignment", "release", "information-requests", "answer", "resolution", "appeal", "appeal-outcome")
EXPECTED: dict[str, tuple[str | None, ...]] = {
    "open": ("assigned", None, "information_requested", None, "closed", None, None),
    "assigned": ("assigned", "open", "information_requested", None, "closed", None, None),
    "information_requested": ("information_requested", None, None, "assigned", "closed", None, None),
    "appealable": (None, None, "clock_stopped", None, None, "appealed", None),
    "clock_stopped": (None, None, None, "appealable", None, "appeal_adjourned", None),
    "appealed": (None, None, "appeal_adjourned", None, None, None, "closed"),
    "appeal_adjourned": (None, None, None, "appealed", None, None, "closed"),
    "closed": (None, None, None, None, None, None, None),
}
ACT = Act(RECOGNISER, AT, UUID(int=1))
NEW = UUID(int=2)

Outcome = tuple[Review, Sequence[Any]]


def _answer(review: Review) -> Outcome:
    after, _, said = reviews.answer(review, review.request or request(review.decision), "All of us.", "host", AT)
    return after, said


PERFORM: dict[str, Callable[[Review], Outcome]] = {
    "assignment": lambda one: (reviews.assign(one, COLLEAGUE), []),
    "release": lambda one: (reviews.release(one), []),
    "information-requests": lambda one: reviews.ask(one, NEW, "Who was there?", RECOGNISER, AT)[::2],
    "answer": _answer,
    "resolution": lambda one: (resolutions.resolve(one, ACT, set()), []),
    "appeal": lambda one: appeals.open_appeal(one, NEW, "It was not looked at.", AT)[::2],
    "appeal-outcome": lambda one: appeals.uphold(one, appeal_against(one), "Law 1", OFFICER, AT)[::2],
}
SAID = {
    "information-requests": InformationRequested,
    "answer": InformationProvided,
    "appeal": AppealOpened,
    "appeal-outcome": AppealDecided,
}
CASES = [(state, command, EXPECTED[state][place]) for state in EXPECTED for place, command in enumerate(ORDER)]


def test_the_table_of_expectations_leaves_out_no_stage_and_no_command():
    assert set(EXPECTED) == {*Stage}
    assert set(ORDER) == {*Command} == set(PERFORM)


@pytest.mark.parametrize("stage", Stage)
def test_the_stage_follows_from_what_is_kept(stage: Stage):
    assert in_stage(stage).stage is stage


@pytest.mark.parametrize(("stage", "command", "expected"), CASES)
def test_a_decision_moves_only_as_the_table_says(stage: str, command: str, expected: str | None):
    before = in_stage(Stage(stage))
    if expected is None:
        with pytest.raises(WrongState) as problem:
            PERFORM[command](before)
        possible = {name for name, follows in zip(ORDER, EXPECTED[stage], strict=True) if follows}
        assert (problem.value.members["state"], {*problem.value.members["possible"]}) == (stage, possible)
    else:
        after, said = PERFORM[command](before)
        assert (after.stage, after.decision.version) == (expected, before.decision.version + 1)
        assert [type(fact) for fact in said] == ([SAID[command]] if command in SAID else [])


@pytest.mark.parametrize("state", [state for state in DecisionState if state not in reviews.STAGES])
def test_nobody_has_a_hand_in_any_other_decision(state: DecisionState):
    assert in_stage(Stage.APPEALABLE, state=state).stage is Stage.CLOSED


def test_who_asks_has_taken_the_review():
    after, asked, [said] = reviews.ask(in_stage(Stage.OPEN), NEW, "Who was there?", COLLEAGUE, AT)
    assert (after.decision.assigned_to, after.request) == (COLLEAGUE, asked)
    assert (said.request_id, said.version) == (NEW, 6)
    assert "Who was there?" not in repr(asked)


@pytest.mark.parametrize("stage", [Stage.ASSIGNED, Stage.INFORMATION_REQUESTED])
def test_what_a_colleague_has_taken_is_not_resolved_behind_their_back(stage: Stage):
    with pytest.raises(Forbidden, match="colleague has taken"):
        resolutions.resolve(in_stage(stage), Act(COLLEAGUE, AT, NEW), set())
    with pytest.raises(Forbidden, match="colleague has taken"):
        reviews.ask(in_stage(Stage.ASSIGNED), NEW, "?", COLLEAGUE, AT)


def test_whose_earlier_decision_was_appealed_against_does_not_decide_again():
    review = in_stage(Stage.OPEN)
    with pytest.raises(Forbidden, match="appealed against"):
        resolutions.resolve(review, ACT, {RECOGNISER})
    resolved = resolutions.resolve(review, Act(COLLEAGUE, AT, NEW), {RECOGNISER}).decision
    assert (resolved.state, resolved.superseded_by) == (DecisionState.SUPERSEDED, NEW)


def test_the_last_day_for_an_appeal_is_put_off_by_the_days_that_the_answer_took():
    after, said = _answer(in_stage(Stage.CLOCK_STOPPED))
    assert after.decision.appeal_until == LAST_DAY + timedelta(days=5)
    assert said[0].version == after.decision.version


def test_an_answer_during_the_appeal_puts_off_nothing():
    assert _answer(in_stage(Stage.APPEAL_ADJOURNED))[0].decision.appeal_until == LAST_DAY


@pytest.mark.parametrize(("until", "in_time"), [(AT.date(), True), (AT.date() - timedelta(days=1), False)])
def test_an_appeal_is_in_time_until_the_last_day(until: date, in_time: bool):  # noqa: FBT001 - a parameter of the test
    review = in_stage(Stage.APPEALABLE, appeal_until=until)
    if in_time:
        assert appeals.open_appeal(review, NEW, "No.", AT)[0].stage is Stage.APPEALED
    else:
        with pytest.raises(WrongState, match=f"until {until}") as late:
            appeals.open_appeal(review, NEW, "No.", AT)
        assert late.value.members["possible"] == ["information-requests"]


def test_while_the_host_is_asked_the_days_do_not_count():
    review = in_stage(Stage.CLOCK_STOPPED, appeal_until=AT.date() - timedelta(days=5))
    assert appeals.open_appeal(review, NEW, "No.", AT)[0].stage is Stage.APPEAL_ADJOURNED


def test_a_question_after_the_last_day_brings_no_new_one():
    """It was asked five days ago."""
    over = AT.date() - timedelta(days=6)
    review = in_stage(Stage.CLOCK_STOPPED, appeal_until=over)
    with pytest.raises(WrongState, match=f"until {over}"):
        appeals.open_appeal(review, NEW, "No.", AT)
    assert _answer(review)[0].decision.appeal_until == over


def test_an_appeal_says_nothing_of_its_words():
    _, appeal, [said] = appeals.open_appeal(in_stage(Stage.APPEALABLE), NEW, "Ada was ill.", AT)
    assert (appeal.against, appeal.against_by, appeal.grounds) == ("refused", RECOGNISER, "Ada was ill.")
    assert "Ada" not in repr(said) + repr(appeal)


def test_nobody_decides_about_their_own_decision():
    review = in_stage(Stage.APPEALED)
    with pytest.raises(Forbidden, match="your own"):
        appeals.uphold(review, appeal_against(review), "Law 1", RECOGNISER, AT)
    with pytest.raises(Forbidden, match="your own"):
        appeals.overturn(review, appeal_against(review), "Law 1", ACT)


@pytest.mark.parametrize("against", [DecisionState.REFUSED, DecisionState.PARTIALLY_RECOGNISED])
def test_what_is_upheld_is_what_it_was_and_final(against: DecisionState):
    review = in_stage(Stage.APPEALED)
    upheld, appeal, [said] = appeals.uphold(review, appeal_against(review, against), "Law 1", OFFICER, AT)
    assert (upheld.decision.state, upheld.decision.appeal_until, upheld.stage) == (against, None, Stage.CLOSED)
    assert (said.outcome, said.legal_basis, said.superseded_by, said.version) == ("upheld", "Law 1", None, 2)
    assert appeal.ruling is not None
    assert appeal.ruling.by == OFFICER


def test_what_is_overturned_gives_way_to_another_decision():
    review = in_stage(Stage.APPEALED)
    after, _, [said] = appeals.overturn(review, appeal_against(review), "Law 1", Act(OFFICER, AT, NEW))
    assert (after.decision.state, after.decision.superseded_by) == (DecisionState.SUPERSEDED, NEW)
    assert (said.outcome, said.superseded_by, said.decision_id) == ("overturned", NEW, review.decision.decision_id)
