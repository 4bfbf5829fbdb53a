"""Every state, every command, everybody: against a table written out by hand (domain.md 3.3)."""

from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

import pytest

from services.assessment.domain import assessing, contesting, planning
from services.assessment.domain.assessments import TRANSITIONS, Assessment, Command, State
from shared.contracts.assessment import AssessmentAnnulled, AssessmentConfirmed, AssessmentContested, Result
from shared.problems import WrongState
from tests.support.hosting import (
    AGREEMENT,
    AT,
    CONTEST_DAYS,
    REPORT,
    SKILL,
    actor,
    in_state,
    results,
    step,
)

# conduct, absence, result, moderation, confirmation, contest, review, resit, annulment
EXPECTED: dict[str, tuple[str | None, ...]] = {
    "planned": ("conducted", "absent", "recorded", None, None, None, None, None, "annulled"),
    "conducted": (None, None, "recorded", None, None, None, None, None, "annulled"),
    "recorded": (None, None, None, "moderated", "confirmed", None, None, None, "annulled"),
    "moderated": (None, None, None, None, "confirmed", None, None, None, "annulled"),
    "confirmed": (None, None, None, None, None, "contested", None, "confirmed", "annulled"),
    "contested": (None, None, None, None, None, None, "confirmed", None, "annulled"),
    "absent": (None, None, None, None, None, None, None, "absent", "annulled"),
    "annulled": (None, None, None, None, None, None, None, "annulled", None),
    "obsolete": (None, None, None, None, None, None, None, None, None),
}
ORDER = ("conduct", "absence", "result", "moderation", "confirmation", "contest", "review", "resit", "annulment")
NOBODY_BEFORE = "somebody new"

Outcome = tuple[Assessment, Sequence[Any]]
PERFORM: dict[str, Callable[[Assessment], Outcome]] = {
    "conduct": lambda one: (assessing.conduct(one, AGREEMENT, REPORT.assessed_on, AT), []),
    "absence": lambda one: (assessing.miss(one, AGREEMENT, REPORT.assessed_on, AT, excused=False), []),
    "result": lambda one: (assessing.record(one, AGREEMENT, REPORT, results([SKILL]), actor(), AT), []),
    "moderation": lambda one: (assessing.moderate(one, step(NOBODY_BEFORE)), []),
    "confirmation": lambda one: assessing.confirm(one, AGREEMENT, NOBODY_BEFORE, CONTEST_DAYS, AT),
    "contest": lambda one: contesting.contest(one, step("learner")),
    "review": lambda one: contesting.review(one, AGREEMENT, step(NOBODY_BEFORE), None),
    "resit": lambda one: (planning.resit(one, AGREEMENT, None, 30, UUID(int=9), AT)[0], []),
    "annulment": lambda one: contesting.annul(one, step(NOBODY_BEFORE)),
}
SAID = {
    ("recorded", "confirmation"): AssessmentConfirmed,
    ("moderated", "confirmation"): AssessmentConfirmed,
    ("confirmed", "contest"): AssessmentContested,
    ("contested", "review"): AssessmentConfirmed,
    ("confirmed", "annulment"): AssessmentAnnulled,
    ("contested", "annulment"): AssessmentAnnulled,
}
CASES = [(state, command, EXPECTED[state][place]) for state in EXPECTED for place, command in enumerate(ORDER)]


def test_the_table_of_expectations_leaves_out_no_state_and_no_command():
    assert set(EXPECTED) == {*State}
    assert set(ORDER) == {*Command} == set(PERFORM)


@pytest.mark.parametrize(("state", "command", "expected"), CASES)
def test_an_assessment_moves_only_as_the_table_says(state: str, command: str, expected: str | None):
    before = in_state(State(state), Result.NOT_ACHIEVED)
    if expected is None:
        with pytest.raises(WrongState) as problem:
            PERFORM[command](before)
        possible = {name for name, follows in zip(ORDER, EXPECTED[state], strict=True) if follows}
        assert (problem.value.members["state"], {*problem.value.members["possible"]}) == (state, possible)
    else:
        after, _ = PERFORM[command](before)
        assert (after.state, after.version) == (expected, before.version + 1)


@pytest.mark.parametrize(("state", "command", "expected"), [case for case in CASES if case[2]])
def test_only_what_was_confirmed_is_spoken_of(state: str, command: str, expected: str):
    before = in_state(State(state), Result.NOT_ACHIEVED)
    after, said = PERFORM[command](before)
    kind = SAID.get((state, command))
    assert [type(fact) for fact in said] == ([kind] if kind else [])
    assert all((fact.assessment_id, fact.version) == (before.id, after.version) for fact in said)
    assert after.state == expected


def test_nothing_leads_out_of_what_is_void():
    """Only another assessment may take its place."""
    void = {State.ANNULLED, State.OBSOLETE}
    assert {(state, command) for state, command in TRANSITIONS if state in void} == {(State.ANNULLED, Command.RESIT)}
    assert TRANSITIONS[State.ANNULLED, Command.RESIT] is State.ANNULLED
