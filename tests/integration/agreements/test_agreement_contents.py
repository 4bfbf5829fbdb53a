"""What an agreement says besides its units, and who is to be reached; both over HTTP."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest

from shared.contracts.agreements import LearningAgreementAgreed
from shared.contracts.catalogue import CountryPolicyPublished
from shared.contracts.facts import Fact
from shared.service import Running
from tests.integration.agreements.conftest import (
    AGREEMENTS,
    World,
    answered,
    attempt,
    everything,
    hear,
    path_of,
    refused,
    step,
)
from tests.support.builders.agreement_bodies import learning_agreement_body, seen, unit_abroad_body
from tests.support.builders.agreements import comparability_of
from tests.support.builders.catalogue import ITALY, ITALY_REGION, MALTA, MALTA_POLICY
from tests.support.running import said_about

pytestmark = [pytest.mark.integration, pytest.mark.asyncio]

U3 = comparability_of("U3")
HOST_OUTCOMES = [str(pair.host_outcome_id) for pair in U3.outcomes]
PROJECT = "2026-1-MT01-KA121-VET-000012345"
RICH: dict[str, Any] = {
    "project_code": PROJECT,
    "mobility_id": "2026-SHORT-0007-KA121-VET-000012345",
    "call_year": 2026,
    "activity_type": "short_term",
    "mode": "blended",
    "weeks": 4,
    "language": {"code": "it", "level": "B1"},
    "eqf_level": 4,
    "progress": {"acquired_unit_ids": [str(comparability_of("U1").home_unit_id)], "enclosures": ["Europass"]},
    "workplace": "Officina Vesuvio",
    "activities": [{"task": "Rolls out workstation images.", "host_outcome_ids": HOST_OUTCOMES, "hours": 120}],
    "assessments": [
        {
            "host_unit_id": str(U3.host_unit_id),
            "host_outcome_ids": HOST_OUTCOMES[:1],
            "method": "work_simulation",
            "planned_on": "2026-03-26",
            "place": "Workshop 2",
            "assessing_id": str(ITALY.institution_id),
            "criteria": "Works alone.",
            "procedure": "One hour, two persons.",
        }
    ],
    "documentation": ["Training record", "Europass Mobility"],
    "reintegration": "Two afternoons with the class teacher.",
    "provisions": "What is not achieved is assessed at home in June.",
    "intermediary_id": str(ITALY_REGION.institution_id),
}
PLAN = {"procedure": "By the memorandum", "decided_until": "2026-05-31", "documents": ["Personal transcript"]}


def leaving_out_none(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: leaving_out_none(member) for name, member in value.items() if member is not None}
    return [leaving_out_none(member) for member in value] if isinstance(value, list) else value


async def a_body(world: World, **changes: Any) -> dict[str, Any]:
    learner = await world.registered_learner()
    return learning_agreement_body(learner["learner_id"], await world.active_memorandum(), **changes)


async def test_everything_that_is_agreed_reads_back_and_is_said_without_texts(world: World, agreements: Running):
    body = await a_body(world, **RICH, units=[unit_abroad_body(U3, recognition=PLAN)])
    drafted = answered(await world.home().post(AGREEMENTS, body), 201)
    assert {name: leaving_out_none(drafted[name]) for name in body} == body
    signed = await step(world.learner(drafted["learner_id"]), drafted, "signatures", seen(drafted))
    home_signed = await step(world.home(), signed, "signatures", seen(drafted))
    agreed = await step(world.host(), home_signed, "approval", seen(drafted))
    *_, fact = await said_about(agreements, agreed["learning_agreement_id"])
    assert isinstance(fact, LearningAgreementAgreed)
    assert fact.intermediary_id == ITALY_REGION.institution_id
    assert [unit.has_conditions for unit in fact.units] == [False]
    assert fact.assessments
    assert [str(one) for one in fact.assessments[0].host_outcome_ids] == HOST_OUTCOMES[:1]
    for text in ("Workshop", "class teacher", "Officina", "two persons"):
        assert text not in repr(fact)


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"project_code": "2026-1-MT01-KA121-VET-12345"}, "/project_code"),
        ({"project_code": "KA121"}, "/project_code"),
        ({"mobility_id": "MOB-00001"}, "/mobility_id"),
        ({"call_year": 1999}, "/call_year"),
        ({"call_year": 2025, "project_code": PROJECT}, "/call_year"),
        ({"activity_type": "holiday"}, "/activity_type"),
        ({"activity_type": "skills_competition"}, "/activity_type"),
        ({"mode": "by post"}, "/mode"),
        ({"weeks": 5}, "/weeks"),
        ({"language": {"code": "it", "level": "D1"}}, "/language/level"),
        ({"language": {"code": "Italian", "level": "B1"}}, "/language/code"),
        ({"eqf_level": 9}, "/eqf_level"),
        ({"eqf_level": 5}, "/eqf_level"),
        ({"progress": {"acquired_unit_ids": [str(uuid4())]}}, "/progress/acquired_unit_ids/0"),
        ({"activities": []}, "/activities"),
        ({"activities": [{"task": "Sweeps.", "host_outcome_ids": [str(uuid4())]}]}, "/activities/0/host_outcome_ids/0"),
        ({"assessments": [RICH["assessments"][0] | {"method": "guess"}]}, "/assessments/0/method"),
        ({"assessments": [RICH["assessments"][0] | {"planned_on": "2026-04-26"}]}, "/assessments/0/planned_on"),
        ({"assessments": [RICH["assessments"][0] | {"assessing_id": str(uuid4())}]}, "/assessments/0/assessing_id"),
        ({"documentation": ["Record", "Record"]}, "/documentation"),
        ({"intermediary_id": str(ITALY.institution_id)}, "/intermediary_id"),
        ({"units": [unit_abroad_body(U3, part=True)]}, "/units/0/part"),
        ({"units": [unit_abroad_body(U3, recognition={"conditions": ["An exam."]})]}, "/units/0/automatic"),
        ({"units": [unit_abroad_body(U3, recognition={"conditions": []})]}, "/units/0/recognition/conditions"),
    ],
)
async def test_what_does_not_fit_is_refused_with_its_place(world: World, changes: dict[str, Any], pointer: str):
    errors = refused(await world.home().post(AGREEMENTS, await a_body(world, **changes)), "validation")
    assert [place for place, _ in errors] == [pointer]


async def test_what_is_only_part_of_a_unit_is_marked_before_anybody_signs(world: World):
    """Malta's U2 takes an outcome that Italy does not teach."""
    drafted = await world.drafted_agreement(units=[unit_abroad_body(comparability_of("U2")), unit_abroad_body(U3)])
    assert [unit["part"] for unit in drafted["units"]] == [True, None]


async def test_who_is_responsible_by_the_memorandum_assesses(world: World):
    by_home = {"responsible": [responsible(assesses=[MALTA.institution_id])]}
    signed = await world.learner_signed(await world.active_memorandum(**by_home), **assessed_by_host())
    refused(await attempt(world.home(), signed, "signatures", seen(signed)), "not-competent")


def responsible(**changes: Any) -> dict[str, Any]:
    host, home = str(ITALY.institution_id), str(MALTA.institution_id)
    qualification = str(U3.home_qualification_id)
    usual = {"qualification_id": qualification, "assesses": [host], "validates": [home], "recognises": [home]}
    return usual | changes


def assessed_by_host() -> dict[str, Any]:
    plan = {name: value for name, value in RICH["assessments"][0].items() if name != "assessing_id"}
    return {"assessments": [plan]}


async def test_the_policies_of_both_countries_say_how_old_a_learner_is(world: World, agreements: Running):
    """The one that is in force on the first day."""
    policy = replace(MALTA_POLICY, country_policy_id=uuid4(), minimum_age=40, valid_from=date(2041, 1, 1))
    later = replace(MALTA_POLICY, country_policy_id=uuid4(), minimum_age=None, valid_from=date(2042, 1, 1))
    facts: list[Fact] = [ended(MALTA_POLICY, policy), policy, ended(policy, later), later]
    await hear(agreements, facts)
    body = await a_body(world)

    async def from_year(year: int) -> Any:
        days = {"starts_on": f"{year}-03-02", "ends_on": f"{year}-03-27"}
        return await world.home().post(AGREEMENTS, body | days)

    assert refused(await from_year(2041), "validation") == [("/starts_on", "too_young")]
    answered(await from_year(2042), 201)


def ended(policy: CountryPolicyPublished, by: CountryPolicyPublished) -> CountryPolicyPublished:
    """As the catalogue says it once more, when the one that follows is published."""
    return replace(policy, version=policy.version + 1, valid_until=by.valid_from - timedelta(days=1))


CONTACTS = {
    "mentor": {"name": "Mentore Prova", "position": "Technician", "phone": "+39 081 555 0100"},
    "emergency_contact": {"name": "Duty desk", "email": "duty@example.org"},
}


async def test_home_and_host_say_whom_to_reach_without_anybody_signing_anew(world: World, agreements: Running):
    agreed = await world.agreed()
    path = f"{path_of(agreed)}/contacts"
    by_host = answered(await world.host("coordinator").put(path, CONTACTS, version=agreed["version"]))
    mentor = {"responsible_person": {"name": "Koordinatur Prova"}}
    by_home = answered(await world.home("coordinator").put(path, mentor, version=by_host["version"]))
    assert leaving_out_none(by_home["contacts"]["host"]).items() >= CONTACTS.items()
    assert by_home["contacts"]["home"]["responsible_person"]["name"] == "Koordinatur Prova"
    for name in ("state", "content_version", "content_hash", "signatures"):
        assert by_home[name] == agreed[name]
    assert answered(await world.learner(agreed["learner_id"]).get(path_of(agreed))) == by_home
    for fact in await said_about(agreements, agreed["learning_agreement_id"]):
        assert "Prova" not in repr(fact)
    changes = await everything(world.learner(agreed["learner_id"]), f"{path}/changes")
    assert [(one["side"], one["version"]) for one in changes] == [
        ("host", by_host["version"]),
        ("home", by_home["version"]),
    ]
    assert changes[0]["changed_at"] == by_host["contacts"]["host"]["changed_at"]
    assert "Prova" not in str(changes)
    assert await everything(world.host(), f"{path}/changes") == changes
    refused(await world.stranger().get(f"{path}/changes"), "not-found")


async def test_contacts_are_for_their_own_side_to_change(world: World):
    drafted = await world.drafted_agreement()
    path = f"{path_of(drafted)}/contacts"
    assert (await world.learner(drafted["learner_id"]).put(path, CONTACTS, version=1)).status_code == 403
    assert (await world.host("signatory").put(path, CONTACTS, version=1)).status_code == 403
    refused(await world.stranger().put(path, CONTACTS, version=1), "not-found")
    assert (await world.host().put(path, CONTACTS, version=2)).status_code == 412
    wrong = {"mentor": {"name": "Mentore Prova", "email": "nobody"}}
    assert refused(await world.host().put(path, wrong, version=1), "validation")[0][0] == "/mentor/email"
    cancelled = await step(world.home(), drafted, "cancellation", {"reason": "The learner fell ill."})
    refused(await world.host().put(path, CONTACTS, version=cancelled["version"]), "wrong-state")
