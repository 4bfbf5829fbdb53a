"""Three parties negotiate, amend, and what others see of it."""

import asyncio
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest

from shared.contracts.agreements import (
    MemorandumActivated,
    MemorandumAmended,
    MemorandumAmendmentDropped,
    MemorandumAmendmentProposed,
    MemorandumApproved,
    MemorandumCounterProposed,
    MemorandumProposed,
)
from shared.service import Running
from tests.integration.agreements.conftest import (
    MEMORANDA,
    World,
    answered,
    attempt,
    everything,
    path_of,
    refused,
    step,
)
from tests.support.builders.agreement_bodies import memorandum_body, seen
from tests.support.builders.catalogue import ITALY, ITALY_REGION, MALTA
from tests.support.memoranda import region_of, terms_of, three_parties
from tests.support.running import ApiCaller, said_about

pytestmark = [pytest.mark.integration, pytest.mark.asyncio]

REASON = {"reason": "Not with these dates."}


def everybody(world: World) -> tuple[ApiCaller, ...]:
    return world.home(), world.host(), region_of(world.http)


async def approved_by_all(world: World, memorandum: dict[str, Any]) -> dict[str, Any]:
    for party in everybody(world):
        memorandum = await step(party, memorandum, "approvals", seen(memorandum))
    return memorandum


async def active_of_three(world: World) -> dict[str, Any]:
    return await approved_by_all(world, await world.proposed_memorandum(**three_parties()))


async def test_three_parties_negotiate_until_all_have_approved_the_same_content(world: World, agreements: Running):
    first = await world.proposed_memorandum(**three_parties())
    partly = await step(world.home(), first, "approvals", seen(first))
    second = await step(region_of(world.http), partly, "counter-proposals", terms_of(partly, maximum_days=90))
    assert (second["state"], second["content_version"], second["approvals"]) == ("proposed", 2, [])
    assert second["proposed_by"] == str(ITALY_REGION.institution_id)
    refused(await attempt(world.host(), second, "approvals", seen(first)), "stale-approval")
    refused(await attempt(region_of(world.http), second, "counter-proposals", terms_of(second)), "forbidden")
    active = await approved_by_all(world, second)
    assert (active["state"], active["maximum_days"], len(active["approvals"])) == ("active", 90, 3)
    assert [type(fact) for fact in await said_about(agreements, first["memorandum_id"])] == [
        MemorandumProposed,
        MemorandumApproved,
        MemorandumCounterProposed,
        MemorandumApproved,
        MemorandumApproved,
        MemorandumApproved,
        MemorandumActivated,
    ]


async def test_what_a_counter_proposal_changes_can_be_read(world: World):
    first = await world.proposed_memorandum()
    second = await step(world.host(), first, "counter-proposals", terms_of(first, maximum_days=90))
    old, new = await everything(world.home(), f"{path_of(second)}/versions")
    change = {"path": "/maximum_days", "before": None, "after": 90}
    assert (old["changes"], old["superseded_at"] is not None, old["in_force_at"]) == (None, True, None)
    assert (new["changed_from"], new["changes"], new["superseded_at"]) == (1, [change], None)
    path = f"{path_of(second)}/versions/2"
    assert answered(await world.host().get(path)) == new
    back = answered(await world.host().get(f"{path_of(second)}/versions/1/diff", **{"from": 2}))
    assert back == {
        "from_version": 2,
        "to_version": 1,
        "differences": [{"path": "/maximum_days", "before": 90, "after": None}],
    }
    refused(await world.host().get(f"{path_of(second)}/versions/3"), "not-found")
    refused(await world.stranger().get(path), "not-found")
    assert answered(await world.host().get(f"{path}/diff"))["differences"] == [change]
    assert answered(await world.host().get(f"{path_of(second)}/versions/1/diff"))["differences"] == []


async def test_an_amendment_takes_the_place_of_what_is_in_force_once_all_have_approved_it(
    world: World, agreements: Running
):
    active = await active_of_three(world)
    amending = await step(world.host(), active, "amendments", terms_of(active, two_person_rule=True))
    assert (amending["in_force"], amending["two_person_rule"], amending["content_version"]) == (True, False, 1)
    amendment = amending["amendment"]
    assert (amendment["content_version"], amendment["two_person_rule"], len(amendment["needs"])) == (2, True, 3)
    refused(await attempt(world.home(), amending, "amendments/approvals", seen(active)), "stale-approval")
    refused(await attempt(world.home(), amending, "amendments", terms_of(active, maximum_days=9)), "wrong-state")
    for party in everybody(world):
        assert amending["content_version"] == 1
        amending = await step(party, amending, "amendments/approvals", seen(amendment))
    assert (amending["content_version"], amending["two_person_rule"], amending["amendment"]) == (2, True, None)
    old, new = await everything(world.home(), f"{path_of(active)}/versions")
    assert old["in_force_at"] < old["superseded_at"] == new["in_force_at"]
    assert len(new["approvals"]) == 3
    facts = await said_about(agreements, active["memorandum_id"])
    assert isinstance(facts[-1], MemorandumAmended)
    assert (facts[-1].content_version, facts[-1].two_person_rule) == (2, True)


async def test_a_dropped_amendment_leaves_everything_as_it_was(world: World, agreements: Running):
    active = await world.active_memorandum()
    for who, transition in ((world.host(), "rejection"), (world.home(), "withdrawal")):
        amending = await step(world.home(), active, "amendments", terms_of(active, maximum_days=90))
        if transition == "withdrawal":
            refused(await attempt(world.host(), amending, "amendments/withdrawal", REASON), "forbidden")
        dropped = await step(who, amending, f"amendments/{transition}", REASON)
        same = {"amendment": None, "version": active["version"] + 2}
        assert dropped == active | same
        active = dropped
    versions = await everything(world.home(), f"{path_of(active)}/versions")
    assert [one["content_version"] for one in versions] == [1, 2, 3]
    assert [one["dropped_at"] is None for one in versions] == [True, False, False]
    said = [type(fact) for fact in await said_about(agreements, active["memorandum_id"])]
    assert said[-4:] == [MemorandumAmendmentProposed, MemorandumAmendmentDropped] * 2


async def test_a_party_that_is_to_join_reads_and_approves_before_it_is_one(world: World):
    active = await world.active_memorandum(valid_from="2180-01-01", valid_until="2180-12-31")
    region = region_of(world.http)
    refused(await region.get(path_of(active)), "not-found")
    amending = await step(world.home(), active, "amendments", terms_of(active, **three_parties()))
    assert answered(await region.get(path_of(active))) == amending
    refused(await attempt(region, amending, "suspension", REASON), "forbidden")
    for party in everybody(world):
        amending = await step(party, amending, "amendments/approvals", seen(amending["amendment"]))
    assert len(amending["parties"]) == 3
    leaving = await step(world.home(), amending, "amendments", terms_of(amending, parties=active["parties"]))
    for party in everybody(world):
        leaving = await step(party, leaving, "amendments/approvals", seen(leaving["amendment"]))
    assert len(leaving["parties"]) == 2
    assert answered(await region.get(path_of(active))) == leaving
    refused(await attempt(region, leaving, "suspension", REASON), "forbidden")


async def test_of_two_approvals_at_once_one_wins_and_the_other_loses_nothing(world: World):
    proposed = await world.proposed_memorandum()
    both = (attempt(party, proposed, "approvals", seen(proposed)) for party in (world.home(), world.host()))
    answers = await asyncio.gather(*both)
    assert sorted(answer.status_code for answer in answers) == [200, 412]
    now = answered(await world.home().get(path_of(proposed)))
    missing = world.host() if now["approvals"][0]["institution_id"] == str(MALTA.institution_id) else world.home()
    assert (await step(missing, now, "approvals", seen(now)))["state"] == "active"


async def test_of_two_proposals_of_the_same_at_once_one_is_a_duplicate(world: World):
    when: dict[str, Any] = {"valid_from": "2150-01-01", "valid_until": "2150-12-31"}
    drafts = [await world.drafted_memorandum(**when) for _ in range(2)]
    answers = await asyncio.gather(*(attempt(world.home(), draft, "proposals") for draft in drafts))
    assert sorted(answer.status_code for answer in answers) == [200, 409]


async def test_a_duplicate_is_named_and_can_be_wanted_all_the_same(world: World):
    when: dict[str, Any] = {"valid_from": "2140-01-01", "valid_until": "2140-12-31"}
    first = await world.proposed_memorandum(**when)
    response = await world.host().post(MEMORANDA, memorandum_body(**when))
    refused(response, "duplicate-agreement")
    assert response.json()["memorandum_id"] == first["memorandum_id"]
    why: dict[str, Any] = {"duplicate_of": first["memorandum_id"], "duplicate_because": "For the evening school."}
    second = answered(await world.host().post(MEMORANDA, memorandum_body(**when, **why)), 201)
    assert second["duplicate"] == {"duplicate_of": first["memorandum_id"], "reason": "For the evening school."}
    proposed = await step(world.host(), second, "proposals")
    assert answered(await world.home().get(path_of(second)))["duplicate"] == proposed["duplicate"]
    half = memorandum_body(**when, duplicate_of=first["memorandum_id"])
    refused(await world.host().post(MEMORANDA, half), "validation")


async def test_other_terms_may_not_become_a_duplicate_unless_that_is_wanted(world: World):
    """A counter-proposal and an amendment into the time of another one; what is changed besides is free."""
    other = await world.proposed_memorandum(valid_from="2171-01-01", valid_until="2171-12-31")
    into = {"valid_from": "2170-01-01", "valid_until": "2171-06-30"}
    why = {"duplicate_of": other["memorandum_id"], "duplicate_because": "For the evening school."}
    shown = {"duplicate_of": other["memorandum_id"], "reason": "For the evening school."}
    first = await world.proposed_memorandum(valid_from="2170-01-01", valid_until="2170-12-31")
    response = await attempt(world.host(), first, "counter-proposals", terms_of(first, **into))
    refused(response, "duplicate-agreement")
    assert response.json()["memorandum_id"] == other["memorandum_id"]
    second = await step(world.host(), first, "counter-proposals", terms_of(first, **into, **why))
    third = await step(world.home(), second, "counter-proposals", terms_of(second, maximum_days=90))
    assert (second["duplicate"], third["duplicate"]) == (shown, shown)
    active = await world.active_memorandum(valid_from="2172-01-01", valid_until="2172-12-31")
    response = await attempt(world.host(), active, "amendments", terms_of(active, **into))
    refused(response, "duplicate-agreement")
    why["duplicate_of"] = third["memorandum_id"]
    amending = await step(world.home(), active, "amendments", terms_of(active, **into, **why))
    assert amending["amendment"]["duplicate"] == shown | {"duplicate_of": third["memorandum_id"]}


async def test_a_duplicate_of_an_amendment_to_come_is_one(world: World):
    active = await world.active_memorandum(valid_from="2160-01-01", valid_until="2160-12-31")
    amending = await step(world.home(), active, "amendments", terms_of(active, valid_until="2161-12-31"))
    later = memorandum_body(valid_from="2161-07-01", valid_until="2162-06-30")
    response = await world.home().post(MEMORANDA, later)
    refused(response, "duplicate-agreement")
    assert response.json()["memorandum_id"] == amending["memorandum_id"]


async def test_a_counter_proposal_renews_only_what_can_be_renewed(world: World):
    first = await world.proposed_memorandum()
    response = await attempt(world.host(), first, "counter-proposals", terms_of(first, renews_id=str(UUID(int=1))))
    assert refused(response, "validation") == [("/renews_id", "unknown")]


@pytest.mark.parametrize(
    "changes",
    [
        {"valid_from": "2131-01-01", "valid_until": "2131-12-31"},
        {**three_parties(), "valid_from": "2130-01-01", "valid_until": "2130-12-31"},
    ],
    ids=["later", "another party"],
)
async def test_what_differs_in_time_or_parties_is_no_duplicate(world: World, changes: dict[str, Any]):
    when: dict[str, Any] = {"valid_from": "2130-01-01", "valid_until": "2130-12-31"}
    await world.proposed_memorandum(**when)
    answered(await world.host().post(MEMORANDA, memorandum_body(**changes)), 201)
    no_duplicate: dict[str, Any] = {"duplicate_of": str(UUID(int=1)), "duplicate_because": "-"}
    errors = refused(await world.host().post(MEMORANDA, memorandum_body(**changes, **no_duplicate)), "validation")
    assert errors == [("/duplicate_of", "no_duplicate")]


async def test_a_renewal_is_linked_to_what_it_renews(world: World, agreements: Running):
    first = await world.active_memorandum(valid_until="2120-12-31")
    renewal = memorandum_body(renews_id=first["memorandum_id"], valid_from="2121-01-01", valid_until="2123-12-31")
    drafted = answered(await world.home().post(MEMORANDA, renewal), 201)
    active = await step(world.home(), drafted, "proposals")
    for party in (world.home(), world.host()):
        active = await step(party, active, "approvals", seen(active))
    [activated] = [
        fact for fact in await said_about(agreements, active["memorandum_id"]) if isinstance(fact, MemorandumActivated)
    ]
    assert str(activated.renews_id) == first["memorandum_id"]
    unknown = memorandum_body(renews_id=str(UUID(int=1)), valid_from="2190-10-01", valid_until="2191-12-31")
    assert refused(await world.home().post(MEMORANDA, unknown), "validation") == [("/renews_id", "unknown")]


@pytest.mark.parametrize(("year", "suspended"), [(2143, False), (2153, True)])
async def test_a_renewal_that_begins_before_the_end_is_a_duplicate_as_any_other(
    world: World, year: int, *, suspended: bool
):
    first = await world.active_memorandum(valid_from=f"{year}-01-01", valid_until=f"{year}-12-31")
    if suspended:
        await step(world.home(), first, "suspension", {"reason": "The workshop is being rebuilt."})
    early = {"renews_id": first["memorandum_id"], "valid_from": f"{year}-01-02", "valid_until": f"{year + 1}-12-31"}
    response = await world.host().post(MEMORANDA, memorandum_body(**early))
    refused(response, "duplicate-agreement")
    assert response.json()["memorandum_id"] == first["memorandum_id"]
    meant = {"duplicate_of": first["memorandum_id"], "duplicate_because": "The new one is for more learners."}
    answered(await world.host().post(MEMORANDA, memorandum_body(**early, **meant)), 201)


async def test_what_is_under_notice_is_renewed_from_its_last_day_on(world: World):
    first = await world.active_memorandum()
    noticed = await step(world.home(), first, "termination", {"reason": "The workshop is being rebuilt."})
    last = date.fromisoformat(noticed["notice"]["terminates_on"])
    meant = {"duplicate_of": first["memorandum_id"], "duplicate_because": "The new one is for more learners."}
    renewal = {"renews_id": first["memorandum_id"], **meant}
    answered(await world.host().post(MEMORANDA, memorandum_body(**renewal, valid_from=last)), 201)
    after = memorandum_body(**renewal, valid_from=last + timedelta(days=1))
    no_duplicate = await world.host().post(MEMORANDA, after)
    assert no_duplicate.status_code in {409, 422}
    assert first["memorandum_id"] not in no_duplicate.text  # other tests have some like it


async def test_a_list_can_be_narrowed_to_another_party(world: World):
    two, three = await world.proposed_memorandum(), await world.proposed_memorandum(**three_parties())
    region = str(ITALY_REGION.institution_id)
    found = {one["memorandum_id"] for one in await everything(world.home(), MEMORANDA, party_id=region)}
    assert three["memorandum_id"] in found
    assert two["memorandum_id"] not in found


async def test_the_history_tells_who_did_what_when_and_why(world: World):
    proposed = await world.proposed_memorandum()
    second = await step(world.host(), proposed, "counter-proposals", terms_of(proposed, maximum_days=90))
    ended = await step(world.home(), second, "rejection", REASON)
    lines = await everything(world.host(), f"{path_of(ended)}/history")
    assert [(line["version"], line["command"], line["institution_id"], line["content_version"]) for line in lines] == [
        (1, "draft", str(MALTA.institution_id), 1),
        (2, "propose", str(MALTA.institution_id), 1),
        (3, "counter_propose", str(ITALY.institution_id), 2),
        (4, "reject", str(MALTA.institution_id), 2),
    ]
    assert lines[-1]["reason"] == REASON["reason"]
    page = answered(await world.host().get(f"{path_of(ended)}/history", limit=3))
    assert len(page["items"]) == 3
    assert page["next"]
    refused(await world.stranger().get(f"{path_of(ended)}/history"), "not-found")
