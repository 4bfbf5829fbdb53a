"""What people certify, correct and revoke; read with all else of a learner by `load_sources`."""

from uuid import UUID

import sqlalchemy as sa
from pydantic import TypeAdapter
from sqlalchemy.dialects import postgresql as pg
from sqlalchemy.ext.asyncio import AsyncConnection

from services.recognition.domain.by_person import Certification, Correction, Revocation
from services.recognition.tables import (
    CERTIFICATIONS,
    CORRECTIONS,
    KNOWN_MEMORANDA,
    KNOWN_QUALIFICATIONS,
    REVOCATIONS,
)
from shared import rows
from shared.auth import Principal
from shared.contracts.catalogue import EcvetFunction, QualificationPublished
from shared.tenancy import visible_to

CERTIFICATION, REVOCATION = TypeAdapter(Certification), TypeAdapter(Revocation)
QUALIFICATION = TypeAdapter(QualificationPublished)


async def add_certification(tx: AsyncConnection, certification: Certification) -> None:
    await tx.execute(sa.insert(CERTIFICATIONS).values(vars(certification)))


async def find_certification(tx: AsyncConnection, record_id: UUID) -> Certification | None:
    found = (await tx.execute(sa.select(CERTIFICATIONS).where(CERTIFICATIONS.c.record_id == record_id))).one_or_none()
    return CERTIFICATION.validate_python(found._asdict()) if found else None


async def add_correction(tx: AsyncConnection, correction: Correction) -> None:
    await tx.execute(sa.insert(CORRECTIONS).values(vars(correction)))


async def add_revocation(tx: AsyncConnection, revocation: Revocation) -> None:
    await tx.execute(sa.insert(REVOCATIONS).values(vars(revocation)))


async def load_revocation(tx: AsyncConnection, decision_id: UUID, principal: Principal) -> Revocation:
    """For whoever sees the decision."""
    table = REVOCATIONS.c
    seen = visible_to(principal, table.home_id, table.host_id, learner=table.learner_id, country=table.home_country)
    found = await rows.only(tx, sa.select(REVOCATIONS).where(table.decision_id == decision_id, seen))
    return REVOCATION.validate_python(found._asdict())


async def find_qualification(
    tx: AsyncConnection, qualification_id: UUID, version: int
) -> QualificationPublished | None:
    table = KNOWN_QUALIFICATIONS.c
    select = sa.select(sa.cast(table.data, sa.Text)).where(table.id == qualification_id, table.version == version)
    data = await tx.scalar(select)
    return QUALIFICATION.validate_json(data) if data else None


async def recognises(tx: AsyncConnection, institution_id: UUID, qualification: QualificationPublished) -> bool:
    """Whether a memorandum that covers the qualification says that the institution recognises, in its country."""
    party = {
        "institution_id": str(institution_id),
        "country": qualification.country,
        "functions": [EcvetFunction.RECOGNISES],
    }
    said = {"parties": [party], "qualifications": [{"qualification_id": str(qualification.qualification_id)}]}
    covering = sa.cast(KNOWN_MEMORANDA.c.data, pg.JSONB).contains(said)
    return bool(await tx.scalar(sa.select(sa.exists().where(covering))))
