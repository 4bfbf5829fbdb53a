"""What partners settle before and during a stay, by HTTP alone; and what recognition makes of it."""

from collections.abc import Mapping
from datetime import timedelta
from html import escape
from typing import Any

import httpx2
import pytest

from deploy.local.demo.client import Actor, RefusedError, Resource, until
from deploy.local.demo.partners import CONFIRMATIONS
from deploy.local.demo.story import Story
from deploy.local.demo.told import Told, known
from services.agreements.api.learning_agreement_terms import LearningAgreementRequest
from tests.support.browsing import Browser
from tests.support.stage import Stage

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio, pytest.mark.xdist_group("stage")]

REASON = {"reason": "As the partners discussed."}
PARTIES = ("mt", "fr", "it")


def seen(content: Mapping[str, Any] | Resource) -> dict[str, Any]:
    return {name: content[name] for name in ("content_version", "content_hash")}


class Partnership:
    """A memorandum and what is done with it; each call is made with the version that was last read."""

    def __init__(self, stage: Stage, told: Told, memorandum: Resource) -> None:
        self.stage, self.told, self.now = stage, told, memorandum

    @property
    def path(self) -> str:
        return f"/v1/memoranda/{self.now['memorandum_id']}"

    async def step(self, actor: Actor, act: str, body: Mapping[str, Any] | None = None) -> Resource:
        self.now = await self.stage.client.post(actor, f"{self.path}/{act}", body, to=self.now)
        return self.now

    async def approved(self, act: str, content: Mapping[str, Any] | Resource) -> Resource:
        for key in PARTIES:
            await self.step(self.told.staff(key, "signatory"), act, seen(content))
        return self.now


def terms_of(memorandum: Resource, **changes: Any) -> dict[str, Any]:
    names = ("parties", "qualifications", "automatic_recognition", "confirmations", "valid_from", "valid_until")
    return {name: memorandum[name] for name in names} | {"notice_months": 6} | changes


async def draft_of_three(stage: Stage, told: Told) -> Partnership:
    covered = [
        {
            "qualification_id": told.qualifications[key]["qualification_id"],
            "qualification_version": told.qualifications[key]["version"],
            "unit_ids": [unit["unit_id"] for unit in told.qualifications[key]["units"]],
        }
        for key in ("mt", "fr")
    ]
    roles = {"mt": ["recognises"], "fr": ["recognises", "provides_training"], "it": ["assesses", "provides_training"]}
    terms = {
        "parties": [
            {"institution_id": str(told.institutions[key]), "functions": functions} for key, functions in roles.items()
        ],
        "qualifications": covered,
        "automatic_recognition": [
            {
                "institution_id": str(told.institutions["fr"]),
                "unit_id": covered[1]["unit_ids"][0],
                "policy": "on_with_conditions",
                "conditions": {"host_ids": [str(told.institutions["it"])], "minimum_days": 21},
            }
        ],
        "confirmations": CONFIRMATIONS,
        "valid_from": str(told.today),
        "valid_until": str(told.today + timedelta(days=700)),
    }
    coordinator = told.staff("mt", "coordinator")
    return Partnership(stage, told, await stage.client.post(coordinator, "/v1/memoranda", terms))


async def refusal(attempt: Any) -> str:
    """The problem that comes of it, by the last word of its type."""
    with pytest.raises(RefusedError) as refused:
        await attempt
    return str(refused.value.problem["type"]).rpartition("/")[2]


async def test_three_parties_negotiate_amend_suspend_resume_and_terminate(stage: Stage):
    told = (await stage.story()).told
    partners = await draft_of_three(stage, told)
    home, other = told.staff("mt", "signatory"), told.staff("fr", "signatory")
    first = await partners.step(home, "proposals")
    await partners.step(home, "approvals", seen(first))
    second = await partners.step(other, "counter-proposals", terms_of(first, maximum_days=120))
    assert second["approvals"] == []
    assert await refusal(partners.step(home, "approvals", seen(first))) == "stale-approval"
    active = await partners.approved("approvals", second)
    assert (active["state"], active["in_force"]) == ("active", True)
    stranger = told.staff("de", "signatory")
    assert await refusal(stage.client.get(stranger, partners.path)) == "not-found"
    assert await refusal(partners.step(told.staff("mt", "assessor"), "suspension", REASON)) == "forbidden"

    amending = await partners.step(other, "amendments", terms_of(active, maximum_days=150))
    assert (amending["in_force"], amending["maximum_days"]) == (True, 120)
    amended = await partners.approved("amendments/approvals", amending["amendment"])
    assert (amended["content_version"], amended["maximum_days"]) == (3, 150)

    maltese, french = (told.qualifications[key]["qualification_id"] for key in ("mt", "fr"))
    scope = {"qualification_ids": [french]}
    authority = Actor("authority-fr", ("competent_body",), org=told.institutions["fr-authority"], countries=("FR",))
    suspended = await partners.step(authority, "suspension", REASON | scope)
    assert {one["qualification_id"]: one["in_force"] for one in suspended["by_qualification"]} == {
        french: False,
        maltese: True,
    }
    resumed = await partners.step(authority, "resumption", scope)
    noticed = await partners.step(home, "termination", REASON)
    assert (resumed["state"], noticed["state"], noticed["in_force"]) == ("active", "termination_notified", True)
    assert await refusal(partners.step(home, "rejection", REASON)) == "wrong-state"


class Stay:
    """A learner's agreement, as the story has brought it about, and what is done with it abroad."""

    def __init__(self, stage: Stage, story: Story) -> None:
        self.stage, self.story, self.told = stage, story, story.told

    @property
    def path(self) -> str:
        return f"/v1/learning-agreements/{known(self.told.agreement)['learning_agreement_id']}"

    async def read(self) -> Resource:
        return await self.stage.client.get(self.told.staff("mt", "coordinator"), self.path)

    async def step(self, actor: Actor, act: str, body: Mapping[str, Any]) -> Resource:
        return await self.stage.client.post(actor, f"{self.path}/{act}", body, to=await self.read())

    async def change(self, proposer: Actor, *reasons: Mapping[str, Any], **changes: Any) -> Resource:
        """Proposed, and signed by learner, home and host."""
        agreed = await self.read()
        content = {name: agreed[name] for name in LearningAgreementRequest.model_fields} | changes
        await self.step(proposer, "changes", content | {"reasons": list(reasons)})
        found = await self.stage.client.get(self.told.staff("it", "coordinator"), f"{self.path}/changes")
        proposed = next(one for one in found["items"] if one["ending"] is None)
        for actor in (self.told.learner(), self.told.staff("mt", "signatory"), self.told.staff("it", "signatory")):
            await self.step(actor, "changes/signatures", seen(proposed))
        self.told.agreement = await self.read()
        return self.told.agreement

    async def begin(self) -> None:
        """Until the learner has arrived."""
        for step in self.story.steps_left():
            await step.play()
            if step.name == "start mobility":
                return


async def test_a_stay_that_is_changed_twice_interrupted_and_complemented_ends_in_credit(stage: Stage):
    stay = Stay(stage, await stage.story())
    await stay.begin()
    told, host = stay.told, stay.told.staff("it", "coordinator")
    longer = str(told.today + timedelta(days=44))
    once = await stay.change(host, {"type": "extension", "code": "extending-mobility"}, ends_on=longer)
    assert (once["content_version"], once["ends_on"], once["state"]) == (2, longer, "in_mobility")
    only = [unit for unit in once["units"] if unit["unit_id"] == told.unit("mt", "U3")["unit_id"]]
    given_up = told.unit("mt", "U2")["unit_id"]
    reason = {"type": "delete", "code": "timetable-conflict", "unit_id": given_up}
    plan = [one for one in once["assessments"] if one["host_unit_id"] == only[0]["host_unit_id"]]
    twice = await stay.change(told.staff("mt", "coordinator"), reason, units=only, assessments=plan)
    assert (twice["content_version"], len(twice["units"])) == (3, 1)

    interrupted = await stay.step(host, "interruption", REASON | {"last_day": str(told.today)})
    assert interrupted["state"] == "interrupted"
    await stay.story.mobility.complement()
    await stay.story.assess()
    await stay.story.assessing.confirm()

    async def closed() -> Resource | None:
        agreement = await stay.read()
        return agreement if agreement["state"] == "closed" else None

    await until(closed)
    record = await stay.stage.client.get(told.staff("mt", "recogniser"), f"/v1/records/{told.learner_id}")
    assert [credit["unit_id"] for credit in record["credits"]] == [only[0]["unit_id"]]


async def test_a_link_signs_once_and_says_so_afterwards(stage: Stage):
    story = await stage.story()
    stay = Stay(stage, story)
    await story.steps_left()[0].play()
    agreement, coordinator = known(stay.told.agreement), stay.told.staff("mt", "coordinator")
    link = await stage.client.post(coordinator, f"{stay.path}/signing-links", {"side": "learner"})
    opened = await stage.client.get(None, link["path"])
    assert seen(opened) == seen(agreement)
    stale = {"content_version": opened["content_version"], "content_hash": "0" * 64}
    assert await refusal(stage.client.post(None, f"{link['path']}/signature", stale)) == "stale-approval"
    signed = await stage.client.post(None, f"{link['path']}/signature", seen(opened))
    again = await stage.client.post(None, f"{link['path']}/signature", seen(opened))
    assert (signed["state"], again.body) == ("learner_signed", signed.body)
    assert await refusal(stage.client.get(None, link["path"])) == "gone"
    another = stage.client.with_key("somebody else with the same link")
    assert await refusal(another.post(None, f"{link['path']}/signature", seen(opened))) == "gone"


async def test_what_a_link_shows_on_its_page_is_told_in_words_and_signed_behind_the_one_address(stage: Stage):
    story = await stage.story()
    await story.steps_left()[0].play()
    stay, told = Stay(stage, story), story.told
    link = await stage.client.post(told.staff("mt", "coordinator"), f"{stay.path}/signing-links", {"side": "learner"})
    transport = httpx2.ASGITransport(app=stage.services.app)
    async with httpx2.AsyncClient(transport=transport, base_url="http://acquis.test") as http:
        browser = Browser(http)
        page = await browser.open(link["page"])
        signed = await browser.send_form(page, "Sign")
    agreed = {unit["unit_id"] for unit in known(told.agreement)["units"]}
    titles = [unit["title"]["en"] for unit in told.qualifications["mt"]["units"] if unit["unit_id"] in agreed]
    assert [title for title in titles if escape(title) in page.text] == titles != []
    assert "<h1>Signed</h1>" in signed.text
    assert (await stay.read())["state"] == "learner_signed"
