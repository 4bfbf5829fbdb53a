"""What is revoked never counts again, and what rested on it goes as was previewed, or nothing happens."""

import asyncio
from contextlib import suppress
from dataclasses import replace
from typing import Any
from uuid import UUID

import httpx2
import pytest

from services.recognition import handlers
from services.recognition.domain.ledger import EntryKind
from services.recognition.domain.revocations import EFFECTS, RevocationReason
from services.recognition.tables import CONTRIBUTIONS, TRANSCRIPTS
from shared.auth import Principal
from shared.contracts.assessment import TranscriptIssued
from shared.contracts.recognition import ChangeReason, CreditCorrected, CreditRevoked
from shared.db import SYSTEM
from shared.service import Running
from shared.tenancy import acting_for
from tests.integration.recognition.revising import LAW, Learner, learner
from tests.support.builders.assessment import assessment_value, transcript_corrected, transcript_issued
from tests.support.records import credits_of, decisions_of, ledger_of, rows_of
from tests.support.running import ApiCaller, tell
from tests.support.stories import documenting, story

pytestmark = [pytest.mark.integration, pytest.mark.asyncio]

NEVER = "0" * 64


async def counting(it: Learner) -> dict[str, Any]:
    [found] = [one for one in await it.decisions() if one["state"] == "recognised"]
    return await it.read(found["decision_id"])


async def by_mobility(recognition: Running, api: httpx2.AsyncClient) -> Learner:
    it = await learner(recognition, api)
    await tell(recognition, it.told.transcript)
    return it


async def everything(it: Learner) -> dict[str, Any]:
    """All that is stored about the learner."""
    return {
        "decisions": await decisions_of(it.recognition, it.told.learner_id),
        "credits": await credits_of(it.recognition, it.told.learner_id),
        "ledger": await ledger_of(it.recognition, it.told.learner_id),
        "given": await rows_of(it.recognition, CONTRIBUTIONS, it.told.learner_id),
        "said": await it.said(),
    }


def marked(it: Learner, mark: str, **named: Any) -> TranscriptIssued:
    value = assessment_value(it.told.agreement, grade=mark, grade_scale="FR-20")
    return transcript_issued(it.told.agreement, value, **named)


async def test_a_preview_writes_nothing(recognition: Running, api: httpx2.AsyncClient):
    it = await by_mobility(recognition, api)
    before = await everything(it)
    await it.preview(await counting(it))
    assert await everything(it) == before


async def test_what_was_previewed_is_what_happens(recognition: Running, api: httpx2.AsyncClient):
    it = await by_mobility(recognition, api)
    await it.certify(grade="B", grade_scale="mt-letters")
    first, before = await counting(it), len(await it.said())
    preview = await it.preview(first)
    answer = await it.revoke(first, preview["token"])
    assert (answer.status_code, answer.json()["state"], answer.headers["ETag"]) == (200, "revoked", '"2"')
    assert await it.read(first["decision_id"]) == answer.json()
    happened = [
        (effect, fact) for fact in (await it.said())[before:] for kind, effect in EFFECTS[:2] if isinstance(fact, kind)
    ]
    previewed = [one for one in preview["consequences"] if one["decision_id"] is None]
    assert [(one["effect"], one["grade"]) for one in previewed] == [(str(e), vars(f)["grade"]) for e, f in happened]
    states = {one["decision_id"]: one for one in await it.decisions()}
    for one in preview["consequences"]:
        if decision := states.get(one["decision_id"]):
            by = states.get(decision["superseded_by"], decision)
            assert by["state"] == one["becomes"]
    [corrected] = [fact for fact in await it.said() if isinstance(fact, CreditCorrected)]
    assert (corrected.grade, corrected.reason, corrected.kind) == ("B", ChangeReason.FRAUD, "microcredential")
    kept = await it.recogniser.get(f"/v1/decisions/{first['decision_id']}/revocation")
    assert (kept.json()["reason"], kept.json()["legal_basis"]) == ("fraud", LAW)


async def test_what_it_rested_on_alone_is_reversed_with_the_reason_of_the_act(
    recognition: Running, api: httpx2.AsyncClient
):
    it = await by_mobility(recognition, api)
    await it.revoke_as_previewed(await counting(it), reason="annulled_assessment")
    [*_, revoked] = await it.said()
    assert isinstance(revoked, CreditRevoked)
    assert (revoked.reason, revoked.reopens_qualification) == (ChangeReason.ANNULLED_ASSESSMENT, True)
    assert [one.kind for one in await ledger_of(recognition, it.told.learner_id)] == [
        EntryKind.CREDIT,
        EntryKind.REVERSAL,
    ]


async def test_a_token_is_stale_once_anything_has_changed(recognition: Running, api: httpx2.AsyncClient):
    it = await by_mobility(recognition, api)
    first = await counting(it)
    token = (await it.preview(first))["token"]
    await it.certify()  # which would take its place
    before = await everything(it)
    for stale in (token, NEVER):
        answer = await it.revoke(first, stale)
        assert (answer.status_code, answer.json()["type"].rpartition("/")[2]) == (409, "stale-approval")
    assert await everything(it) == before
    assert (await it.revoke(first, (await it.preview(first))["token"])).status_code == 200


async def test_of_two_who_revoke_at_once_one_does(recognition: Running, api: httpx2.AsyncClient):
    it = await by_mobility(recognition, api)
    first = await counting(it)
    token = (await it.preview(first))["token"]
    answers = await asyncio.gather(it.revoke(first, token), it.revoke(first, token))
    assert sorted(answer.status_code for answer in answers) == [200, 412]
    assert len(await ledger_of(recognition, it.told.learner_id)) == 2


async def test_cut_off_before_the_commit_and_repeated_it_happens_once(recognition: Running, api: httpx2.AsyncClient):
    it = await by_mobility(recognition, api)
    first, before = await counting(it), await everything(it)
    token = (await it.preview(first))["token"]
    home = Principal("a recogniser", org=it.told.agreement.home_id, roles=frozenset({"recogniser"}))
    with suppress(ConnectionError):
        async with recognition.database.transaction(acting_for(home)) as tx:
            decision_id = UUID(first["decision_id"])
            await handlers.revoke_decision(tx, home, decision_id, 1, RevocationReason.FRAUD, LAW, token)
            raise ConnectionError
    assert await everything(it) == before
    assert (await it.revoke(first, token)).status_code == 200
    assert len(await ledger_of(recognition, it.told.learner_id)) == 2


async def test_the_same_results_never_count_again(recognition: Running, api: httpx2.AsyncClient):
    it = await by_mobility(recognition, api)
    await it.revoke_as_previewed(await counting(it))
    after = await everything(it)
    same = it.told.transcript
    await tell(recognition, same, replace(same, version=2))
    await tell(recognition, transcript_corrected(it.told.agreement, replace(same, version=2), *same.assessments))
    assert await everything(it) == after
    heard = await rows_of(recognition, TRANSCRIPTS, it.told.learner_id)
    assert [row.version for row in heard] == [1, 2, 3]


async def test_other_results_of_the_same_transcript_are_for_a_person(recognition: Running, api: httpx2.AsyncClient):
    it = await by_mobility(recognition, api)
    first = await counting(it)
    await it.revoke_as_previewed(first)
    named = {"transcript_id": it.told.transcript.transcript_id}
    other = marked(it, "14", **named, version=2)
    await tell(recognition, other)
    [review] = [one for one in await it.decisions() if one["state"] == "manual_review"]
    assert review["reasons"] == ["SOURCE_REVOKED"]
    [r4] = [one for one in (await it.read(review["decision_id"]))["trace"] if one["rule"] == "R4"]
    assert r4["used"]["revoked_decision_id"] == first["decision_id"]
    path = f"/v1/decisions/{review['decision_id']}/resolution"
    resolved = await it.recogniser.post(path, {"verdict": "recognised"}, version=review["version"])
    assert (resolved.status_code, resolved.json()["reasons"]) == (201, ["SOURCE_REVOKED"])
    await tell(recognition, replace(other, version=3))
    assert await it.counted() == [it.told.transcript.transcript_id]


async def test_another_transcript_counts_as_ever(recognition: Running, api: httpx2.AsyncClient):
    it = await by_mobility(recognition, api)
    await it.revoke_as_previewed(await counting(it))
    another = marked(it, "14")
    await tell(recognition, another)
    assert await it.counted() == [another.transcript_id]


async def test_what_was_documented_is_struck_off(recognition: Running, api: httpx2.AsyncClient):
    it = await learner(recognition, api, documenting(story()))
    await tell(recognition, it.told.transcript)
    [documented] = await it.decisions()
    [_, struck] = await it.revoke_as_previewed(documented)
    assert struck["effect"] == "credit_revoked"
    assert [one.kind for one in await ledger_of(recognition, it.told.learner_id)] == ["documented", "reversal"]


async def test_what_has_expired_is_revoked_beside_what_counts_now(recognition: Running, api: httpx2.AsyncClient):
    it = await by_mobility(recognition, api)
    first = await counting(it)
    await it.correct(first, valid_until="2026-04-01")
    expired = await counting(it)
    async with recognition.database.transaction(SYSTEM) as tx:
        await handlers.expire_credits(tx)
    now = await it.certify()
    assert now["state"] == "recognised"
    consequences = await it.revoke_as_previewed(expired)
    assert [one["effect"] for one in consequences] == ["decision_revoked", "credit_revoked"]
    assert [str(one) for one in await it.counted()] == [now["transcript_id"]]
    points = [entry.points for entry in await ledger_of(recognition, it.told.learner_id)]
    assert sum(point or 0 for point in points) == it.unit().points


async def test_what_was_certified_can_be_appealed_against_and_recognised(recognition: Running, api: httpx2.AsyncClient):
    it = await learner(recognition, api)
    part = await it.certify(outcome_ids=it.outcomes()[:1])
    path = f"/v1/decisions/{part['decision_id']}"
    mine = ApiCaller(api, None, ("learner",), learner_id=it.told.learner_id)
    await mine.post(f"{path}/appeal", {"grounds": "All of it was shown."}, version=1)
    ruling = {"outcome": "overturned", "legal_basis": LAW, "resolution": {"verdict": "recognised"}}
    officer = ApiCaller(api, it.told.agreement.home_id, ("appeals_officer",))
    decided = await officer.post(f"{path}/appeal-outcome", ruling, version=2)
    assert (decided.status_code, decided.json()["state"], decided.json()["kind"]) == (
        201,
        "recognised",
        "microcredential",
    )
    colleague = replace(it, recogniser_roles=("recogniser", "coordinator"))  # the appeal was against the recogniser
    await colleague.revoke_as_previewed(decided.json())
    assert [await it.counted(), await it.held()] == [[], []]


async def test_evidence_that_was_revoked_takes_nobodys_place(recognition: Running, api: httpx2.AsyncClient):
    it = await by_mobility(recognition, api)
    evidence = await it.certify()
    [only] = await it.revoke_as_previewed(evidence)
    assert (only["effect"], only["decision_id"]) == ("decision_revoked", evidence["decision_id"])
    await it.revoke_as_previewed(await counting(it))
    assert await it.counted() == []


async def test_a_decision_under_review_is_resolved_and_not_revoked(recognition: Running, api: httpx2.AsyncClient):
    it = await learner(recognition, api)
    await tell(recognition, replace(it.told.transcript, content_hash=NEVER))
    [review] = await it.decisions()
    assert review["state"] == "manual_review"
    answer = await it.revoke(review, NEVER)
    assert (answer.status_code, answer.json()["state"], answer.json()["possible"]) == (
        409,
        "manual_review",
        ["assignment", "information-requests", "resolution"],
    )
    await tell(recognition, transcript_issued(it.told.agreement))
    first = await counting(it)
    answer = await it.recogniser.post(f"/v1/decisions/{first['decision_id']}/release", version=first["version"])
    assert answer.json()["possible"] == ["correction", "revocation", "revocation-preview"]
