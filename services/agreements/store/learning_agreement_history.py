"""What was ever put to signature, who signed it and what the host asked for: kept for life (domain.md 3.7)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from pydantic import TypeAdapter
from pydantic_core import to_jsonable_python
from sqlalchemy.dialects import postgresql as pg
from sqlalchemy.ext.asyncio import AsyncConnection

from services.agreements.domain.change_reasons import Reason
from services.agreements.domain.learning_agreement_terms import Terms
from services.agreements.domain.learning_agreements import ChangeRequest, LearningAgreement, Signature
from services.agreements.domain.revisions import Revision
from services.agreements.store.learning_agreement_visibility import kept_of
from services.agreements.store.revisions import columns_of, revision_of
from services.agreements.tables import (
    LEARNING_AGREEMENT_COMMENTS,
    LEARNING_AGREEMENT_SIGNATURES,
    LEARNING_AGREEMENT_VERSIONS,
)
from shared import paging, rows
from shared.auth import Principal
from shared.contracts.agreements import Side
from shared.paging import PageRequest, Slice

VERSIONS = LEARNING_AGREEMENT_VERSIONS.c
SIGNATURES = LEARNING_AGREEMENT_SIGNATURES.c
COMMENTS = LEARNING_AGREEMENT_COMMENTS.c


@dataclass(frozen=True)
class LearningAgreementVersion:
    """The immutable snapshot of what was put to signature, and who has signed it."""

    revision: Revision
    terms: Terms
    reasons: tuple[Reason, ...]
    proposed_by: Side
    proposed_at: datetime
    signatures: tuple[Signature, ...]


VERSION = TypeAdapter(LearningAgreementVersion)


async def keep_signed(tx: AsyncConnection, agreement: LearningAgreement) -> None:
    """Snapshot what the agreement has that is put to signature; what is kept already stays as it is."""
    for version in _put_to_signature(agreement):
        row = {
            "learning_agreement_id": agreement.id,
            **columns_of(version.revision),
            "terms": to_jsonable_python(version.terms),
            "reasons": to_jsonable_python(version.reasons),
            "proposed_by": version.proposed_by,
            "proposed_at": version.proposed_at,
        }
        await tx.execute(pg.insert(LEARNING_AGREEMENT_VERSIONS).values(row).on_conflict_do_nothing())
        of_version = {"learning_agreement_id": agreement.id, "content_version": version.revision.number}
        if signed := [of_version | vars(signature) for signature in version.signatures]:
            await tx.execute(pg.insert(LEARNING_AGREEMENT_SIGNATURES).values(signed).on_conflict_do_nothing())


def _put_to_signature(agreement: LearningAgreement) -> list[LearningAgreementVersion]:
    versions = []
    if agreement.signatures:
        first, signed = agreement.signatures[0].signed_at, agreement.signatures
        versions.append(LearningAgreementVersion(agreement.revision, agreement.terms, (), Side.HOME, first, signed))
    if (change := agreement.proposal) is not None:
        versions.append(
            LearningAgreementVersion(
                change.revision, change.terms, change.reasons, change.proposed_by, change.proposed_at, change.signatures
            )
        )
    return versions


async def list_learning_agreement_versions(
    tx: AsyncConnection, learning_agreement_id: UUID, principal: Principal, wanted: PageRequest
) -> Slice[LearningAgreementVersion]:
    """The snapshots, oldest first."""
    select = select_versions(learning_agreement_id, principal)
    return (await paging.fetch(tx, select, wanted, VERSIONS.content_version)).map(version_of)


async def load_learning_agreement_version(
    tx: AsyncConnection, learning_agreement_id: UUID, number: int, principal: Principal
) -> LearningAgreementVersion:
    """`NotFound` if no such content was put to signature."""
    select = select_versions(learning_agreement_id, principal).where(VERSIONS.content_version == number)
    return version_of(await rows.only(tx, select))


def select_versions(learning_agreement_id: UUID, principal: Principal) -> sa.Select[Any]:
    signature = sa.func.jsonb_build_object(
        "side", SIGNATURES.side, "signatory", SIGNATURES.signatory, "signed_at", SIGNATURES.signed_at
    )
    signed = (
        sa.select(sa.func.jsonb_agg(pg.aggregate_order_by(signature, SIGNATURES.signed_at)))
        .where(
            SIGNATURES.learning_agreement_id == VERSIONS.learning_agreement_id,
            SIGNATURES.content_version == VERSIONS.content_version,
        )
        .scalar_subquery()
    )
    select = sa.select(LEARNING_AGREEMENT_VERSIONS, signed.label("signatures"))
    return select.where(kept_of(VERSIONS.learning_agreement_id, learning_agreement_id, principal))


def version_of(row: sa.Row[Any]) -> LearningAgreementVersion:
    return VERSION.validate_python({**row._asdict(), "revision": revision_of(row), "signatures": row.signatures or ()})


async def add_change_request(tx: AsyncConnection, learning_agreement_id: UUID, request: ChangeRequest) -> None:
    values = {"learning_agreement_id": learning_agreement_id, **vars(request)}
    await tx.execute(sa.insert(LEARNING_AGREEMENT_COMMENTS).values(values))


async def list_change_requests(
    tx: AsyncConnection, learning_agreement_id: UUID, principal: Principal, wanted: PageRequest
) -> Slice[ChangeRequest]:
    """Oldest first."""
    of_agreement = kept_of(COMMENTS.learning_agreement_id, learning_agreement_id, principal)
    select = sa.select(LEARNING_AGREEMENT_COMMENTS).where(of_agreement)
    return (await paging.fetch(tx, select, wanted, COMMENTS.id)).map(_change_request)


CHANGE_REQUEST = TypeAdapter(ChangeRequest)


def _change_request(row: sa.Row[Any]) -> ChangeRequest:
    return CHANGE_REQUEST.validate_python(row._asdict())
