"""Units that a country only documented: found again, country by country, when its policy has changed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

import sqlalchemy as sa
from pydantic import TypeAdapter
from sqlalchemy.ext.asyncio import AsyncConnection

from services.recognition.domain import policies
from shared.contracts.assessment import TranscriptIssued
from shared.contracts.catalogue import CountryPolicyPublished
from shared.db import run

TRANSCRIPT, POLICIES = TypeAdapter(TranscriptIssued), TypeAdapter(list[CountryPolicyPublished])
CHANGED = "country_policies"
"""The channel that is notified when a policy was heard of."""
NOTIFY = sa.text("SELECT pg_notify(:channel, '')")

# What a person documented although the country recognises units is no matter of the policy, and stays.
FIND_POLICIES = sa.text(
    "SELECT country, jsonb_agg(data)::text AS policies FROM known_country_policies AS known WHERE EXISTS"
    " (SELECT FROM decisions WHERE home_country = known.country AND state = 'documented_only'"
    " AND 'COUNTRY_POLICY_DOCUMENT_ONLY' = ANY (reasons))"
    " GROUP BY country ORDER BY country"
)

# The version before this one may have kept a transcript in its own way while both were running.
FIND_DOCUMENTED = sa.text(
    "SELECT decision_id, unit_id, coalesce(said.data, earlier.data)::text AS transcript FROM decisions"
    " LEFT JOIN transcripts AS said"
    " ON (said.transcript_id, said.version) = (decisions.transcript_id, decisions.transcript_version)"
    " LEFT JOIN documented_transcripts AS earlier"
    " ON (earlier.transcript_id, earlier.version) = (decisions.transcript_id, decisions.transcript_version)"
    " WHERE home_country = :country AND state = 'documented_only'"
    " AND 'COUNTRY_POLICY_DOCUMENT_ONLY' = ANY (reasons) AND decision_id > :after"
    " AND coalesce(said.data, earlier.data) IS NOT NULL"
    " ORDER BY decision_id LIMIT :at_most"
)


@dataclass(frozen=True)
class Documented:
    decision_id: UUID
    unit_id: UUID
    transcript: TranscriptIssued


async def say_policies_changed(tx: AsyncConnection) -> None:
    """Wakes the worker that reconsiders, once this transaction is committed."""
    await tx.execute(NOTIFY, {"channel": CHANGED})


async def find_reformed_countries(tx: AsyncConnection, today: date) -> list[str]:
    """Where units were only documented, and would not be any more by the policy in force today."""
    found = await run(tx, FIND_POLICIES, {})
    return [row.country for row in found if policies.recognises(POLICIES.validate_json(row.policies), today)]


async def find_documented(tx: AsyncConnection, country: str, after: UUID, at_most: int) -> Sequence[Documented]:
    """The next ones in the order in which they were decided on."""
    found = await run(tx, FIND_DOCUMENTED, {"country": country, "after": after, "at_most": at_most})
    return [Documented(row.decision_id, row.unit_id, TRANSCRIPT.validate_json(row.transcript)) for row in found]
