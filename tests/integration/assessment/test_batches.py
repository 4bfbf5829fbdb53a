"""A class's results in one request: all or the good ones, repeated without harm."""

import asyncio
import time
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.assessment import handlers
from services.assessment.domain.assessing import Found
from services.assessment.domain.batches import Item, Mode
from services.assessment.domain.deadlines import Deadlines
from services.assessment.domain.reports import Report
from shared import outbox
from shared.auth import Principal
from shared.contracts.agreements import LearningAgreementAgreed
from shared.contracts.assessment import Procedure, Result
from tests.support.builders.agreements import learning_agreement_agreed, memorandum_activated, planned_item
from tests.support.running import ApiCaller, tell
from tests.support.statements import statements
from tests.support.stays import U3, Stay, Stays

pytestmark = [pytest.mark.integration, pytest.mark.asyncio]

PATH = "/v1/assessments/results"


class Class:
    """Learners at one host, each with one planned assessment."""

    def __init__(self, stays: Stays, agreements: list[LearningAgreementAgreed]) -> None:
        self.stays = [Stay(stays.running, stays.http, agreed) for agreed in agreements]
        self.ids: list[str] = []

    @classmethod
    async def of(cls, stays: Stays, size: int, *, two_person_rule: bool = False, **changes: Any) -> "Class":
        memorandum = memorandum_activated(memorandum_id=uuid4(), two_person_rule=two_person_rule)
        usual: dict[str, Any] = {"host_id": uuid4(), "home_id": uuid4(), "assessments": (planned_item(U3),)}
        agreements = [learning_agreement_agreed(memorandum, **usual | changes) for _ in range(size)]
        await tell(stays.running, memorandum, *agreements)
        made = cls(stays, agreements)
        listed = (await made.both.get("/v1/assessments", limit=200)).json()["items"]
        of_learner = {one["learner_id"]: one["assessment_id"] for one in listed}
        made.ids = [of_learner[str(agreed.learner_id)] for agreed in agreements]
        return made

    @property
    def both(self) -> ApiCaller:
        return self.stays[0].host("assessor", "examiner")

    def item(self, place: int, *, confirm: bool = True, **changes: Any) -> dict[str, Any]:
        body = self.stays[place].result_body()
        results = body.pop("results")
        usual = {"assessment_id": self.ids[place], "version": 1, "report": body, "results": results}
        return usual | {"confirm": confirm} | changes

    def body(self, mode: str = "each", **changes: Any) -> dict[str, Any]:
        return {"mode": mode, "items": [self.item(place, **changes) for place in range(len(self.ids))]}

    async def states(self) -> list[str]:
        listed = (await self.both.get("/v1/assessments", limit=200)).json()["items"]
        state = {one["assessment_id"]: one["state"] for one in listed}
        return [state[id_] for id_ in self.ids]


def counts(answer: Any) -> tuple[int, ...]:
    assert answer.status_code == 200, answer.text
    return tuple(answer.json()[name] for name in ("recorded", "confirmed", "unchanged", "refused"))


async def test_two_hundred_results_are_recorded_confirmed_and_transcribed_in_seconds(stays: Stays):
    school = await Class.of(stays, 200)
    begun = time.monotonic()
    answer = await school.both.post(PATH, school.body("all"))
    assert time.monotonic() - begun < 10
    assert counts(answer) == (0, 200, 0, 0)
    assert [item["assessment_id"] for item in answer.json()["items"]] == school.ids
    assert {(item["state"], item["version"]) for item in answer.json()["items"]} == {("confirmed", 3)}
    said = await school.stays[117].said()
    assert [fact.type.split(".")[1] for fact in said] == ["assessment", "transcript"]
    assert (await school.stays[117].transcript())["state"] == "issued"


async def test_reading_and_writing_take_as_many_statements_for_many_as_for_one(stays: Stays):
    async def reads(size: int) -> int:
        school = await Class.of(stays, size)
        host_id = school.stays[0].agreed.host_id
        caller = Principal("both", host_id, frozenset({"assessor", "examiner"}))
        report = Report(assessed_on=school.stays[0].agreed.ends_on, procedure=Procedure.FOLLOWED)
        found: Found = [(outcome, Result.ACHIEVED) for outcome in school.stays[0].outcomes]
        items = [
            Item(assessment_id=UUID(id_), version=1, report=report, found=found, confirm=True) for id_ in school.ids
        ]
        async with stays.running.database.transaction(str(host_id)) as tx:
            with statements() as sent:
                await handlers.record_results(tx, caller, Mode.ALL, items, Deadlines(14, 180))
        return len([one for one in sent if not one.startswith(("UPDATE", "INSERT INTO transcript_versions"))])

    assert await reads(2) == await reads(20)


@pytest.mark.parametrize("mode", ["all", "each"])
async def test_a_repeated_request_is_done_and_no_error(stays: Stays, mode: str):
    school = await Class.of(stays, 3)
    assert counts(await school.both.post(PATH, school.body(mode))) == (0, 3, 0, 0)
    again = await school.both.post(PATH, school.body(mode))
    assert counts(again) == (0, 0, 3, 0)
    assert {item["done"] for item in again.json()["items"]} == {"unchanged"}
    assert len(await school.stays[0].said()) == 2


async def test_the_good_ones_are_kept_and_each_other_one_says_what_is_wrong(stays: Stays):
    school = await Class.of(stays, 6)
    body = school.body()
    items = body["items"]
    items[1]["version"], items[5]["version"] = 7, 2
    items[2]["report"]["assessed_on"] = "2026-03-28"
    items[3]["assessment_id"] = str(uuid4())
    items[4]["results"] = items[4]["results"][:1]
    await school.both.post(f"/v1/assessments/{school.ids[5]}/annulment", {"reason": "No."}, version=1)
    answer = await school.both.post(PATH, body)
    assert counts(answer) == (0, 1, 0, 5)
    problems = [item["problem"] and item["problem"]["type"].rpartition("/")[2] for item in answer.json()["items"]]
    assert problems == [None, "version-mismatch", "validation", "not-found", "validation", "wrong-state"]
    assert answer.json()["items"][2]["problem"]["errors"][0]["pointer"] == "/report/assessed_on"
    assert await school.states() == ["confirmed", *["planned"] * 4, "annulled"]
    good = school.body()
    good["items"].pop()
    assert counts(await school.both.post(PATH, good)) == (0, 4, 1, 0)


async def test_all_or_nothing_keeps_nothing_and_points_to_everything_that_is_wrong(stays: Stays):
    school = await Class.of(stays, 4)
    body = school.body("all")
    body["items"][1]["version"] = 7
    body["items"][2]["report"]["assessed_on"] = "2026-03-28"
    body["items"][3]["results"][0]["outcome_id"] = str(uuid4())
    answer = await school.both.post(PATH, body, key="class")
    assert (answer.status_code, answer.json()["type"].rpartition("/")[2]) == (422, "validation")
    assert [(one["pointer"], one["code"]) for one in answer.json()["errors"]] == [
        ("/items/1", "version-mismatch"),
        ("/items/2/report/assessed_on", "outside_mobility"),
        ("/items/3/results/0/outcome_id", "not_covered"),
        ("/items/3/results", "missing"),
    ]
    assert await school.states() == ["planned"] * 4
    assert await school.stays[0].said() == []


async def test_what_cannot_be_written_is_refused_and_takes_no_other_with_it(
    stays: Stays, monkeypatch: pytest.MonkeyPatch
):
    usual = await Class.of(stays, 1)
    await usual.both.post(PATH, usual.body())
    monkeypatch.setattr(outbox, "LARGEST", max(len(fact.body) for fact in await usual.stays[0].said()) + 200)
    school, mentor = await Class.of(stays, 3), {"role": "workplace_mentor", "authority": "none"}
    body = school.body()
    body["items"][1]["report"]["assessors"] = [mentor] * 20
    answer = await school.both.post(PATH, body)
    assert counts(answer) == (0, 2, 0, 1)
    assert answer.json()["items"][1]["problem"]["type"].rpartition("/")[2] == "too-large"
    assert await school.states() == ["confirmed", "planned", "confirmed"]
    assert [len(await stay.said()) for stay in school.stays] == [2, 0, 2]


async def test_what_one_records_another_confirms_by_sending_the_same(stays: Stays):
    school = await Class.of(stays, 3, two_person_rule=True)
    assessor, examiner = school.stays[0].assessor, school.stays[0].examiner
    assert counts(await assessor.post(PATH, school.body(confirm=False))) == (3, 0, 0, 0)
    refused = await examiner.post(PATH, {"mode": "each", "items": [school.item(0, results=[])]})
    assert refused.status_code == 422
    other = school.body()
    other["items"][0]["report"] |= {"grade": "30", "grade_scale": "IT-30"}
    answer = await examiner.post(PATH, other)
    assert counts(answer) == (0, 2, 0, 1)
    assert answer.json()["items"][0]["problem"]["type"].rpartition("/")[2] == "forbidden"


async def test_one_person_does_not_do_both_where_the_memorandum_wants_two(stays: Stays):
    school = await Class.of(stays, 2, two_person_rule=True)
    answer = await school.both.post(PATH, school.body())
    assert counts(answer) == (0, 0, 0, 2)
    assert await school.states() == ["planned", "planned"]


async def test_an_assessor_confirms_nothing_and_a_stranger_sees_nothing(stays: Stays):
    school = await Class.of(stays, 1)
    assert counts(await school.stays[0].assessor.post(PATH, school.body())) == (0, 0, 0, 1)
    stranger = ApiCaller(stays.http, uuid4(), ("assessor", "examiner"))
    answer = await stranger.post(PATH, school.body())
    assert answer.json()["items"][0]["problem"]["type"].rpartition("/")[2] == "not-found"
    home = await school.stays[0].home.post(PATH, school.body())
    assert home.json()["items"][0]["problem"]["type"].rpartition("/")[2] == "not-competent"
    assert await school.states() == ["planned"]


async def test_several_assessments_of_one_learner_issue_one_transcript(stays: Stays):
    stay = await stays.begin(outcomes=2, two_person_rule=False)
    paths = [await stay.planned([outcome]) for outcome in stay.outcomes]
    items = []
    for path, outcome in zip(paths, stay.outcomes, strict=True):
        report = stay.result_body([outcome])
        results = report.pop("results")
        ids = {"assessment_id": path.rpartition("/")[2], "version": 1}
        items.append(ids | {"report": report, "results": results, "confirm": True})
    answer = await stay.host("assessor", "examiner").post(PATH, {"mode": "each", "items": items})
    assert counts(answer) == (0, 2, 0, 0)
    types = [fact.type.split(".")[1] for fact in await stay.said()]
    assert types == ["assessment", "assessment", "transcript"]


@pytest.mark.parametrize(
    ("change", "pointer"),
    [({"mode": "most"}, "/mode"), ({"items": []}, "/items"), ({"more": 1}, "/more")],
)
async def test_a_malformed_request_is_refused_whole(stays: Stays, change: dict[str, Any], pointer: str):
    school = await Class.of(stays, 1)
    answer = await school.both.post(PATH, school.body() | change)
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, pointer)


async def test_a_call_takes_500_results(stays: Stays):
    school = await Class.of(stays, 1)
    answer = await school.both.post(PATH, {"mode": "each", "items": [school.item(0)] * 501})
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/items")


async def test_the_place_of_many_is_no_assessment(stays: Stays):
    school = await Class.of(stays, 1)
    there = await school.both.get(PATH)
    assert (there.status_code, there.headers["Allow"]) == (405, "POST")
    assert (await school.both.get("/v1/assessments/anything")).status_code == 404


async def test_an_assessment_is_named_once(stays: Stays):
    school = await Class.of(stays, 1)
    twice = {"mode": "each", "items": [school.item(0), school.item(0)]}
    answer = await school.both.post(PATH, twice)
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, "distinct")


async def test_of_two_who_send_a_class_at_once_in_another_order_one_does_it(stays: Stays):
    school = await Class.of(stays, 20)
    forward, backward = school.body(), school.body()
    backward["items"].reverse()
    answers = await asyncio.gather(school.both.post(PATH, forward), school.both.post(PATH, backward))
    assert sorted(map(counts, answers)) == [(0, 0, 20, 0), (0, 20, 0, 0)]
    assert len(await school.stays[0].said()) == 2
