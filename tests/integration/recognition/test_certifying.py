"""What was learnt otherwise than by a mobility is one more source, and counts once with all others."""

import asyncio
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import httpx2
import pytest

from services.recognition import audit
from services.recognition.store import FIRST
from shared.contracts.agreements import Party
from shared.contracts.catalogue import AccumulationRules, EcvetFunction, SecondResult, UnitRecognition
from shared.contracts.recognition import CreditCorrected, CreditRecognised, EvidenceKept
from shared.service import Running
from tests.integration.recognition.revising import Learner, learner
from tests.support.builders.assessment import assessment_value, transcript_issued
from tests.support.builders.grade_tables import grade_table
from tests.support.running import ApiCaller, api_of, tell
from tests.support.stories import documenting, story

pytestmark = [pytest.mark.integration, pytest.mark.asyncio]

EVIDENCE = ["ab" * 32]


async def refused(it: Learner, **changes: Any) -> httpx2.Response:
    return await it.recogniser.post("/v1/decisions", it.achieved(**changes))


async def test_a_mobility_and_a_certificate_count_once_in_either_order(recognition: Running, api: httpx2.AsyncClient):
    first, second = await learner(recognition, api), await learner(recognition, api)
    certificate = await first.certify(kind="prior_learning")
    await tell(recognition, first.told.transcript)
    await tell(recognition, second.told.transcript)
    evidence = await second.certify(kind="prior_learning")
    assert (certificate["state"], evidence["state"]) == ("recognised", "evidence_only")
    assert sorted(await first.states()) == sorted(await second.states()) == ["evidence_only", "recognised"]
    assert len(await first.counted()) == len(await second.counted()) == 1
    assert isinstance((await second.said())[-1], EvidenceKept)


async def test_a_part_from_abroad_is_completed_at_home_and_counts_once(recognition: Running, api: httpx2.AsyncClient):
    it = await learner(recognition, api, story("U2"))
    await tell(recognition, it.told.transcript)
    [begun] = (await it.record())["in_progress"]
    done = await it.certify("U2", kind="home", outcome_ids=begun["needed_outcome_ids"])
    assert (done["state"], done["decided_by"] is None, done["legal_basis"]) == (
        "recognised",
        False,
        it.achieved()["legal_basis"],
    )
    [credit] = (await it.record())["credits"]
    assert (credit["credit_id"], credit["points"]) == (begun["credit_id"], "25.0")
    assert done["memorandum_id"] == done["learning_agreement_id"] == str(UUID(int=0))
    assert done["host_id"] == done["home_id"]


async def test_a_part_that_was_certified_is_completed_abroad(recognition: Running, api: httpx2.AsyncClient):
    it = await learner(recognition, api, story("U2"))
    part = await it.certify("U2")
    assert part["state"] == "recognised"
    other = await learner(recognition, api, story("U2"))
    missing = {str(pair.home_outcome_id) for pair in other.told.agreement.units[0].outcomes}
    await other.certify("U2", outcome_ids=sorted(set(other.outcomes("U2")) - missing))
    await tell(recognition, other.told.transcript)
    assert [await other.counted(), await other.held()] == [[other.told.transcript.transcript_id], []]


async def test_a_better_grade_takes_over_where_the_qualification_wants_it(
    recognition: Running, api: httpx2.AsyncClient
):
    told = story()
    rules = AccumulationRules(second_result=SecondResult.BEST_GRADE)
    it = await learner(recognition, api, replace(told, home=replace(told.home, accumulation=rules)))
    await tell(recognition, grade_table(it.told.agreement.home_id, "FR-20"))
    value = assessment_value(told.agreement, grade="12", grade_scale="FR-20")
    await tell(recognition, transcript_issued(it.told.agreement, value))
    better = await it.certify(grade="14", grade_scale="FR-20")
    assert better["state"] == "recognised"
    corrected = next(fact for fact in await it.said() if isinstance(fact, CreditCorrected))
    assert (corrected.grade, corrected.reason, str(corrected.transcript_id)) == (
        "14",
        "better_grade",
        better["transcript_id"],
    )
    assert (await it.certify(grade="13", grade_scale="FR-20"))["state"] == "evidence_only"


async def test_the_same_evidence_is_refused_until_it_was_revoked_for_an_error(
    recognition: Running, api: httpx2.AsyncClient
):
    it = await learner(recognition, api)
    first = await it.certify(evidence_hashes=EVIDENCE)
    again = await refused(it, evidence_hashes=[*EVIDENCE, "cd" * 32])
    assert (again.status_code, again.json()["record_id"]) == (409, first["transcript_id"])
    await it.revoke_as_previewed(first, reason="error")
    second = await it.certify(evidence_hashes=EVIDENCE)
    assert second["state"] == "recognised"
    await it.revoke_as_previewed(second)
    assert (await refused(it, evidence_hashes=EVIDENCE)).status_code == 409


async def test_a_lost_answer_can_be_asked_for_again(recognition: Running, api: httpx2.AsyncClient):
    it = await learner(recognition, api)
    key = str(uuid4())
    first, again = [await it.recogniser.post("/v1/decisions", it.achieved(), key=key) for _ in range(2)]
    assert (first.status_code, first.content) == (201, again.content)
    assert len(await it.decisions()) == 1


async def test_two_who_certify_at_once_certify_it_once(recognition: Running, api: httpx2.AsyncClient):
    it = await learner(recognition, api)
    await asyncio.gather(*(it.certify(kind=kind) for kind in ("prior_learning", "microcredential")))
    assert sorted(await it.states()) == ["evidence_only", "recognised"]


async def test_where_units_are_not_recognised_it_is_documented(recognition: Running, api: httpx2.AsyncClient):
    it = await learner(recognition, api, documenting(story()))
    assert (await it.certify())["state"] == "documented_only"


async def test_whoever_certifies_has_looked_at_what_a_country_wants_looked_at(
    recognition: Running, api: httpx2.AsyncClient
):
    it = await learner(recognition, api, documenting(story(), unit_recognition=UnitRecognition.PARTIAL))
    made = await it.certify()
    assert (made["state"], made["reasons"]) == ("recognised", ["COUNTRY_POLICY_PARTIAL"])


async def test_what_nobody_overrides_is_refused(recognition: Running, api: httpx2.AsyncClient):
    it = await learner(recognition, api)
    over = await refused(it, assessed_on="1990-01-01")
    assert (over.status_code, "VALIDITY_EXPIRED" in over.json()["reasons"]) == (409, True)
    assert await it.decisions() == []


async def test_what_makes_no_sense_is_refused_and_changes_nothing(recognition: Running, api: httpx2.AsyncClient):
    it = await learner(recognition, api)
    wrong: dict[str, dict[str, Any]] = {
        "/unit_id": {"unit_id": str(uuid4())},
        "/outcome_ids/0": {"outcome_ids": [str(uuid4())]},
        "/assessed_on": {"assessed_on": "2199-01-01"},
        "/kind": {"kind": "mobility"},
        "/evidence_hashes/0": {"evidence_hashes": ["ABC"]},
        "": {"grade": "12"},
    }
    for pointer, changes in wrong.items():
        answer = await refused(it, **changes)
        assert (answer.status_code, [one["pointer"] for one in answer.json()["errors"]]) == (422, [pointer])
    unknown = await refused(it, qualification_version=9)
    assert (unknown.status_code, unknown.json()["missing"]) == (409, f"qualification:{it.told.home.qualification_id}:9")
    assert await it.said() == []


async def test_only_who_awards_or_recognises_certifies(recognition: Running, api: httpx2.AsyncClient):
    it = await learner(recognition, api)
    stranger, school = uuid4(), uuid4()
    party = Party(institution_id=school, country=it.told.home.country, functions=(EcvetFunction.RECOGNISES,))
    abroad = Party(institution_id=stranger, country="IT", functions=(EcvetFunction.RECOGNISES,))
    await tell(recognition, replace(it.told.memorandum, memorandum_id=uuid4(), parties=(party, abroad)))
    for org, status in ((stranger, 403), (it.told.agreement.host_id, 403), (school, 201)):
        answer = await ApiCaller(api, org, ("recogniser",)).post("/v1/decisions", it.achieved())
        assert answer.status_code == status, answer.text


async def test_what_a_person_vouches_for_is_not_made_again(alone: Running):
    """Certified, and then judged by rule: the mobility that had counted was revoked."""
    async with api_of(alone) as api:
        it = await learner(alone, api)
        await tell(alone, it.told.transcript)
        await it.certify()
        [counting] = [one for one in await it.decisions() if one["state"] == "recognised"]
        await it.revoke_as_previewed(counting)
        assert [type(fact) for fact in await it.said() if isinstance(fact, CreditRecognised)][-1] is CreditCorrected
    made_again = [one async for block in audit.replay(alone, FIRST) for one in block]
    assert [one.differences for one in made_again] == [()]
