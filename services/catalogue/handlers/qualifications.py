from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.catalogue import store
from services.catalogue.domain import publication, qualifications
from services.catalogue.domain.entries import UnitEntry
from services.catalogue.domain.points_proposals import PointsProposal, ProposalRequest, propose_points
from services.catalogue.domain.qualifications import Qualification, QualificationDescription
from services.catalogue.handlers.preconditions import require_known_fields
from shared import clock, ids, outbox
from shared.auth import Principal
from shared.contracts.catalogue import Unit
from shared.preconditions import own_institution, require_institution, require_version
from shared.problems import Forbidden


async def draft_qualification(
    tx: AsyncConnection, caller: Principal, description: QualificationDescription, units: Sequence[UnitEntry]
) -> Qualification:
    await _require_known_fields(tx, description, units)
    qualification = qualifications.draft(
        description,
        units,
        owner=await store.find_institution(tx, caller.org),
        ids=iter(ids.new_id, None),
        elsewhere=await _elsewhere(tx, units),
    )
    await store.add(tx, qualification)
    return qualification


async def edit_qualification(
    tx: AsyncConnection,
    caller: Principal,
    qualification_id: UUID,
    version: int,
    description: QualificationDescription,
    units: Sequence[UnitEntry],
) -> Qualification:
    qualification = await store.load_qualification(tx, qualification_id, caller)
    _require_designer(caller, qualification)
    require_version(qualification.version, version)
    if description.designed_by_ids != qualification.designed_by_ids:
        require_institution(caller, qualification.owner_id, "the owner, who decides who designs it together,")
    await _require_known_fields(tx, description, units)
    edited = qualifications.edit(
        qualification,
        description,
        units,
        ids=iter(ids.new_id, None),
        elsewhere=await _elsewhere(tx, units, qualification_id),
    )
    await store.save(tx, edited)
    return edited


async def propose_points_of(
    tx: AsyncConnection, caller: Principal, qualification_id: UUID, request: ProposalRequest
) -> PointsProposal:
    qualification = await store.load_qualification(tx, qualification_id, caller)
    _require_designer(caller, qualification)
    return propose_points(qualification, request)


async def consent_to_qualification(
    tx: AsyncConnection, caller: Principal, qualification_id: UUID, version: int, content_hash: str
) -> Qualification:
    qualification = await store.load_qualification(tx, qualification_id, caller)
    if caller.org not in qualification.readers:
        raise Forbidden("Only its awarding body and the institutions that design the qualification may do this.")
    require_version(qualification.version, version)
    consented = publication.consent(qualification, own_institution(caller), content_hash)
    await store.save(tx, consented)
    return consented


async def publish_qualification(
    tx: AsyncConnection, caller: Principal, qualification_id: UUID, version: int
) -> Qualification:
    """Publish it, in place of the version before it if there is one."""
    qualification = await load_own_qualification(tx, caller, qualification_id, version)
    at = clock.now()
    designers = [await store.find_institution(tx, one) for one in qualification.designers]
    published, facts = publication.publish(
        qualification,
        await store.find_institution(tx, qualification.awarding_body_id),
        designers=[one for one in designers if one],
        elsewhere=await _elsewhere(tx, qualification.units, qualification_id),
        comparable=await store.comparabilities_at_home(tx, qualification_id, at.date()),
    )
    await store.save(tx, published)
    await store.supersede_before(tx, published)
    await store.add(tx, publication.version_of(published, at))
    await store.keep_units(tx, published, at)
    await outbox.add(tx, facts)
    return published


async def load_own_qualification(
    tx: AsyncConnection, caller: Principal, qualification_id: UUID, version: int
) -> Qualification:
    """For what only its owner may do."""
    qualification = await store.load_qualification(tx, qualification_id, caller)
    require_institution(caller, qualification.owner_id, "the institution that drafted the qualification")
    require_version(qualification.version, version)
    return qualification


def _require_designer(caller: Principal, qualification: Qualification) -> None:
    if caller.org not in qualification.designers:
        raise Forbidden("Only the institutions that design the qualification may do this.")


async def _elsewhere(
    tx: AsyncConnection, units: Sequence[Unit | UnitEntry], qualification_id: UUID | None = None
) -> list[Unit]:
    return await store.units_elsewhere(tx, [unit.unit_id for unit in units if unit.unit_id], qualification_id)


async def _require_known_fields(
    tx: AsyncConnection, description: QualificationDescription, units: Sequence[UnitEntry]
) -> None:
    of_units = {f"/units/{at}/isced_f": unit.isced_f for at, unit in enumerate(units)}
    await require_known_fields(tx, {"/isced_f": description.isced_f, **of_units})
