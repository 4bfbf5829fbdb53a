"""Parts of a unit, given by several hosts: one whole in every order (domain.md 4.2, 4.3)."""

from collections.abc import Sequence
from itertools import permutations

import pytest
import sqlalchemy as sa

from services.recognition import audit
from services.recognition.domain.recall import Recalled
from services.recognition.store import FIRST
from services.recognition.tables import CONTRIBUTIONS, UNITS_IN_PROGRESS
from shared.contracts.recognition import (
    CreditRecognised,
)
from shared.service import Running
from tests.integration.recognition.parting import DAY, RA, K, S, end, hear, held, lasts_until, let_go, stays
from tests.support.builders.grade_tables import grade_table
from tests.support.records import credits_of, said_of
from tests.support.running import as_owner, tell

pytestmark = [pytest.mark.integration, pytest.mark.asyncio]


@pytest.mark.parametrize("marks", [("14", "14", "14"), ("14", "11", "14"), (None, "14", None)], ids=str)
async def test_whichever_host_speaks_first_the_unit_is_worth_the_same(
    recognition: Running, marks: Sequence[str | None]
):
    worth = []
    for order in permutations(range(3)):
        told = stays((K,), (S,), (RA,), marks=marks)
        table = grade_table(told[0].agreement.home_id, "FR-20")
        await tell(recognition, table)
        await hear(recognition, *(told[place] for place in order))
        [credit] = await credits_of(recognition, told[0].learner_id)
        worth.append((credit.grade, credit.conversion["grade"], credit.assessed_on, credit.valid_until))
        assert await held(recognition, told[0]) == []
    agreed = None if "11" in marks else "14"
    assert set(worth) == {(None, agreed, told[0].agreement.ends_on, lasts_until(told[0], 0))}


async def test_decisions_on_parts_come_out_as_they_were_also_those_of_the_version_before(alone: Running):
    first, second, rest = stays((K,), (S,), (RA,), marks=("14", "11", "14"))
    await tell(alone, grade_table(first.agreement.home_id, "FR-20"))
    await hear(alone, first, second)
    await end(alone, second)
    await let_go(alone)
    await hear(alone, rest)
    whole = stays((K,), (S, RA), marks=("14", "11"))
    await tell(alone, grade_table(whole[0].agreement.home_id, "FR-20"))
    await hear(alone, *whole)
    made = [one async for block in audit.replay(alone, FIRST) for one in block]
    assert len(made) >= 5
    assert made == [Recalled(one.decision_id) for one in made]
    async with as_owner(alone).begin() as tx:
        older = "jsonb_set(trace #- '{4,used,parts_before}', '{7,version}', '3')"
        await tx.execute(sa.text(f"UPDATE decisions SET trace = {older}"))  # noqa: S608 - ours
    made = [one async for block in audit.replay(alone, FIRST) for one in block]
    assert {(one.differences, one.not_compared) for one in made} == {((), ("decided by R8 v3",))}


async def test_what_the_version_before_gave_has_no_end_and_no_grade(recognition: Running):
    first, rest = stays((K,), (S, RA), marks=("11", "14"))
    await tell(recognition, grade_table(first.agreement.home_id, "FR-20"))
    await hear(recognition, first)
    unknown = dict.fromkeys(("assessed_on", "valid_until", "grade", "grade_scale", "grade_failed"))
    async with as_owner(recognition).begin() as tx:
        given = CONTRIBUTIONS.c.learner_id == first.learner_id
        await tx.execute(sa.update(CONTRIBUTIONS).where(given).values(unknown))
        in_progress = UNITS_IN_PROGRESS.c.learner_id == first.learner_id
        await tx.execute(sa.update(UNITS_IN_PROGRESS).where(in_progress).values(valid_until=None))
    await let_go(recognition)
    await hear(recognition, rest)
    [said] = [one for one in await said_of(recognition, first.learner_id) if isinstance(one, CreditRecognised)]
    assert said.conversion is not None
    assert (said.conversion.grade, said.assessed_on) == ("14", rest.agreement.ends_on - DAY)
