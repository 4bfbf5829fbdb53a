"""Transcripts and what each version said: seen by home, host and learner."""

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from pydantic import TypeAdapter
from sqlalchemy.dialects import postgresql as pg
from sqlalchemy.ext.asyncio import AsyncConnection

from services.assessment.domain.learning_agreements import LearningAgreement
from services.assessment.domain.transcripts import Transcript
from services.assessment.store.agreements import COLUMNS, WITH_MEMORANDUM, agreement_of
from services.assessment.store.parties import party_sees
from services.assessment.tables import ASSESSMENTS, LEARNING_AGREEMENTS, TRANSCRIPT_VERSIONS, TRANSCRIPTS
from shared import rows
from shared.auth import Principal
from shared.contracts.assessment import TranscriptCorrected, TranscriptIssued
from shared.paging import PageRequest, Slice, fetch
from shared.problems import VersionMismatch
from shared.tenancy import visible_to

TRANSCRIPT = TypeAdapter(Transcript)
ISSUED = TypeAdapter(TranscriptIssued)
CORRECTED = TypeAdapter(TranscriptCorrected)

WITH_AGREEMENT = sa.select(
    TRANSCRIPTS, *(column for column in COLUMNS if column.name not in TRANSCRIPTS.c)
).select_from(WITH_MEMORANDUM.join(TRANSCRIPTS, LEARNING_AGREEMENTS.c.id == TRANSCRIPTS.c.learning_agreement_id))

OPEN_TRANSCRIPTS = pg.insert(TRANSCRIPTS).on_conflict_do_nothing(index_elements=["learning_agreement_id"])
_CHANGED = sa.update(TRANSCRIPTS).where(
    TRANSCRIPTS.c.id == sa.bindparam("this"), TRANSCRIPTS.c.version == sa.bindparam("before")
)

Locked = tuple[Transcript, LearningAgreement]
"""A transcript, and the agreement that opened it."""


async def open_transcripts(tx: AsyncConnection, drafts: Sequence[Transcript]) -> None:
    """Each agreement has one transcript, which stays the one that it was opened with."""
    await tx.execute(OPEN_TRANSCRIPTS, [_row(draft) for draft in drafts])


async def lock_transcript(tx: AsyncConnection, id_: UUID, principal: Principal) -> Locked:
    """Nobody else confirms or issues under its agreement until the transaction ends."""
    return _locked(await rows.only(tx, _locking(TRANSCRIPTS.c.id == id_, principal)))


async def lock_transcript_for(tx: AsyncConnection, assessment_id: UUID, principal: Principal | None) -> Locked:
    """The same for the transcript on which an assessment is to stand."""
    agreement = sa.select(ASSESSMENTS.c.learning_agreement_id).where(ASSESSMENTS.c.id == assessment_id)
    under = TRANSCRIPTS.c.learning_agreement_id == agreement.scalar_subquery()
    return _locked(await rows.only(tx, _locking(under, principal)))


async def lock_transcripts(
    tx: AsyncConnection, which: sa.ColumnElement[bool], principal: Principal | None
) -> dict[UUID, Locked]:
    """The same for many, by agreement; always in the same order, so that nobody waits in a circle."""
    found = await tx.execute(_locking(which, principal).order_by(TRANSCRIPTS.c.id))
    return {row.learning_agreement_id: _locked(row) for row in found}


def under(agreement_ids: Collection[UUID]) -> sa.ColumnElement[bool]:
    """The transcripts of these agreements."""
    return TRANSCRIPTS.c.learning_agreement_id.in_(agreement_ids)


def carrying(assessment_ids: Collection[UUID]) -> sa.ColumnElement[bool]:
    """The transcripts on which these assessments are to stand."""
    agreements = sa.select(ASSESSMENTS.c.learning_agreement_id).where(ASSESSMENTS.c.id.in_(assessment_ids))
    return TRANSCRIPTS.c.learning_agreement_id.in_(agreements)


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


async def erase_reasons(tx: AsyncConnection, learners: Collection[UUID]) -> None:
    """Why the transcripts of these learners were corrected or withdrawn; whoever changes one waits."""
    table = TRANSCRIPTS.c
    locking = sa.select(table.id).where(table.learner_id.in_(learners)).order_by(table.id).with_for_update()
    ids = (await tx.scalars(locking)).all()
    given = sa.and_(table.id.in_(ids), table.reason.is_not(None))
    await tx.execute(sa.update(TRANSCRIPTS).where(given).values(reason=None, version=table.version + 1))
    said = TRANSCRIPT_VERSIONS.c.transcript_id.in_(ids)
    await tx.execute(sa.update(TRANSCRIPT_VERSIONS).where(said).values(reason=None))


async def save_transcript(tx: AsyncConnection, changed: Transcript) -> None:
    await rows.replace(tx, TRANSCRIPTS, _row(changed))


async def save_issues(
    tx: AsyncConnection, issues: Sequence[tuple[Transcript, TranscriptIssued]], by: str | None
) -> None:
    """The new standings of transcripts, and what was said with each, for ever; `by` None where nobody was asked."""
    if not issues:
        return
    changed = [_row(after) | {"this": after.id, "before": after.version - 1} for after, _ in issues]
    if (await tx.execute(_CHANGED, changed)).rowcount != len(issues):
        raise VersionMismatch
    await tx.execute(sa.insert(TRANSCRIPT_VERSIONS), [_version(after, said, by) for after, said in issues])


async def load_transcript_version(
    tx: AsyncConnection, id_: UUID, version: int, principal: Principal
) -> TranscriptIssued:
    this = (TRANSCRIPT_VERSIONS.c.transcript_id == id_) & (TRANSCRIPT_VERSIONS.c.version == version)
    select = sa.select(TRANSCRIPT_VERSIONS).where(this, _seen(TRANSCRIPT_VERSIONS, principal))
    return _said(await rows.only(tx, select))


async def load_last_versions(tx: AsyncConnection, transcripts: Collection[Transcript]) -> dict[UUID, TranscriptIssued]:
    """What each of these transcripts says as it stands, by its id; nothing for a draft or what was withdrawn."""
    last = [(transcript.id, transcript.issue) for transcript in transcripts if transcript.issue]
    columns = TRANSCRIPT_VERSIONS.c
    select = sa.select(TRANSCRIPT_VERSIONS).where(sa.tuple_(columns.transcript_id, columns.version).in_(last))
    return {row.transcript_id: _said(row) for row in await tx.execute(select)} if last else {}


def _locking(which: sa.ColumnElement[bool], principal: Principal | None) -> sa.Select[Any]:
    return WITH_AGREEMENT.where(which, party_sees(TRANSCRIPTS, principal)).with_for_update(of=TRANSCRIPTS)


def _locked(row: sa.Row[Any]) -> Locked:
    return _transcript(row), agreement_of(row)


def _seen(table: sa.Table, principal: Principal) -> sa.ColumnElement[bool]:
    return visible_to(principal, table.c.home_id, table.c.host_id, learner=table.c.learner_id)


def _transcript(row: sa.Row[Any]) -> Transcript:
    return TRANSCRIPT.validate_python(row._asdict())


def _row(transcript: Transcript) -> dict[str, Any]:
    return {**vars(transcript), "hours": {str(unit_id): hours for unit_id, hours in transcript.hours.items()}}


def _said(row: sa.Row[Any]) -> TranscriptIssued:
    return (ISSUED if row.corrects_version is None else CORRECTED).validate_python(row._asdict())


def _version(transcript: Transcript, said: TranscriptIssued, by: str | None) -> dict[str, Any]:
    inside = ISSUED.dump_python(said, mode="json", include={"assessments", "period", "units"})
    corrects = said.corrects_version if isinstance(said, TranscriptCorrected) else None
    why = transcript.reason if corrects else None
    return {"corrects_version": corrects, **vars(said), **inside, "reason": why, "issued_by": by}
