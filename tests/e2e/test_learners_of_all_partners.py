"""The six learners of sample-data.md, through HTTP and events, to the outcomes named there."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from deploy.local.demo.client import Resource
from deploy.local.demo.route import Route
from deploy.local.demo.told import body_of
from deploy.local.demo.world import POLICIES
from tests.support.journeys import Journey, refusal
from tests.support.stage import Stage

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio, pytest.mark.xdist_group("stage")]

FULL, PARTIAL = Route("mt", "it", "mt", ("it U3",)), Route("mt", "it", "mt", ("it U2",))
TO_FRANCE, GERMANY_TO_FRANCE = Route("mt", "fr", "mt", ("fr U3",)), Route("de", "fr", "de", ("fr U3 in de",))
LAW = {"legal_basis": "Demo education act, section 7"}
MARK = {"grade": "14", "grade_scale": "FR-20"}


def units(found: list[dict[str, Any]]) -> list[str]:
    return [one["unit_id"] for one in found]


def certified(journey: Journey, code: str, **changes: Any) -> dict[str, Any]:
    """What a recogniser says of a unit learnt otherwise than abroad."""
    qualification = journey.told.qualifications[journey.route.qualification]
    return {
        "kind": "prior_learning",
        "learner_id": str(journey.told.learner_id),
        "qualification_id": qualification["qualification_id"],
        "qualification_version": qualification["version"],
        "unit_id": journey.unit_id(code),
        "outcome_ids": [one["outcome_id"] for one in journey.told.unit(journey.route.qualification, code)["outcomes"]],
        "assessed_on": str(journey.told.today),
        **LAW,
    } | changes


async def certify(journey: Journey, code: str, **changes: Any) -> Resource:
    said = certified(journey, code, **changes)
    return await journey.stage.client.post(journey.home("recogniser"), "/v1/decisions", said)


async def revoke(journey: Journey, decision: Resource, reason: str) -> Resource:
    """As previewed: what the preview lists is returned."""
    path = f"/v1/decisions/{decision['decision_id']}"
    preview = await journey.act(journey.home("recogniser"), decision, f"{path}/revocation-preview")
    told = {"reason": reason, "token": preview["token"], **LAW}
    await journey.act(journey.home("recogniser"), decision, f"{path}/revocation", told)
    return preview


async def test_the_first_is_recognised_with_nobody_doing_anything(stage: Stage):
    journey = await (await Journey.begun(stage, FULL)).ended()
    record = await journey.record(lambda found: bool(found["credits"]))
    assert units(record["credits"]) == [journey.unit_id("U3")]
    assert await journey.said("acquis.credit.recognised.v1")


async def test_the_second_s_part_of_a_unit_is_completed_in_malta_and_counts_once(stage: Stage):
    journey = await (await Journey.begun(stage, PARTIAL)).ended()
    begun = (await journey.record(lambda found: bool(found["in_progress"])))["in_progress"]
    assert [len(one["needed_outcome_ids"]) for one in begun] == [1]
    await certify(journey, "U2", kind="home", outcome_ids=begun[0]["needed_outcome_ids"])
    record = await journey.record(lambda found: bool(found["credits"]))
    assert (units(record["credits"]), record["in_progress"]) == ([journey.unit_id("U2")], [])
    assert [one["points"] for one in record["credits"]] == ["25.0"]


async def test_the_third_s_deviation_is_decided_by_a_recogniser(stage: Stage):
    journey = await Journey.begun(stage, FULL)
    await journey.ended(U3={"procedure": "deviated", "deviation": "On another machine than agreed."})
    review = await journey.decision("U3", "manual_review")
    assert review["reasons"] == ["PROCEDURE_DEVIATION"]
    path = f"/v1/decisions/{review['decision_id']}/resolution"
    resolved = await journey.act(journey.home("recogniser"), review, path, {"verdict": "recognised", **LAW})
    assert (resolved["state"], resolved["mode"]) == ("recognised", "manual")
    again = stage.client.with_key("a colleague")
    second = again.post(journey.home("recogniser"), path, {"verdict": "refused", **LAW}, to=review)
    assert await refusal(second) in {"wrong-state", "version-mismatch"}
    record = await journey.record(lambda found: bool(found["credits"]))
    assert [one["mode"] for one in record["credits"]] == ["manual"]


async def test_the_fourth_s_prior_learning_and_mobility_count_once(stage: Stage):
    journey = await Journey.begun(stage, FULL)
    certificate = await certify(journey, "U3")
    assert certificate["state"] == "recognised"
    await journey.ended()
    evidence = await journey.decision("U3", "evidence_only")
    assert evidence["reasons"] == ["DUPLICATE_CREDIT"]
    record = await journey.record(lambda found: bool(found["credits"]))
    assert [(one["unit_id"], one["decision_id"]) for one in record["credits"]] == [
        (journey.unit_id("U3"), certificate["decision_id"])
    ]


async def test_the_fifth_s_unit_is_documented_until_germany_recognises_units(stage: Stage):
    journey = await Journey.begun(stage, GERMANY_TO_FRANCE)
    await journey.ended(U3=MARK)
    documented = (await journey.record(lambda found: bool(found["documented"])))["documented"]
    assert units(documented) == [journey.unit_id("U3")]
    chamber, today = body_of("DE"), str(journey.told.today)
    reform = {"unit_recognition": "yes", "accumulation": True, "final_exam_only": False, "valid_from": today}
    draft = await stage.client.post(chamber, "/v1/country-policies", POLICIES["de"] | reform)
    await stage.client.post(chamber, f"/v1/country-policies/{draft['country_policy_id']}/publication", to=draft)
    record = await journey.record(lambda found: bool(found["credits"]))
    assert (units(record["credits"]), record["documented"]) == ([journey.unit_id("U3")], [])
    conversion = record["credits"][0]["conversion"]
    assert (conversion["grade"], conversion["grade_scale"], float(conversion["confidence"])) == ("2", "DE-6", 0.9)


async def correct(journey: Journey, **corrected: Any) -> None:
    """The learner contests the assessment, and the host finds otherwise than before."""
    assessment = journey.assessment("U3")
    path = f"/v1/assessments/{assessment['assessment_id']}"
    reason = {"reason": "The second part was not counted."}
    contested = await journey.act(journey.told.learner(), assessment, f"{path}/contest", reason)
    achieved = [{"outcome_id": one["outcome_id"], "result": "achieved"} for one in contested["results"]]
    anew = {"assessed_on": str(journey.told.today), "procedure": "followed", "results": achieved, **corrected}
    reviewer = replace(journey.host("examiner"), name="another-examiner")
    await journey.act(reviewer, contested, f"{path}/review", {"grounds": "It was not.", "correction": anew})


async def corrected_then_revoked(journey: Journey) -> None:
    first = (await journey.record(lambda found: bool(found["credits"])))["credits"][0]
    await correct(journey, **MARK | {"grade": "16"})
    record = await journey.record(lambda found: [one["grade"] for one in found["credits"]] == ["16"])
    corrected = record["credits"][0]
    assert (corrected["credit_id"], corrected["unit_id"]) == (first["credit_id"], first["unit_id"])
    assert corrected["decision_id"] != first["decision_id"]
    decision = await journey.read(f"/v1/decisions/{corrected['decision_id']}")
    preview = await revoke(journey, decision, "fraud")
    assert [one["effect"] for one in preview["consequences"]] == ["decision_revoked", "credit_revoked"]
    await journey.record(lambda found: not found["credits"])
    entries = (await journey.read(f"/v1/ledger/{journey.told.learner_id}"))["items"]
    assert [one["kind"] for one in entries] == ["credit", "reversal", "credit", "reversal"]
    for fact in ("recognised", "corrected", "revoked"):
        assert len(set(await journey.said(f"acquis.credit.{fact}.v1"))) == 1


async def test_the_sixth_s_credit_is_corrected_and_then_revoked_as_previewed(stage: Stage):
    await corrected_then_revoked(await (await Journey.begun(stage, TO_FRANCE)).ended(U3=MARK))


@pytest.mark.parametrize(
    "victims",
    [
        ("recognition consume", "recognition relay"),
        ("assessment relay", "recognition work"),
        ("notifications work",) * 2,
    ],
)
async def test_two_services_killed_meanwhile_leave_no_gap_and_no_double(stage: Stage, victims: tuple[str, str]):
    journey = await Journey.begun(stage, TO_FRANCE)

    async def kill_and_start(victim: str) -> None:
        await stage.processes[victim].kill()
        await stage.processes[victim].start()

    async def keep_killing() -> None:
        for _ in range(2):
            await asyncio.gather(*map(kill_and_start, set(victims)))

    killing = asyncio.create_task(keep_killing())
    await corrected_then_revoked(await journey.ended(U3=MARK))
    await killing
    assert await stage.dead_letters() == {}


async def test_five_marks_at_home_come_to_the_worked_mean(stage: Stage):
    """domain.md 4.4, MEN-ECVET."""
    journey = await Journey.at_home(stage, Route("fr", "it", "fr bac", ()))
    for code, mark in {"E1": "12", "E2": "9", "E3": "14", "E4": "8"}.items():
        await certify(journey, code, kind="home", grade=mark, grade_scale="FR-20")
    [bac] = (await journey.record(lambda found: len(found["credits"]) == 4))["qualifications"]
    assert (bac["mean"]["result"], bac["mean"]["missing_unit_ids"]) == ("incomplete", [journey.unit_id("E5")])
    await certify(journey, "E5", kind="home", grade="11", grade_scale="FR-20")
    [bac] = (await journey.record(lambda found: len(found["credits"]) == 5))["qualifications"]
    assert (bac["mean"]["result"], bac["mean"]["mean"], bac["complete"]) == ("passed", "11.15", True)
