from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.catalogue import store
from services.catalogue.domain import grade_scales, grade_tables
from services.catalogue.domain.grade_scales import GradeScale, ScaleDescription
from services.catalogue.domain.grade_tables import GradeTable, TableContent
from services.catalogue.domain.institutions import Institution, require_unmerged
from services.catalogue.handlers.preconditions import require_country, require_its_own, require_known_fields
from shared import clock, ids, outbox
from shared.auth import Principal
from shared.preconditions import require_version
from shared.problems import Conflict, invalid


async def define_grade_scale(tx: AsyncConnection, caller: Principal, description: ScaleDescription) -> GradeScale:
    if description.institution_id is None:
        require_country(caller, description.country)
    else:
        institution = await _load_own(tx, caller, description.institution_id)
        if description.country != institution.country:
            raise invalid("/country", "not_the_institution_s", f"The institution is in {institution.country}.")
    scale = grade_scales.define(description, ids.new_id())
    # For the sake of a clear answer; two at the same moment are kept apart by the table's constraints.
    if await store.is_scale_code_taken(tx, scale):
        raise Conflict(f"There is another scale {scale.code} already. A changed scale gets a new code.")
    await store.add(tx, scale)
    return scale


async def draft_grade_table(
    tx: AsyncConnection, caller: Principal, institution_id: UUID, content: TableContent
) -> GradeTable:
    institution = await _load_own(tx, caller, institution_id)
    await require_known_fields(tx, {"/isced_f": content.isced_f})
    scale = await store.find_grade_scale(tx, content.grade_scale_id)
    table = grade_tables.draft(content, scale, institution, ids.new_id())
    await store.add(tx, table)
    return table


async def edit_grade_table(
    tx: AsyncConnection,
    caller: Principal,
    grade_table_id: UUID,
    version: int,
    institution_id: UUID,
    content: TableContent,
) -> GradeTable:
    table = await _load_own_table(tx, caller, grade_table_id, version)
    if institution_id != table.institution_id:
        raise invalid("/institution_id", "fixed", "The table stays with its institution. Draft another one instead.")
    await require_known_fields(tx, {"/isced_f": content.isced_f})
    edited = grade_tables.edit(table, content, await store.find_grade_scale(tx, content.grade_scale_id))
    await store.save(tx, edited)
    return edited


async def publish_grade_table(tx: AsyncConnection, caller: Principal, grade_table_id: UUID, version: int) -> GradeTable:
    table = await _load_own_table(tx, caller, grade_table_id, version)
    published, facts = grade_tables.publish(table, clock.now().date())
    await store.save(tx, published)
    await outbox.add(tx, facts)
    return published


async def _load_own(tx: AsyncConnection, caller: Principal, institution_id: UUID) -> Institution:
    institution = await store.find_institution(tx, institution_id)
    if institution is None:
        raise invalid("/institution_id", "unknown", "No institution has this id.")
    require_its_own(caller, institution)
    require_unmerged(institution)
    return institution


async def _load_own_table(tx: AsyncConnection, caller: Principal, grade_table_id: UUID, version: int) -> GradeTable:
    table = await store.load_grade_table(tx, grade_table_id, caller)
    institution = await store.load_institution(tx, table.institution_id)
    require_its_own(caller, institution)
    require_version(table.version, version)
    require_unmerged(institution)
    return table
