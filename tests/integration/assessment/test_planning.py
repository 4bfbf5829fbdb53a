"""What an agreement plans is there by itself: once, in whatever order and however often it is heard."""

from datetime import date, timedelta
from itertools import permutations
from typing import Any
from uuid import uuid4

import pytest

from shared.contracts.agreements import LearningAgreementCancelled, TranscriptPolicy
from shared.contracts.assessment import Method
from tests.support.builders.agreements import (
    learning_agreement_agreed,
    learning_agreement_changed,
    learning_agreement_step,
    memorandum_activated,
    planned_item,
)
from tests.support.running import tell
from tests.support.stays import U3, Stay, Stays

pytestmark = [pytest.mark.integration, pytest.mark.asyncio]

OUTCOMES = tuple(sorted(pair.host_outcome_id for pair in U3.outcomes))
WHOLE = planned_item(U3, planned_on=date(2026, 3, 20))
PART = planned_item(U3, host_outcome_ids=OUTCOMES[:1], method=Method.ORAL)
REST = planned_item(U3, host_outcome_ids=OUTCOMES[1:], method=Method.OBSERVATION)


async def states(stay: Stay) -> list[tuple[str, str]]:
    return sorted((one["method"], one["state"]) for one in await stay.by_plan())


def as_planned(one: dict[str, Any]) -> tuple[str, str | None, list[str]]:
    return one["method"], one["planned_on"], [result["outcome_id"] for result in one["results"]]


async def test_what_the_agreement_plans_is_planned_when_it_is_agreed(stays: Stays):
    delegate = uuid4()
    plan = (WHOLE, planned_item(U3, host_outcome_ids=OUTCOMES[:1], method=Method.ORAL, assessing_id=delegate))
    stay = await stays.begin(assessments=plan)
    found = {one["method"]: one for one in await stay.by_plan()}
    assert as_planned(found["work_simulation"]) == ("work_simulation", "2026-03-20", [*map(str, OUTCOMES)])
    assert as_planned(found["oral"]) == ("oral", None, [str(OUTCOMES[0])])
    assert (found["oral"]["assessing_id"], found["work_simulation"]["assessing_id"]) == (str(delegate), None)
    assert {(one["state"], one["version"], one["attempt"]) for one in found.values()} == {("planned", 1, 1)}
    assert {result["weight"] for one in found.values() for result in one["results"]} == {"1"}


async def test_hearing_it_again_plans_nothing_twice(stays: Stays):
    stay = await stays.begin(assessments=(WHOLE, PART, PART))
    before = await stay.by_plan()
    assert len(before) == 3
    await tell(stays.running, stay.agreed)
    await tell(stays.running, stay.agreed, stay.agreed)
    assert await stay.by_plan() == before


async def test_a_changed_plan_adds_and_makes_obsolete_what_has_not_begun(stays: Stays):
    stay = await stays.begin(assessments=(PART, REST))
    begun = next(one for one in await stay.by_plan() if one["method"] == "observation")
    held = {"held_on": str(stay.agreed.starts_on)}
    await stay.assessor.post(f"/v1/assessments/{begun['assessment_id']}/conduct", held, version=1)
    by_hand = await stay.planned([OUTCOMES[0]])
    await tell(stays.running, learning_agreement_changed(stay.agreed, assessments=(WHOLE,)))
    assert await states(stay) == [
        ("observation", "conducted"),
        ("oral", "obsolete"),
        ("oral", "planned"),
        ("work_simulation", "planned"),
    ]
    assert (await stay.assessor.get(by_hand)).json()["state"] == "planned"


async def test_another_day_is_the_same_assessment(stays: Stays):
    stay = await stays.begin(assessments=(WHOLE,))
    [before] = await stay.by_plan()
    later = planned_item(U3, planned_on=date(2026, 3, 25))
    await tell(stays.running, learning_agreement_changed(stay.agreed, assessments=(later,)))
    assert await stay.by_plan() == [before | {"planned_on": "2026-03-25", "version": 2}]


async def test_what_is_planned_again_is_planned_again(stays: Stays):
    stay = await stays.begin(assessments=(WHOLE,))
    dropped = learning_agreement_changed(stay.agreed, assessments=None)
    await tell(stays.running, dropped)
    assert await states(stay) == [("work_simulation", "obsolete")]
    await tell(stays.running, learning_agreement_changed(dropped, assessments=(WHOLE,)))
    assert await states(stay) == [("work_simulation", "planned")]


@pytest.mark.parametrize("order", list(permutations(range(3))))
async def test_in_whatever_order_contents_are_heard_the_last_one_plans(stays: Stays, order: tuple[int, ...]):
    first = learning_agreement_agreed(memorandum_activated(), host_id=uuid4(), assessments=(PART,))
    second = learning_agreement_changed(first, assessments=(REST,))
    contents = (first, second, learning_agreement_changed(second, assessments=(PART, WHOLE)))
    for place in order:
        await tell(stays.running, contents[place])
    found = await states(Stay(stays.running, stays.http, first))
    assert [one for one in found if one[1] != "obsolete"] == [("oral", "planned"), ("work_simulation", "planned")]


async def test_a_batch_of_agreements_plans_for_each(stays: Stays):
    host_id = uuid4()
    agreements = [learning_agreement_agreed(host_id=host_id, assessments=(PART, REST)) for _ in range(20)]
    await tell(stays.running, *agreements)
    for agreed in agreements:
        assert len(await states(Stay(stays.running, stays.http, agreed))) == 2


async def test_nothing_stays_planned_of_what_was_cancelled(stays: Stays):
    stay = await stays.begin(assessments=(WHOLE,))
    cancelled = learning_agreement_step(LearningAgreementCancelled, stay.agreed, stay.agreed.starts_on)
    await tell(stays.running, cancelled)
    assert await states(stay) == [("work_simulation", "obsolete")]
    await tell(stays.running, stay.agreed)
    assert await states(stay) == [("work_simulation", "obsolete")]


async def test_a_transcript_that_waited_for_what_was_dropped_is_issued_with_the_change(stays: Stays):
    stay = await stays.begin(assessments=(PART, REST))
    part = next(one for one in await stay.by_plan() if one["method"] == "oral")
    path = f"/v1/assessments/{part['assessment_id']}"
    await stay.assessor.post(f"{path}/result", stay.result_body([OUTCOMES[0]]), version=1)
    await stay.examiner.post(f"{path}/confirmation", version=2)
    assert (await stay.transcript())["state"] == "draft"
    [unit] = stay.agreed.units
    kept = tuple(pair for pair in unit.outcomes if pair.host_outcome_id == OUTCOMES[0])
    changes: dict[str, Any] = {"units": (type(unit)(**vars(unit) | {"outcomes": kept}),), "assessments": (PART,)}
    await tell(stays.running, learning_agreement_changed(stay.agreed, **changes))
    said = await stay.said()
    assert [fact.type.split(".")[1] for fact in said] == ["assessment", "transcript"]
    assert said[-1].data.learning_agreement_version == stay.agreed.content_version + 1
    assert [unit.verdict for unit in said[-1].data.units] == ["achieved"]


async def test_a_change_alone_issues_nothing_again(stays: Stays):
    stay = await stays.begin(transcript_policy=TranscriptPolicy.ON_CONFIRMATION)
    await stay.confirmed()
    before = await stay.transcript()
    await tell(stays.running, learning_agreement_changed(stay.agreed))
    assert await stay.transcript() == before


async def test_assessments_are_found_by_learner_and_planned_day(stays: Stays):
    stay = await stays.begin(assessments=(WHOLE, PART))
    other = await stays.begin(
        home_id=stay.agreed.home_id,
        host_id=stay.agreed.host_id,
        assessments=(planned_item(U3, planned_on=date(2026, 3, 10)),),
    )

    async def found(**filters: str) -> set[tuple[str, str | None]]:
        items = (await stay.home.get("/v1/assessments", **filters)).json()["items"]
        return {(one["learner_id"], one["planned_on"]) for one in items}

    mine, theirs = str(stay.agreed.learner_id), str(other.agreed.learner_id)
    assert await found(learner_id=mine) == {(mine, "2026-03-20"), (mine, None)}
    assert await found(planned_until="2026-03-19") == {(theirs, "2026-03-10")}
    assert await found(planned_from="2026-03-10") == {(theirs, "2026-03-10"), (mine, "2026-03-20")}
    assert await found(planned_from="2026-03-11", planned_until="2026-03-19") == set()
    wrong = await stay.home.get("/v1/assessments", planned_from="tomorrow")
    assert wrong.status_code == 422


async def test_a_learner_finds_the_own_assessments(stays: Stays):
    stay, other = await stays.begin(assessments=(WHOLE,)), await stays.begin(assessments=(WHOLE,))
    items = (await stay.learner.get("/v1/assessments")).json()["items"]
    assert {one["learner_id"] for one in items} == {str(stay.agreed.learner_id)}
    path = f"/v1/assessments/{(await other.by_plan())[0]['assessment_id']}"
    assert (await stay.learner.get(path)).status_code == 404


async def test_who_comes_before_the_stay_is_told_when_it_is(stays: Stays):
    stay = await stays.begin(assessments=(WHOLE,))
    path = f"/v1/assessments/{(await stay.by_plan())[0]['assessment_id']}/conduct"
    early = {"held_on": str(stay.agreed.starts_on - timedelta(days=1))}
    refused = await stay.assessor.post(path, early, version=1)
    assert refused.json()["errors"][0]["code"] == "outside_mobility"
