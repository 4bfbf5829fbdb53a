"""Microcredentials complete a unit, the unit a qualification; what one of them carried falls with it, as previewed."""

import httpx2
import pytest

from services.recognition.domain.ledger import EntryKind, verify
from services.recognition.tables import COMPLETED_QUALIFICATIONS
from shared.contracts.recognition import (
    ChangeReason,
    CreditPartiallyRecognised,
    CreditRecognised,
    CreditRevoked,
    LearningKind,
    Mode,
    QualificationCompleted,
)
from shared.service import Running
from tests.integration.recognition.revising import learner
from tests.support.records import credits_of, ledger_of, rows_of

pytestmark = [pytest.mark.integration, pytest.mark.asyncio]


async def test_what_microcredentials_compose_falls_with_one_of_them_and_comes_back_with_another(
    recognition: Running, api: httpx2.AsyncClient
):
    it = await learner(recognition, api)
    made = [await it.certify(outcome_ids=[one]) for one in it.outcomes()]
    assert [one["state"] for one in made] == ["partially_recognised", "partially_recognised", "recognised"]
    assert {one["kind"] for one in made} == {"microcredential"}
    assert [result["rule"] for result in made[-1]["trace"]] == ["R5", "R9", "R10", "R11"]
    credit = next(fact for fact in await it.said() if isinstance(fact, CreditRecognised))
    assert (credit.kind, credit.mode, credit.memorandum_id.int) == (LearningKind.MICROCREDENTIAL, Mode.MANUAL, 0)
    assert isinstance((await it.said())[-1], QualificationCompleted)

    before = len(await it.said())
    consequences = await it.revoke_as_previewed(made[0])
    assert [(one["effect"], one["becomes"]) for one in consequences] == [
        ("decision_revoked", "revoked"),
        ("decision_replaced", "partially_recognised"),
        ("credit_revoked", None),
        ("outcomes_held", None),
        ("qualification_reopened", None),
    ]
    said = (await it.said())[before:]
    [revoked] = [fact for fact in said if isinstance(fact, CreditRevoked)]
    [held] = [fact for fact in said if isinstance(fact, CreditPartiallyRecognised)]
    assert (revoked.reason, revoked.reopens_qualification) == (ChangeReason.FOLLOWS, True)
    assert (revoked.decision_id, revoked.credit_id) == (credit.decision_id, credit.credit_id)
    assert sorted(map(str, held.held_outcome_ids)) == sorted(it.outcomes()[1:])
    assert [await it.counted(), await it.held()] == [[], [2]]
    assert await rows_of(recognition, COMPLETED_QUALIFICATIONS, it.told.learner_id) == []

    again = await it.certify(outcome_ids=it.outcomes()[:1])
    assert again["state"] == "recognised"
    assert [len(await it.counted()), await it.held()] == [1, []]
    assert (await it.record())["qualifications"][0]["complete"]
    entries = await ledger_of(recognition, it.told.learner_id)
    assert verify(entries) is None
    assert [one.kind for one in entries] == [EntryKind.CREDIT, EntryKind.REVERSAL, EntryKind.CREDIT]
    assert len({one.credit_id for one in await credits_of(recognition, it.told.learner_id)}) == 2
