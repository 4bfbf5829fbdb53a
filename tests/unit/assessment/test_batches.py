"""One item of many: recorded, confirmed, or done before."""

from dataclasses import replace
from typing import Any

import pytest

from services.assessment.domain import batches
from services.assessment.domain.assessments import Assessment, State
from services.assessment.domain.batches import Done, Item, Sender
from shared.contracts.assessment import Result
from shared.problems import Forbidden, NotFound, Problem, VersionMismatch, WrongState, invalid
from tests.support.hosting import AGREEMENT, AT, CONTEST_DAYS, REPORT, SKILL, actor, in_state, results


def item(assessment: Assessment, **changes: Any) -> Item:
    usual: dict[str, Any] = {"version": assessment.version, "report": REPORT, "found": results([SKILL])}
    return Item(**{"assessment_id": assessment.id, "confirm": True, **usual, **changes})


def sender(by: str = "examiner", *, records: bool = True, confirms: bool = True) -> Sender:
    return Sender(actor(by), records, confirms, CONTEST_DAYS)


def take(state: State, by: Sender, **changes: Any) -> Done | type[Problem]:
    before = in_state(state)
    try:
        return batches.take(item(before, **changes), before, AGREEMENT, by, AT).done
    except Problem as refused:
        return type(refused)


# In each state: recorded by an assessor; the same sent by an examiner to confirm it.
EXPECTED: dict[State, tuple[Done | type[Problem], Done | type[Problem]]] = {
    State.PLANNED: (Done.RECORDED, Forbidden),
    State.CONDUCTED: (Done.RECORDED, Forbidden),
    State.RECORDED: (Done.UNCHANGED, Done.CONFIRMED),
    State.MODERATED: (Done.UNCHANGED, Done.CONFIRMED),
    State.CONFIRMED: (Done.UNCHANGED, Done.UNCHANGED),
    State.CONTESTED: (Done.UNCHANGED, Done.UNCHANGED),
    State.ABSENT: (WrongState, Forbidden),
    State.ANNULLED: (WrongState, Forbidden),
    State.OBSOLETE: (WrongState, Forbidden),
}


@pytest.mark.parametrize("state", State)
def test_in_every_state_an_item_is_done_or_refused(state: State):
    by_assessor, by_examiner = EXPECTED[state]
    assert take(state, sender("assessor", confirms=False), confirm=False) == by_assessor
    assert take(state, sender(records=False)) == by_examiner


@pytest.mark.parametrize("version", [1, 9])
def test_what_is_there_already_is_done_whatever_version_was_read(version: int):
    assert take(State.CONFIRMED, sender(), version=version) is Done.UNCHANGED
    assert take(State.PLANNED, sender(), version=9, confirm=False) is VersionMismatch


@pytest.mark.parametrize(
    "change",
    [{"report": replace(REPORT, grade="15")}, {"found": results([SKILL], Result.PARTIALLY)}, {"found": []}],
)
def test_other_content_is_another_item(change: dict[str, Any]):
    assert take(State.RECORDED, sender(), **change) is WrongState


def test_the_attempt_may_be_left_out_when_it_is_repeated():
    assert take(State.RECORDED, sender(), report=replace(REPORT, attempt=None), confirm=False) is Done.UNCHANGED


def test_errors_point_into_the_list():
    problems = (invalid("/results/0", "missing", "It."), invalid("/grade", "odd", "It."), NotFound())
    found = [(one["pointer"], one["code"]) for problem in problems for one in batches.errors_of(problem, 7)]
    assert found == [("/items/7/results/0", "missing"), ("/items/7/grade", "odd"), ("/items/7", "not-found")]
