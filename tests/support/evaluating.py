"""Evaluating transcripts with nothing but the domain."""

from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import uuid4

from services.recognition.domain.batches import Batch, Case, Standings, evaluate_all
from services.recognition.domain.ledger import LinkedEntry
from services.recognition.domain.standing import Standing
from shared.contracts.assessment import TranscriptIssued
from shared.contracts.facts import Fact
from tests.support.stories import Story

AT = datetime(2026, 4, 1, 8, tzinfo=UTC)


def evaluated(told: Story, *transcripts: TranscriptIssued) -> Batch:
    """The story's transcript, unless others are given, of a learner about whom nothing was known."""
    return evaluated_all([(told, one) for one in transcripts or [told.transcript]])


def evaluated_all(told: Sequence[tuple[Story, TranscriptIssued]]) -> Batch:
    """Transcripts of several stories, in this order, as one batch."""
    standings = Standings({transcript.learner_id: Standing() for _, transcript in told}, {})
    cases = [Case(transcript, of.units(transcript)) for of, transcript in told]
    return evaluate_all(standings, cases, AT, uuid4)


def said(batch: Batch) -> list[Fact]:
    return [fact for _, outcome in batch.outcomes for fact in outcome.facts]


def entries(batch: Batch) -> list[LinkedEntry]:
    return [outcome.entry for _, outcome in batch.outcomes if outcome.entry]
