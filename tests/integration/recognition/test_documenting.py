"""What a country only documented is decided anew in bulk when its policy changes (domain.md 4.9)."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import httpx2
import pytest
import sqlalchemy as sa

from services.recognition import workers
from services.recognition.domain.decisions import DecisionState
from services.recognition.domain.ledger import EntryKind, verify
from services.recognition.store.documented import CHANGED
from shared import clock
from shared.contracts.assessment import Procedure
from shared.contracts.catalogue import CountryPolicyPublished, UnitRecognition
from shared.contracts.recognition import CreditDocumented, CreditRecognised, ValidationCompleted
from shared.service import Running
from tests.support.builders.assessment import assessment_value, transcript_issued
from tests.support.records import credits_of, decisions_of, ledger_of, said_of
from tests.support.running import ApiCaller, as_owner, tell
from tests.support.statements import statements
from tests.support.stories import Story, documenting, story

pytestmark = [pytest.mark.integration, pytest.mark.asyncio]

DAY = timedelta(days=1)


def reform(told: Story, **terms: Any) -> CountryPolicyPublished:
    """The next version of the country's policy, by which units are recognised."""
    usual: dict[str, Any] = {"version": told.policy.version + 1, "unit_recognition": UnitRecognition.YES}
    return replace(told.policy, **usual | terms)


async def documented(recognition: Running, learners: int = 1) -> list[Story]:
    """Learners of one country, each with one unit."""
    first = documenting(story())
    stories = [first]
    for _ in range(learners - 1):
        agreement = replace(first.agreement, learning_agreement_id=uuid4(), learner_id=uuid4())
        stories.append(replace(first, agreement=agreement, transcript=transcript_issued(agreement)))
    await tell(recognition, *first.reference, *(one.agreement for one in stories[1:]))
    await tell(recognition, *(one.transcript for one in stories))
    return stories


async def states(recognition: Running, told: Story) -> list[str]:
    return [one.state for one in await decisions_of(recognition, told.learner_id)]


async def test_a_unit_is_documented_with_an_entry_in_the_chain_and_shown_in_the_record(
    recognition: Running, api: httpx2.AsyncClient
):
    [told] = await documented(recognition)
    [validation, credit] = await said_of(recognition, told.learner_id)
    assert isinstance(validation, ValidationCompleted)
    assert isinstance(credit, CreditDocumented)
    [entry] = await ledger_of(recognition, told.learner_id)
    assert (entry.kind, entry.points, entry.hash) == (EntryKind.DOCUMENTED, Decimal(0), credit.ledger_hash)
    learner = ApiCaller(api, None, ("learner",), learner_id=told.learner_id)
    record = (await learner.get(f"/v1/records/{told.learner_id}")).json()
    [shown] = record["documented"]
    assert (shown["unit_id"], shown["decision_id"]) == (str(credit.unit_id), str(credit.decision_id))
    assert record["credits"] == record["in_progress"] == record["reviews"] == []
    [progress] = record["qualifications"]
    assert progress["counted"] == []


async def test_a_new_policy_recognises_what_was_documented_and_keeps_it_as_history(recognition: Running):
    [told] = await documented(recognition)
    await tell(recognition, reform(told))
    await workers.reconsider(recognition)
    assert await states(recognition, told) == [DecisionState.SUPERSEDED, DecisionState.RECOGNISED]
    [credit] = await credits_of(recognition, told.learner_id)
    assert (credit.points, credit.country_policy_version) == (30, told.policy.version + 1)
    assert isinstance((await said_of(recognition, told.learner_id))[-1], CreditRecognised)
    entries = await ledger_of(recognition, told.learner_id)
    assert [entry.kind for entry in entries] == [EntryKind.DOCUMENTED, EntryKind.CREDIT]
    assert verify(entries) is None


async def test_what_the_version_before_kept_while_both_were_running_is_decided_anew_too(recognition: Running):
    [told] = await documented(recognition)
    this = {"transcript_id": told.transcript.transcript_id}
    kept = "INSERT INTO documented_transcripts SELECT transcript_id, version, data FROM transcripts"
    async with as_owner(recognition).begin() as tx:
        await tx.execute(sa.text(f"{kept} WHERE transcript_id = :transcript_id"), this)
        await tx.execute(sa.text("DELETE FROM transcripts WHERE transcript_id = :transcript_id"), this)
    await tell(recognition, reform(told))
    await workers.reconsider(recognition)
    assert await states(recognition, told) == [DecisionState.SUPERSEDED, DecisionState.RECOGNISED]


async def test_heard_twice_and_reconsidered_twice_it_counts_once(recognition: Running):
    [told] = await documented(recognition)
    for _ in range(2):
        await tell(recognition, reform(told))
        await workers.reconsider(recognition)
    await tell(recognition, told.transcript, replace(told.transcript, version=2))
    assert await states(recognition, told) == [DecisionState.SUPERSEDED, DecisionState.RECOGNISED]
    assert len(await credits_of(recognition, told.learner_id)) == 1


async def test_a_reform_reaches_what_was_documented_in_whichever_order_both_are_heard_of(recognition: Running):
    before, after = documenting(story()), documenting(story())
    for told in (before, after):
        yesterday = clock.now().date() - DAY
        old = replace(told.policy, version=told.policy.version + 1, valid_until=yesterday - DAY)
        new = reform(told, country_policy_id=uuid4(), version=1, valid_from=yesterday)
        heard = [told.transcript, old, new] if told is before else [old, new, told.transcript]
        await tell(recognition, *told.reference, *heard)
    await workers.reconsider(recognition)
    for told in (before, after):
        [credit] = await credits_of(recognition, told.learner_id)
        assert credit.country_policy_version == 1


@pytest.mark.parametrize(("country_says_no", "then"), [(True, "manual_review"), (False, "documented_only")])
async def test_a_reform_reaches_what_a_person_documented_as_far_as_the_country_was_the_reason(
    recognition: Running,
    api: httpx2.AsyncClient,
    country_says_no: bool,  # noqa: FBT001 - parametrised
    then: str,
):
    told = documenting(story()) if country_says_no else story()
    deviated = assessment_value(told.agreement, procedure=Procedure.DEVIATED)
    await tell(recognition, *told.reference, transcript_issued(told.agreement, deviated))
    [review] = await decisions_of(recognition, told.learner_id)
    recogniser = ApiCaller(api, told.agreement.home_id, ("recogniser",))
    path = f"/v1/decisions/{review.decision_id}/resolution"
    assert (await recogniser.post(path, {"verdict": "documented_only"}, version=1)).status_code == 201
    await tell(recognition, reform(told))
    await workers.reconsider(recognition)
    assert (await states(recognition, told))[-1] == then


async def test_a_reform_that_is_not_in_force_yet_changes_nothing(recognition: Running):
    [told] = await documented(recognition)
    tomorrow = clock.now().date() + DAY
    old = replace(told.policy, version=told.policy.version + 1, valid_until=clock.now().date())
    await tell(recognition, old, reform(told, country_policy_id=uuid4(), valid_from=tomorrow))
    await workers.reconsider(recognition)
    assert await states(recognition, told) == [DecisionState.DOCUMENTED_ONLY]


async def test_where_units_are_recognised_in_part_from_now_on_a_person_decides(recognition: Running):
    [told] = await documented(recognition)
    await tell(recognition, reform(told, unit_recognition=UnitRecognition.PARTIAL))
    await workers.reconsider(recognition)
    assert await states(recognition, told) == [DecisionState.SUPERSEDED, DecisionState.MANUAL_REVIEW]


async def test_the_worker_is_woken_when_a_policy_is_heard_of(recognition: Running):
    async with recognition.database.listen(CHANGED) as woken:
        await woken.wait()  # once it listens
        woken.clear()
        await tell(recognition, story().policy)
        await woken.wait()


async def test_many_are_decided_anew_in_batches_of_few_statements(
    recognition: Running, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("services.recognition.handlers.reconsideration.AT_ONCE", 40)
    stories = await documented(recognition, 100)
    await tell(recognition, reform(stories[0]))
    with statements() as sent:
        await workers.reconsider(recognition)
    assert {tuple(await states(recognition, told)) for told in stories} == {("superseded", "recognised")}
    batches = 4  # the last of them finds nothing more
    assert len(sent) <= 1 + batches * 9


async def test_one_that_fails_stays_documented_and_harms_no_other(recognition: Running):
    failing, other = await documented(recognition, 2)
    await tell(recognition, reform(failing))
    rule = f"learner_id <> '{failing.learner_id}'"
    async with as_owner(recognition).begin() as tx:
        await tx.execute(sa.text(f"ALTER TABLE credits ADD CONSTRAINT broken CHECK ({rule})"))
    await workers.reconsider(recognition)
    assert await states(recognition, failing) == [DecisionState.DOCUMENTED_ONLY]
    assert len(await credits_of(recognition, other.learner_id)) == 1
    async with as_owner(recognition).begin() as tx:
        await tx.execute(sa.text("ALTER TABLE credits DROP CONSTRAINT broken"))
    await workers.reconsider(recognition)
    assert len(await credits_of(recognition, failing.learner_id)) == 1
