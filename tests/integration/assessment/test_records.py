"""The whole record of an assessment: what is kept, what is said, what is refused."""

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest

from shared.contracts.agreements import Responsible
from tests.support.builders.agreements import memorandum_activated, planned_item
from tests.support.builders.catalogue import MALTA_ICT
from tests.support.running import ApiCaller, tell
from tests.support.stays import U3, Stay, Stays

pytestmark = [pytest.mark.integration, pytest.mark.asyncio]

UNIT = str(U3.host_unit_id)


def whole(stay: Stay, **changes: Any) -> dict[str, Any]:
    """A report with everything in it, as a body."""
    report: dict[str, Any] = {
        "procedure": "deviated",
        "deviation": "Ada was ill, so another machine was used.",
        "attempt": 1,
        "grade": "27",
        "grade_scale": "IT-30",
        "began_on": "2026-03-26",
        "minutes": 420,
        "place": "Workshop of Ugo Bianchi",
        "language": "it",
        "supervision": "on_site",
        "identity_check": "document",
        "assessors": [
            {
                "name": "Ada Rossi",
                "role": "assessor",
                "organisation_id": str(stay.agreed.host_id),
                "authority": "host_staff",
                "authority_reference": "D.Lgs. 13/2013",
            },
            {"name": "Ugo Bianchi", "role": "workplace_mentor", "organisation_id": None, "authority": "none"},
        ],
        "criteria": [{"criterion": "Works to the checklist", "level": "3 of 4", "comment": "Ada says: tired."}],
        "evidence": [{"sha256": "9f" * 32, "uri": "https://files.example/ada-rossi.pdf"}],
        "units": [{"unit_id": UNIT, "share": "0.6"}],
    }
    return stay.result_body(**report | changes)


def errors(answer: Any) -> list[tuple[str, str]]:
    assert answer.status_code == 422, answer.text
    return [(error["pointer"], error["code"]) for error in answer.json()["errors"]]


async def test_everything_that_was_written_down_can_be_read_again(stays: Stays):
    stay = await stays.begin()
    path, body = await stay.planned(), whole(stay)
    recorded = await stay.assessor.post(f"{path}/result", body, version=1)
    report = {name: value for name, value in body.items() if name != "results"}
    report["assessors"] = [{"authority_reference": None} | one for one in report["assessors"]]
    assert recorded.json()["report"] == report
    assert recorded.json()["authority"] == "host_staff"
    assert (await stay.home.get(path)).json() == recorded.json()


async def test_no_name_and_no_word_about_anybody_is_said(stays: Stays):
    stay = await stays.begin()
    path = await stay.planned()
    await stay.assessor.post(f"{path}/result", whole(stay), version=1)
    await stay.examiner.post(f"{path}/moderation", {"comment": "Ada marked fairly."}, version=2)
    await stay.examiner.post(f"{path}/confirmation", version=3)
    said = await stay.said()
    assert len(said) == 2
    assert not any(word in fact.body for fact in said for word in (b"Ada", b"Ugo", b"tired", b"ada-rossi", b"Workshop"))
    value = said[0].data.assessment
    assert (value.began_on, value.minutes, value.language) == (date(2026, 3, 26), 420, "it")
    assert [(one.unit_id, one.share) for one in value.units] == [(U3.host_unit_id, Decimal("0.6"))]
    assert [(one.role, one.authority) for one in value.assessors] == [
        ("assessor", "host_staff"),
        ("workplace_mentor", "none"),
    ]
    assert (value.supervision, value.identity_check, value.moderated) == ("on_site", "document", True)
    assert (value.evidence_hashes, value.authority) == (("9f" * 32,), "host_staff")


async def test_what_is_not_said_leaves_the_hash_as_it_was(stays: Stays):
    stay = await stays.begin()
    await stay.confirmed()
    value = (await stay.said())[0].data.assessment
    new = ("began_on", "minutes", "language", "units", "assessors", "supervision", "identity_check")
    assert {getattr(value, name) for name in (*new, "evidence_hashes", "moderated", "resit_of")} == {None}


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({"units": [{"unit_id": str(uuid4()), "share": "0.5"}]}, [("/units", "not_touched")]),
        (
            {"units": [{"unit_id": UNIT, "share": "0.5"}, {"unit_id": UNIT, "share": "0.6"}]},
            [("/units", "not_touched"), ("/units", "above_1")],
        ),
        ({"units": [{"unit_id": UNIT, "share": "0"}]}, [("/units/0/share", "decimal_text")]),
        ({"began_on": "2026-03-28"}, [("/began_on", "outside_mobility")]),
        ({"began_on": "2026-03-01"}, [("/began_on", "outside_mobility")]),
        ({"language": "xx"}, [("/language", "unknown_language")]),
        ({"minutes": 0}, [("/minutes", "greater_than_equal")]),
        ({"procedure": "followed"}, [("", "deviation")]),
        (
            {"evidence": [{"sha256": "AB", "uri": "https://x.example"}]},
            [("/evidence/0/sha256", "string_pattern_mismatch")],
        ),
        ({"evidence": [{"sha256": "9f" * 32, "uri": "somewhere"}]}, [("/evidence/0/uri", "string_pattern_mismatch")]),
        ({"assessors": []}, [("/assessors", "too_short")]),
        ({"criteria": [{"criterion": "c", "level": "l", "mark": 1}]}, [("/criteria/0/mark", "extra_forbidden")]),
        (
            {"assessors": [{"role": "assessor", "organisation_id": str(uuid4()), "authority": "delegated"}]},
            [("/assessors/0/authority", "not_entitled")],
        ),
        (
            {"assessors": [{"role": "assessor", "organisation_id": str(uuid4()), "authority": "host_staff"}]},
            [("/assessors/0/authority", "not_entitled")],
        ),
    ],
)
async def test_what_cannot_be_is_refused_with_its_place_and_changes_nothing(
    stays: Stays, change: dict[str, Any], found: list[tuple[str, str]]
):
    stay = await stays.begin()
    path = await stay.planned()
    assert errors(await stay.assessor.post(f"{path}/result", whole(stay, **change), version=1)) == found
    assert (await stay.assessor.get(path)).json()["version"] == 1


async def test_whom_the_agreement_names_assesses_in_the_hosts_place_and_nothing_else(stays: Stays):
    delegate_id = uuid4()
    plan = (planned_item(U3, assessing_id=delegate_id),)
    stay = await stays.begin(assessments=plan)
    own = await stay.planned([stay.outcomes[0]])
    [given] = [one for one in await stay.by_plan() if one["assessing_id"]]
    path, delegate = (
        f"/v1/assessments/{given['assessment_id']}",
        ApiCaller(stays.http, delegate_id, ("assessor", "examiner")),
    )

    assert [one["assessment_id"] for one in (await delegate.get("/v1/assessments")).json()["items"]] == [
        given["assessment_id"]
    ]
    assert (await delegate.get(own)).status_code == 404
    assert (await delegate.post(f"{own}/result", stay.result_body([stay.outcomes[0]]), version=1)).status_code == 404
    assert (await delegate.post("/v1/assessments", stay.plan_body())).status_code == 403
    assert (await delegate.get("/v1/transcripts")).json()["items"] == []

    conducted = await delegate.post(f"{path}/conduct", {"held_on": "2026-03-20"}, version=1)
    assert (conducted.status_code, conducted.json()["held_on"]) == (200, "2026-03-20")
    recorded = await delegate.post(f"{path}/result", stay.result_body(), version=2)
    assert (recorded.status_code, recorded.json()["authority"]) == (200, "delegated")
    for act, body in (("moderation", {}), ("confirmation", None), ("annulment", {"reason": "No."})):
        refused = await delegate.post(f"{path}/{act}", body, version=3)
        assert (refused.status_code, refused.json()["type"].rpartition("/")[2]) == (403, "not-competent")
    assert (await stay.examiner.post(f"{path}/confirmation", version=3)).status_code == 200
    assert (await stay.said())[0].data.assessment.authority == "delegated"


async def test_the_absence_that_a_delegate_notes_lets_the_transcript_go(stays: Stays):
    delegate_id = uuid4()
    plan = (
        planned_item(
            U3, host_outcome_ids=(min(pair.host_outcome_id for pair in U3.outcomes),), assessing_id=delegate_id
        ),
    )
    stay = await stays.begin(assessments=plan)
    await stay.confirmed()
    assert (await stay.transcript())["state"] == "draft"
    [given] = [one for one in await stay.by_plan() if one["assessing_id"]]
    delegate = ApiCaller(stays.http, delegate_id, ("assessor",))
    path = f"/v1/assessments/{given['assessment_id']}/absence"
    assert (await delegate.post(path, {"held_on": "2026-03-20"}, version=1)).status_code == 200
    assert (await stay.transcript())["state"] == "issued"


async def test_the_host_asks_by_hand_only_whom_memorandum_or_agreement_name(stays: Stays):
    stay = await stays.begin(two_person_rule=None)
    chamber = uuid4()
    refused = await stay.assessor.post("/v1/assessments", stay.plan_body(assessing_id=str(chamber)))
    assert errors(refused) == [("/assessing_id", "not_delegated")]
    named = Responsible(
        qualification_id=MALTA_ICT.qualification_id,
        assesses=(chamber, stay.agreed.host_id),
        validates=(stay.agreed.home_id,),
        recognises=(stay.agreed.home_id,),
    )
    memorandum = memorandum_activated(memorandum_id=stay.agreed.memorandum_id, responsible=(named,))
    await tell(stays.running, memorandum)
    planned = await stay.assessor.post("/v1/assessments", stay.plan_body(assessing_id=str(chamber)))
    assert (planned.status_code, planned.json()["assessing_id"]) == (201, str(chamber))


async def test_a_host_that_the_memorandum_does_not_let_assess_has_no_authority(stays: Stays):
    stay = await stays.begin(two_person_rule=None)
    chamber = Responsible(qualification_id=MALTA_ICT.qualification_id, assesses=(uuid4(),), validates=(), recognises=())
    memorandum = memorandum_activated(memorandum_id=stay.agreed.memorandum_id, responsible=(chamber,))
    await tell(stays.running, memorandum)
    path = await stay.recorded()
    assert (await stay.home.get(path)).json()["authority"] == "none"
    other = await stay.planned()
    refused = await stay.assessor.post(f"{other}/result", whole(stay), version=1)
    assert errors(refused) == [("/assessors/0/authority", "not_entitled")]
