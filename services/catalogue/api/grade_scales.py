from typing import Annotated, Any
from uuid import UUID

from fastapi import Query, Response
from pydantic import ConfigDict, Field, StrictBool, TypeAdapter

from services.catalogue import handlers, store
from services.catalogue.api.fields import ANSWER, Code, Mark
from services.catalogue.domain.grade_scales import ScaleDescription
from shared.auth import Caller, Principal, allow
from shared.bodies import Body, CountryCode, LanguageMap, ShortText
from shared.entity_tags import created, set_etag
from shared.paging import Page, Paged
from shared.web import IdempotencyKey, Transaction, api_router

router = api_router("grades")
DESCRIPTION = TypeAdapter(ScaleDescription)

EXAMPLE: dict[str, Any] = {
    "institution_id": None,
    "country": "FR",
    "code": "FR-20",
    "title": {"en": "Marks of 20", "fr": "Notes sur 20"},
    "grades": [
        {"label": "16-20", "passing": True, "lowest": "16.00", "highest": "20.00"},
        {"label": "10-15.99", "passing": True, "lowest": "10.00", "highest": "15.99"},
        {"label": "0-9.99", "passing": False, "lowest": "0.00", "highest": "9.99"},
    ],
}


class GradeBody(Body):
    """One grade, or one interval of marks."""

    model_config = ConfigDict(from_attributes=True)

    label: ShortText
    passing: StrictBool
    lowest: Mark | None = None
    highest: Mark | None = None


class GradeScaleRequest(Body):
    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE]})

    institution_id: UUID | None = Field(None, description="Whose scale it is; null: that of the whole country")
    country: CountryCode
    code: Code
    title: LanguageMap
    grades: list[GradeBody] = Field(min_length=1, max_length=100, description="Best grade first")

    def description(self) -> ScaleDescription:
        return DESCRIPTION.validate_python(self.model_dump())


class GradeScaleAnswer(GradeScaleRequest):
    model_config = ANSWER

    grade_scale_id: UUID
    version: int


@router.post("/grade-scales", status_code=201)
async def define_grade_scale(
    body: GradeScaleRequest,
    caller: Annotated[Principal, allow("coordinator", "competent_body")],
    response: Response,
    tx: Transaction,
    _: IdempotencyKey,
) -> GradeScaleAnswer:
    """Define a scale of your institution, or of the country whose competent body you are. It never changes."""
    scale = await handlers.define_grade_scale(tx, caller, body.description())
    created(response, f"/v1/grade-scales/{scale.grade_scale_id}", scale.version)
    return GradeScaleAnswer.model_validate(scale)


@router.get("/grade-scales")
async def list_grade_scales(
    _: Caller,
    tx: Transaction,
    pager: Paged,
    country: Annotated[CountryCode | None, Query()] = None,
    institution_id: Annotated[UUID | None, Query()] = None,
) -> Page[GradeScaleAnswer]:
    found = await store.list_grade_scales(tx, pager.wanted, country=country, institution_id=institution_id)
    return pager.page(found.map(GradeScaleAnswer.model_validate))


@router.get("/grade-scales/{grade_scale_id}")
async def get_grade_scale(grade_scale_id: UUID, _: Caller, response: Response, tx: Transaction) -> GradeScaleAnswer:
    scale = await store.load_grade_scale(tx, grade_scale_id)
    set_etag(response, scale.version)
    return GradeScaleAnswer.model_validate(scale)
