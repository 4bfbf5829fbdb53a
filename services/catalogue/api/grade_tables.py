from typing import Annotated, Any
from uuid import UUID

from fastapi import Query, Response
from pydantic import ConfigDict, Field, TypeAdapter

from services.catalogue import handlers, store
from services.catalogue.api.fields import ANSWER, IscedF, ShareOfGrades
from services.catalogue.api.grade_scales import GradeBody
from services.catalogue.domain.grade_tables import ENOUGH, TableContent, TableState
from shared.auth import Caller, Principal, allow
from shared.bodies import Body, CalendarDate, CountryCode, ShortText
from shared.entity_tags import IfMatch, created, set_etag
from shared.paging import Page, Paged
from shared.web import IdempotencyKey, Transaction, api_router

router = api_router("grades")
CONTENT = TypeAdapter(TableContent)

EXAMPLE: dict[str, Any] = {
    "institution_id": "01996b0c-5c00-7000-8000-000000000001",
    "grade_scale_id": "01996b0c-5c00-7000-8000-000000000030",
    "isced_f": "0612",
    "period_from": "2023-09-01",
    "period_until": "2025-06-30",
    "sample_size": 412,
    "shares": [
        {"label": "16-20", "share": "0.1000"},
        {"label": "10-15.99", "share": "0.9000"},
        {"label": "0-9.99", "share": "0.0000"},
    ],
}


class ShareBody(Body):
    label: ShortText
    share: ShareOfGrades = Field(description="Of those who passed, 0 to 1; 0 for a grade that fails")


class GradeTableBody(Body):
    institution_id: UUID
    grade_scale_id: UUID
    isced_f: IscedF | None = Field(None, description="The field of study; null: all of them")
    period_from: CalendarDate
    period_until: CalendarDate
    sample_size: int = Field(strict=True, ge=1, le=2_147_483_647, description="How many results it rests on")


class GradeTableRequest(GradeTableBody):
    """Each grade of the scale once; the shares of those that pass are 1 together."""

    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE]})

    shares: list[ShareBody] = Field(max_length=100)

    def content(self) -> TableContent:
        return CONTENT.validate_python(self.model_dump(exclude={"institution_id"}))


class GradeShareAnswer(Body):
    model_config = ANSWER

    grade: GradeBody
    share: ShareOfGrades


class GradeTableAnswer(GradeTableBody):
    model_config = ANSWER

    grade_table_id: UUID
    version: int
    state: TableState
    country: str
    grade_scale: str = Field(description="The scale's code")
    shares: list[GradeShareAnswer]
    small_sample: bool = Field(description=f"It rests on fewer than {ENOUGH} results, and so says little")
    short_period: bool = Field(description="It covers less than the two academic years that are recommended")


@router.post("/grade-tables", status_code=201)
async def draft_grade_table(
    body: GradeTableRequest,
    caller: Annotated[Principal, allow("coordinator", "competent_body")],
    response: Response,
    tx: Transaction,
    _: IdempotencyKey,
) -> GradeTableAnswer:
    """Draft how grades are distributed at your institution, or at one in the country whose competent body you are.

    Nobody else sees it until it is published. A small sample or a short period is no error: the answer says so.
    """
    table = await handlers.draft_grade_table(tx, caller, body.institution_id, body.content())
    created(response, f"/v1/grade-tables/{table.grade_table_id}", table.version)
    return GradeTableAnswer.model_validate(table)


@router.get("/grade-tables")
async def list_grade_tables(
    caller: Caller,
    tx: Transaction,
    pager: Paged,
    country: Annotated[CountryCode | None, Query()] = None,
    institution_id: Annotated[UUID | None, Query()] = None,
    isced_f: Annotated[IscedF | None, Query()] = None,
) -> Page[GradeTableAnswer]:
    """What is published, and the drafts that are your own to write."""
    found = await store.list_grade_tables(
        tx, caller, pager.wanted, country=country, institution_id=institution_id, isced_f=isced_f
    )
    return pager.page(found.map(GradeTableAnswer.model_validate))


@router.get("/grade-tables/{grade_table_id}")
async def get_grade_table(
    grade_table_id: UUID, caller: Caller, response: Response, tx: Transaction
) -> GradeTableAnswer:
    table = await store.load_grade_table(tx, grade_table_id, caller)
    set_etag(response, table.version)
    return GradeTableAnswer.model_validate(table)


@router.put("/grade-tables/{grade_table_id}")
async def edit_grade_table(
    grade_table_id: UUID,
    body: GradeTableRequest,
    caller: Annotated[Principal, allow("coordinator", "competent_body")],
    version: IfMatch,
    response: Response,
    tx: Transaction,
) -> GradeTableAnswer:
    """Replace the draft as a whole."""
    table = await handlers.edit_grade_table(tx, caller, grade_table_id, version, body.institution_id, body.content())
    set_etag(response, table.version)
    return GradeTableAnswer.model_validate(table)


@router.post("/grade-tables/{grade_table_id}/publication")
async def publish_grade_table(
    grade_table_id: UUID,
    caller: Annotated[Principal, allow("coordinator", "competent_body")],
    version: IfMatch,
    response: Response,
    tx: Transaction,
    _: IdempotencyKey,
) -> GradeTableAnswer:
    """Publish it for good, once its period is over; a later period gets another table.

    Periods may overlap, as those of two years that are published every year do: of an institution's tables of a scale
    the one of the field of study counts before one of all fields, then the one whose period ends last, then the newest.
    """
    table = await handlers.publish_grade_table(tx, caller, grade_table_id, version)
    set_etag(response, table.version)
    return GradeTableAnswer.model_validate(table)
