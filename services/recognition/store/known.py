"""The facts of other services: kept as they were said, found again for the transcripts that refer to them."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from pydantic import TypeAdapter
from pydantic_core import to_json
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
    GradeTablePublished,
    QualificationPublished,
)
from shared.db import run
from shared.rows import only

MEMORANDUM_STEPS = (MemorandumSuspended, MemorandumResumed, MemorandumTerminated, MemorandumExpired)
STEPS = (*MEMORANDUM_STEPS, LearningAgreementCancelled)

KEEP = {
    table: sa.text(f"{insertion(table)} ON CONFLICT DO NOTHING")
    for table in (
        tables.KNOWN_QUALIFICATIONS,
        tables.KNOWN_COMPARABILITIES,
        tables.KNOWN_WITHDRAWALS,
        tables.KNOWN_COUNTRY_POLICIES,
        tables.KNOWN_GRADE_TABLES,
        tables.KNOWN_MEMORANDA,
        tables.KNOWN_LEARNING_AGREEMENTS,
        tables.KNOWN_STEPS,
    )
}

REFERRED_TO = """
    WITH agreements AS (
        {}
    ), agreed AS (
        SELECT unit.comparability_id AS id, unit.comparability_version AS version
        FROM agreements, jsonb_to_recordset(data -> 'units')
            AS unit (comparability_id uuid, comparability_version integer)
    ), memoranda AS (
        SELECT DISTINCT (data ->> 'memorandum_id')::uuid AS id FROM agreements
    ), comparabilities AS (
        SELECT id, data FROM known_comparabilities
        WHERE id = ANY (ARRAY(SELECT id FROM agreed)) AND (id, version) IN (SELECT id, version FROM agreed)
    ), homes AS (
        SELECT DISTINCT
            (data ->> 'qualification_id')::uuid AS id, (data ->> 'qualification_version')::integer AS version
        FROM agreements
    )
    SELECT 'agreement' AS kind, data::text AS data FROM known_learning_agreements WHERE id = ANY (:ids)
    UNION ALL SELECT 'memorandum', data::text FROM known_memoranda WHERE id = ANY (ARRAY(SELECT id FROM memoranda))
    UNION ALL SELECT type, data::text FROM known_steps WHERE id = ANY (:ids || ARRAY(SELECT id FROM memoranda))
    UNION ALL SELECT 'comparability', data::text FROM comparabilities
    UNION ALL SELECT 'withdrawal', data::text FROM known_withdrawals
        WHERE id = ANY (ARRAY(SELECT id FROM comparabilities))
    UNION ALL SELECT 'country-policy', data::text FROM known_country_policies
        WHERE country = ANY (ARRAY(SELECT DISTINCT data ->> 'home_country' FROM agreements))
    UNION ALL SELECT 'grade-table', data::text FROM known_grade_tables WHERE institution_id = ANY (:grading)
    UNION ALL SELECT 'qualification', data::text FROM known_qualifications
        WHERE id = ANY (ARRAY(SELECT (data ->> 'host_qualification_id')::uuid FROM comparabilities))
    UNION ALL SELECT 'qualification', data::text FROM known_qualifications
        WHERE id = ANY (ARRAY(SELECT id FROM homes)) AND (id, version) IN (SELECT id, version FROM homes)
"""
"""By arrays, which find their rows by the index whatever the planner believes; what it joins it may scan as a whole."""
IDS = sa.bindparam("ids", type_=pg.ARRAY(sa.Uuid)), sa.bindparam("grading", type_=pg.ARRAY(sa.Uuid))
NAMED = """SELECT data FROM known_learning_agreements
        WHERE id = ANY (:ids) AND (id, version) IN (SELECT * FROM unnest(:ids, :versions))"""

FIND = sa.text(REFERRED_TO.format(NAMED)).bindparams(*IDS, sa.bindparam("versions", type_=pg.ARRAY(sa.Integer)))
FIND_FOR = sa.text(REFERRED_TO.format("SELECT CAST(:agreement AS jsonb) AS data")).bindparams(*IDS)

READ: Mapping[str, TypeAdapter[Any]] = {
    "agreement": TypeAdapter(LearningAgreementAgreed),
    "memorandum": TypeAdapter(MemorandumActivated),
    "comparability": TypeAdapter(ComparabilityDeclared),
    "withdrawal": TypeAdapter(ComparabilityWithdrawn),
    "qualification": TypeAdapter(QualificationPublished),
    "country-policy": TypeAdapter(CountryPolicyPublished),
    "grade-table": TypeAdapter(GradeTablePublished),
    **{kind.DECLARED.type: TypeAdapter(kind) for kind in STEPS},
}

OF_MANY = {"memorandum", "comparability", "qualification", "country-policy", "grade-table"}
"""Kinds of facts that many learners have in common: nearly every batch needs the same few."""


async def keep(tx: AsyncConnection, table: sa.Table, facts: Sequence[Mapping[str, Any]]) -> None:
    """Rows with `id`, `version` and `data`; what is known already stays as it is."""
    await tx.execute(KEEP[table], {table.name: rows(facts)})


async def find_known(tx: AsyncConnection, transcripts: Sequence[TranscriptIssued]) -> Known:
    """What the transcripts refer to, directly or through their agreements, as far as it has arrived."""
    wanted = sorted({(one.learning_agreement_id, one.learning_agreement_version) for one in transcripts})
    graded = [one for one in transcripts if any(assessment.grade for assessment in one.assessments)]
    parameters = {
        "ids": [id_ for id_, _ in wanted],
        "versions": [version for _, version in wanted],
        "grading": list({id_ for one in graded for id_ in (one.home_id, one.host_id)}),
    }
    return _known(await run(tx, FIND, parameters))


async def find_known_for(tx: AsyncConnection, agreement: LearningAgreementAgreed) -> Known:
    """What an agreement refers to, which need not be one that has arrived."""
    parameters = {
        "ids": [agreement.learning_agreement_id],
        "agreement": to_json(agreement).decode(),
        "grading": [agreement.home_id, agreement.host_id],
    }
    return _known(await run(tx, FIND_FOR, parameters))


async def load_agreement(tx: AsyncConnection, learning_agreement_id: UUID) -> LearningAgreementAgreed:
    """Its latest version that was agreed; `NotFound` if none has arrived."""
    table = tables.KNOWN_LEARNING_AGREEMENTS.c
    select = sa.select(sa.cast(table.data, sa.Text)).where(table.id == learning_agreement_id)
    (data,) = await only(tx, select.order_by(table.version.desc()).limit(1))
    agreement: LearningAgreementAgreed = READ["agreement"].validate_json(data)
    return agreement


async def find_memorandum(tx: AsyncConnection, memorandum_id: UUID, version: int) -> MemorandumActivated | None:
    table = tables.KNOWN_MEMORANDA.c
    select = sa.select(sa.cast(table.data, sa.Text)).where(table.id == memorandum_id, table.version == version)
    data = await tx.scalar(select)
    return READ["memorandum"].validate_json(data) if data else None


def _known(found: Iterable[Any]) -> Known:
    facts: dict[str, list[Any]] = defaultdict(list)
    for kind, data in found:
        facts[kind].append(_read_once(kind, data) if kind in OF_MANY else READ[kind].validate_json(data))
    return Known(
        agreements={(one.learning_agreement_id, one.content_version): one for one in facts["agreement"]},
        memoranda={(one.memorandum_id, one.content_version): one for one in facts["memorandum"]},
        comparabilities={(one.comparability_id, one.version): one for one in facts["comparability"]},
        withdrawals={one.comparability_id: one for one in facts["withdrawal"]},
        qualifications={(one.qualification_id, one.version): one for one in facts["qualification"]},
        qualification_versions=_grouped(facts["qualification"], "qualification_id"),
        country_policies=_grouped(facts["country-policy"], "country"),
        grade_tables=_grouped(facts["grade-table"], "institution_id"),
        memorandum_steps=_grouped(
            [one for kind in MEMORANDUM_STEPS for one in facts[kind.DECLARED.type]], "memorandum_id"
        ),
        cancellations={
            one.learning_agreement_id: one.occurred_on for one in facts[LearningAgreementCancelled.DECLARED.type]
        },
    )


@lru_cache(maxsize=500)
def _read_once(kind: str, data: str) -> Any:
    """Nobody changes a fact; so whoever reads the same again may have the same."""
    return READ[kind].validate_json(data)


def _grouped(facts: Sequence[Any], by: str) -> dict[Any, list[Any]]:
    groups: dict[Any, list[Any]] = defaultdict(list)
    for fact in facts:
        groups[getattr(fact, by)].append(fact)
    return groups
