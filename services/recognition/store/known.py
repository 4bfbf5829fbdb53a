"""The facts of other services: kept as they were said, found again for the transcripts that refer to them."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from pydantic import TypeAdapter
from sqlalchemy.dialects import postgresql as pg
from sqlalchemy.ext.asyncio import AsyncConnection

from services.recognition import tables
from services.recognition.domain.known import Known
from services.recognition.store.inserts import insertion, rows
from shared.contracts.agreements import (
    LearningAgreementAgreed,
    LearningAgreementCancelled,
    MemorandumActivated,
    MemorandumExpired,
    MemorandumResumed,
    MemorandumSuspended,
    MemorandumTerminated,
)
from shared.contracts.assessment import TranscriptIssued
from shared.contracts.catalogue import (
    ComparabilityDeclared,
    ComparabilityWithdrawn,
    CountryPolicyPublished,
    QualificationPublished,
)
from shared.db import run

MEMORANDUM_STEPS = (MemorandumSuspended, MemorandumResumed, MemorandumTerminated, MemorandumExpired)
STEPS = (*MEMORANDUM_STEPS, LearningAgreementCancelled)

KEEP = {
    table: sa.text(f"{insertion(table)} ON CONFLICT DO NOTHING")
    for table in (
        tables.KNOWN_QUALIFICATIONS,
        tables.KNOWN_COMPARABILITIES,
        tables.KNOWN_WITHDRAWALS,
        tables.KNOWN_COUNTRY_POLICIES,
        tables.KNOWN_MEMORANDA,
        tables.KNOWN_LEARNING_AGREEMENTS,
        tables.KNOWN_STEPS,
    )
}

FIND = sa.text(
    """
    WITH agreements AS (
        SELECT data FROM known_learning_agreements
        WHERE (id, version) IN (SELECT * FROM unnest(:ids, :versions))
    ), memoranda AS (
        SELECT DISTINCT (data ->> 'memorandum_id')::uuid AS id FROM agreements
    ), comparabilities AS (
        SELECT id, data FROM known_comparabilities
        WHERE (id, version) IN (
            SELECT agreed.comparability_id, agreed.comparability_version
            FROM agreements, jsonb_to_recordset(data -> 'units')
                AS agreed (comparability_id uuid, comparability_version integer)
        )
    )
    SELECT 'agreement' AS kind, data::text AS data FROM known_learning_agreements WHERE id = ANY (:ids)
    UNION ALL SELECT 'memorandum', data::text FROM known_memoranda WHERE id IN (SELECT id FROM memoranda)
    UNION ALL SELECT type, data::text FROM known_steps
        WHERE id IN (SELECT unnest(:ids) UNION ALL SELECT id FROM memoranda)
    UNION ALL SELECT 'comparability', data::text FROM comparabilities
    UNION ALL SELECT 'withdrawal', data::text FROM known_withdrawals WHERE id IN (SELECT id FROM comparabilities)
    UNION ALL SELECT 'country-policy', data::text FROM known_country_policies
        WHERE country IN (SELECT data ->> 'home_country' FROM agreements)
    UNION ALL SELECT 'qualification', data::text FROM known_qualifications
        WHERE id IN (SELECT (data ->> 'host_qualification_id')::uuid FROM comparabilities)
    UNION ALL SELECT 'qualification', data::text FROM known_qualifications
        WHERE (id, version) IN (
            SELECT (data ->> 'qualification_id')::uuid, (data ->> 'qualification_version')::integer FROM agreements
        )
    """
).bindparams(
    sa.bindparam("ids", type_=pg.ARRAY(sa.Uuid)),
    sa.bindparam("versions", type_=pg.ARRAY(sa.Integer)),
)

READ: Mapping[str, TypeAdapter[Any]] = {
    "agreement": TypeAdapter(LearningAgreementAgreed),
    "memorandum": TypeAdapter(MemorandumActivated),
    "comparability": TypeAdapter(ComparabilityDeclared),
    "withdrawal": TypeAdapter(ComparabilityWithdrawn),
    "qualification": TypeAdapter(QualificationPublished),
    "country-policy": TypeAdapter(CountryPolicyPublished),
    **{kind.DECLARED.type: TypeAdapter(kind) for kind in STEPS},
}


async def keep(tx: AsyncConnection, table: sa.Table, facts: Sequence[Mapping[str, Any]]) -> None:
    """Rows with `id`, `version` and `data`; what is known already stays as it is."""
    await tx.execute(KEEP[table], {table.name: rows(facts)})


async def find_known(tx: AsyncConnection, transcripts: Sequence[TranscriptIssued]) -> Known:
    """What the transcripts refer to, directly or through their agreements, as far as it has arrived."""
    wanted = sorted({(one.learning_agreement_id, one.learning_agreement_version) for one in transcripts})
    found = await run(tx, FIND, {"ids": [id_ for id_, _ in wanted], "versions": [version for _, version in wanted]})
    facts: dict[str, list[Any]] = defaultdict(list)
    for kind, data in found:
        facts[kind].append(READ[kind].validate_json(data))
    return Known(
        agreements={(one.learning_agreement_id, one.content_version): one for one in facts["agreement"]},
        memoranda={(one.memorandum_id, one.content_version): one for one in facts["memorandum"]},
        comparabilities={(one.comparability_id, one.version): one for one in facts["comparability"]},
        withdrawals={one.comparability_id: one for one in facts["withdrawal"]},
        qualifications={(one.qualification_id, one.version): one for one in facts["qualification"]},
        qualification_versions=_grouped(facts["qualification"], "qualification_id"),
        country_policies=_grouped(facts["country-policy"], "country"),
        memorandum_steps=_grouped(
            [one for kind in MEMORANDUM_STEPS for one in facts[kind.DECLARED.type]], "memorandum_id"
        ),
        cancellations={
            one.learning_agreement_id: one.occurred_on for one in facts[LearningAgreementCancelled.DECLARED.type]
        },
    )


def _grouped(facts: Sequence[Any], by: str) -> dict[Any, list[Any]]:
    groups: dict[Any, list[Any]] = defaultdict(list)
    for fact in facts:
        groups[getattr(fact, by)].append(fact)
    return groups
