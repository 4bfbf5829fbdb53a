"""Transcripts and what each issue said: seen by home, host and learner; and the agreement that opened each."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from pydantic import TypeAdapter
from sqlalchemy.dialects import postgresql as pg
from sqlalchemy.ext.asyncio import AsyncConnection

from services.assessment.domain.learning_agreements import LearningAgreement
from services.assessment.domain.transcripts import Transcript
from services.assessment.store.parties import party_sees
from services.assessment.tables import ASSESSMENTS, LEARNING_AGREEMENTS, MEMORANDA, TRANSCRIPT_VERSIONS, TRANSCRIPTS
from shared import rows
from shared.auth import Principal
from shared.contracts.assessment import TranscriptIssued
from shared.paging import PageRequest, Slice, fetch
from shared.tenancy import visible_to

TRANSCRIPT = TypeAdapter(Transcript)
AGREEMENT = TypeAdapter(LearningAgreement)
ISSUED = TypeAdapter(TranscriptIssued)

WITH_AGREEMENT = sa.select(
    TRANSCRIPTS,
    LEARNING_AGREEMENTS.c.content_version,
    LEARNING_AGREEMENTS.c.outcomes,
    LEARNING_AGREEMENTS.c.transcript_policy,
    LEARNING_AGREEMENTS.c.starts_on,
    LEARNING_AGREEMENTS.c.ends_on,
    LEARNING_AGREEMENTS.c.started_on,
    LEARNING_AGREEMENTS.c.completed_on,
    LEARNING_AGREEMENTS.c.cancelled_on,
    MEMORANDA.c.two_person_rule,
).select_from(
    TRANSCRIPTS.join(LEARNING_AGREEMENTS, LEARNING_AGREEMENTS.c.id == TRANSCRIPTS.c.learning_agreement_id).outerjoin(
        MEMORANDA, MEMORANDA.c.id == LEARNING_AGREEMENTS.c.memorandum_id
    )
)

OPEN_TRANSCRIPTS = pg.insert(TRANSCRIPTS).on_conflict_do_nothing(index_elements=["learning_agreement_id"])


async def load_agreement(tx: AsyncConnection, id_: UUID, principal: Principal) -> LearningAgreement:
    """An agreement that is agreed; `NotFound` also while only its start has been heard of."""
    under = TRANSCRIPTS.c.learning_agreement_id == id_
    return _agreement(await rows.only(tx, WITH_AGREEMENT.where(under, party_sees(TRANSCRIPTS, principal))))


async def open_transcripts(tx: AsyncConnection, drafts: Sequence[Transcript]) -> None:
    """Each agreement has one transcript, which stays the one that it was opened with."""
    await tx.execute(OPEN_TRANSCRIPTS, [vars(draft) for draft in drafts])


async def lock_transcript(tx: AsyncConnection, id_: UUID, principal: Principal) -> tuple[Transcript, LearningAgreement]:
    """Nobody else confirms or issues under its agreement until the transaction ends."""
    return await _lock(tx, TRANSCRIPTS.c.id == id_, principal)


async def lock_transcript_for(
    tx: AsyncConnection, assessment_id: UUID, principal: Principal
) -> tuple[Transcript, LearningAgreement]:
    """The same for the transcript on which an assessment is to stand."""
    agreement = sa.select(ASSESSMENTS.c.learning_agreement_id).where(ASSESSMENTS.c.id == assessment_id)
    return await _lock(tx, TRANSCRIPTS.c.learning_agreement_id == agreement.scalar_subquery(), principal)


async def load_transcript(tx: AsyncConnection, id_: UUID, principal: Principal) -> Transcript:
    select = sa.select(TRANSCRIPTS).where(TRANSCRIPTS.c.id == id_, _seen(TRANSCRIPTS, principal))
    return _transcript(await rows.only(tx, select))


async def list_transcripts(
    tx: AsyncConnection,
    principal: Principal,
    wanted: PageRequest,
    *,
    learning_agreement_id: UUID | None = None,
    learner_id: UUID | None = None,
) -> Slice[Transcript]:
    select = sa.select(TRANSCRIPTS).where(_seen(TRANSCRIPTS, principal))
    if learning_agreement_id is not None:
        select = select.where(TRANSCRIPTS.c.learning_agreement_id == learning_agreement_id)
    if learner_id is not None:
        select = select.where(TRANSCRIPTS.c.learner_id == learner_id)
    return (await fetch(tx, select, wanted, TRANSCRIPTS.c.id)).map(_transcript)


async def save_issue(tx: AsyncConnection, issued: Transcript, said: TranscriptIssued) -> None:
    """The new standing of the transcript, and what was said with it, for ever."""
    await rows.replace(tx, TRANSCRIPTS, vars(issued))
    inside = ISSUED.dump_python(said, mode="json", include={"assessments"})
    await tx.execute(sa.insert(TRANSCRIPT_VERSIONS).values({**vars(said), **inside}))


async def load_transcript_version(
    tx: AsyncConnection, id_: UUID, version: int, principal: Principal
) -> TranscriptIssued:
    of_transcript = (TRANSCRIPT_VERSIONS.c.transcript_id == id_) & (TRANSCRIPT_VERSIONS.c.version == version)
    select = sa.select(TRANSCRIPT_VERSIONS).where(of_transcript, _seen(TRANSCRIPT_VERSIONS, principal))
    return ISSUED.validate_python((await rows.only(tx, select))._asdict())


async def _lock(
    tx: AsyncConnection, which: sa.ColumnElement[bool], principal: Principal
) -> tuple[Transcript, LearningAgreement]:
    select = WITH_AGREEMENT.where(which, party_sees(TRANSCRIPTS, principal)).with_for_update(of=TRANSCRIPTS)
    row = await rows.only(tx, select)
    return _transcript(row), _agreement(row)


def _seen(table: sa.Table, principal: Principal) -> sa.ColumnElement[bool]:
    return visible_to(principal, table.c.home_id, table.c.host_id, learner=table.c.learner_id)


def _transcript(row: sa.Row[Any]) -> Transcript:
    return TRANSCRIPT.validate_python(row._asdict())


def _agreement(row: sa.Row[Any]) -> LearningAgreement:
    return AGREEMENT.validate_python(row._asdict() | {"id": row.learning_agreement_id})
