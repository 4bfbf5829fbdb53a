"""What was decided with an error counts otherwise, by a reversal and a new entry, until the results change."""

from typing import Any

import httpx2
import pytest

from shared.contracts.recognition import ChangeReason, ConversionMethod, CreditCorrected, CreditRevoked
from shared.service import Running
from tests.integration.recognition.reviewing import under_review
from tests.integration.recognition.revising import Learner, learner
from tests.support.builders.assessment import assessment_value, transcript_corrected, transcript_issued
from tests.support.records import credits_of, ledger_of
from tests.support.running import tell

pytestmark = [pytest.mark.integration, pytest.mark.asyncio]

MARK = {"grade": "A", "grade_scale": "mt-letters"}


async def graded(recognition: Running, api: httpx2.AsyncClient) -> tuple[Learner, dict[str, Any]]:
    it = await learner(recognition, api)
    value = assessment_value(it.told.agreement, grade="14", grade_scale="FR-20")
    await tell(recognition, transcript_issued(it.told.agreement, value, transcript_id=it.told.transcript.transcript_id))
    [decision] = await it.decisions()
    return it, decision


async def corrected(it: Learner, decision: dict[str, Any], **wanted: Any) -> dict[str, Any]:
    answer = await it.correct(decision, **wanted)
    assert answer.status_code == 201, answer.text
    assert answer.headers["Location"] == f"/v1/decisions/{answer.json()['decision_id']}"
    return dict(answer.json())


async def test_the_grade_at_home_is_put_right_and_the_hosts_is_kept(recognition: Running, api: httpx2.AsyncClient):
    it, first = await graded(recognition, api)
    second = await corrected(it, first, **MARK)
    assert (second["state"], second["mode"]) == ("recognised", "manual")
    [*_, said] = await it.said()
    assert isinstance(said, CreditCorrected)
    assert (said.reason, said.grade, said.version) == (ChangeReason.ERROR, "14", 2)
    assert said.conversion is not None
    assert (said.conversion.method, said.conversion.grade) == (ConversionMethod.BY_HAND, "A")
    assert (str(said.corrects_decision_id), str(said.decision_id)) == (first["decision_id"], second["decision_id"])
    assert [one.kind for one in await ledger_of(recognition, it.told.learner_id)] == ["credit", "reversal", "credit"]
    third = await corrected(it, second, valid_until="2031-06-30")
    [credit] = await credits_of(recognition, it.told.learner_id)
    assert (str(credit.valid_until), credit.conversion["grade"]) == ("2031-06-30", "A")
    assert (await it.read(second["decision_id"]))["superseded_by"] == third["decision_id"]


async def test_it_holds_until_the_host_says_something_else(recognition: Running, api: httpx2.AsyncClient):
    it, first = await graded(recognition, api)
    await corrected(it, first, **MARK)
    said = it.told.transcript
    value = assessment_value(it.told.agreement, grade="16", grade_scale="FR-20")
    await tell(recognition, transcript_corrected(it.told.agreement, said, value))
    [credit] = await credits_of(recognition, it.told.learner_id)
    assert (credit.grade, credit.conversion["method"], credit.mode) == ("16", "pass_fail_only", "automatic")


async def test_what_loses_outcomes_is_held_as_far_as_it_goes_and_can_be_completed(
    recognition: Running, api: httpx2.AsyncClient
):
    it, first = await graded(recognition, api)
    *some, last = it.outcomes()
    part = await corrected(it, first, outcome_ids=some)
    assert (part["state"], bool(part["appeal_until"])) == ("partially_recognised", True)
    [revoked] = [fact for fact in await it.said() if isinstance(fact, CreditRevoked)]
    assert (revoked.reason, str(revoked.decision_id)) == (ChangeReason.ERROR, first["decision_id"])
    assert [await it.counted(), await it.held()] == [[], [len(some)]]
    assert (await it.certify(outcome_ids=[last]))["state"] == "recognised"
    assert (await it.record())["in_progress"] == []


async def test_what_a_part_is_worth_is_put_right(recognition: Running, api: httpx2.AsyncClient):
    it = await learner(recognition, api)
    one, other, last = it.outcomes()
    part = await it.certify(outcome_ids=[one])
    assert (await corrected(it, part, outcome_ids=[other]))["kind"] == "microcredential"
    assert (await it.certify(outcome_ids=[one, last]))["state"] == "recognised"


async def test_what_a_person_recognised_against_the_rules_stays_so_with_its_correction(
    recognition: Running, api: httpx2.AsyncClient
):
    matter = await under_review(recognition, api)
    resolved = await matter.recogniser.post(f"{matter.path}/resolution", {"verdict": "recognised"}, version=1)
    it = Learner(recognition, api, matter.told)
    second = await corrected(it, resolved.json(), **MARK)
    assert (second["state"], second["reasons"]) == ("recognised", ["PROCEDURE_DEVIATION"])
    assert (await it.certify())["state"] == "evidence_only"
    await it.revoke_as_previewed((await it.decisions())[-1])
    [credit] = (await it.record())["credits"]
    assert (credit["decision_id"], credit["conversion"]["grade"]) == (second["decision_id"], "A")


@pytest.mark.parametrize(
    ("wanted", "pointer"),
    [
        ({}, ""),
        ({"grade": "A"}, ""),
        ({"valid_until": "2020-01-01"}, "/valid_until"),
        ({"outcome_ids": ["00000000-0000-0000-0000-000000000001"]}, "/outcome_ids/0"),
        ({"outcome_ids": []}, "/outcome_ids"),
    ],
)
async def test_what_makes_no_sense_is_refused(
    recognition: Running, api: httpx2.AsyncClient, wanted: dict[str, Any], pointer: str
):
    it, first = await graded(recognition, api)
    answer = await it.correct(first, **wanted)
    assert answer.status_code == 422
    assert pointer in {error["pointer"] for error in answer.json()["errors"]}
    assert (await it.read(first["decision_id"]))["version"] == 1


async def test_nothing_is_corrected_to_what_it_is(recognition: Running, api: httpx2.AsyncClient):
    it, first = await graded(recognition, api)
    second = await corrected(it, first, **MARK)
    for wanted in (MARK, {"outcome_ids": it.outcomes()}, MARK | {"outcome_ids": it.outcomes()[:1]}):
        assert (await it.correct(second, **wanted)).status_code == 422
    part = await it.certify("U1", outcome_ids=it.outcomes("U1")[:1])
    assert (await it.correct(part, **MARK)).status_code == 422
