"""What was decided before contributions were kept has the very contributions that it would have now."""

from dataclasses import replace
from importlib import import_module
from uuid import UUID

import pytest
import sqlalchemy as sa

from services.recognition.tables import CONTRIBUTIONS
from shared.contracts.assessment import Result, TranscriptIssued
from shared.contracts.catalogue import OutcomeKind
from shared.service import Running
from tests.support.builders.assessment import assessment_value, outcome_results, transcript_issued
from tests.support.records import rows_of
from tests.support.running import as_owner, tell
from tests.support.stories import Story, elsewhere, story

pytestmark = [pytest.mark.integration, pytest.mark.asyncio]

MIGRATION = import_module("services.recognition.migrations.0005_transcripts")
RA = OutcomeKind.RESPONSIBILITY_AND_AUTONOMY


def first_half(told: Story) -> TranscriptIssued:
    """The first outcome only."""
    one, *others = outcome_results(told.agreement)
    results = (one, *(replace(other, result=Result.NOT_ACHIEVED) for other in others))
    return transcript_issued(told.agreement, assessment_value(told.agreement, results=results))


async def given(recognition: Running, learner_id: UUID) -> list[tuple[object, ...]]:
    """But for the days and grades, which nobody kept then."""
    return [tuple(row)[:8] for row in await rows_of(recognition, CONTRIBUTIONS, learner_id)]


async def test_contributions_are_derived_from_decisions_validations_and_agreements(recognition: Running):
    italy = story("U2", "U3")
    malta = elsewhere(italy, RA, at_home=True)
    begun = first_half(italy)
    grown = replace(italy.transcript, transcript_id=begun.transcript_id, version=2)
    await tell(recognition, *italy.reference, begun, grown)
    await tell(recognition, *malta.reference, malta.transcript)
    kept = await given(recognition, italy.learner_id)
    assert len(kept) >= 3
    async with as_owner(recognition).begin() as tx:
        await tx.execute(sa.text("DELETE FROM contributions WHERE learner_id = :id"), {"id": italy.learner_id})
        await tx.execute(sa.text(MIGRATION.DERIVE_CONTRIBUTIONS))
    assert await given(recognition, italy.learner_id) == kept
